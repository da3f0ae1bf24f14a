"""What a plan carries of the management system: controls, objectives, oversight and its state."""
