"""What the home knows: projections of the ledger, rebuilt from it at start."""
