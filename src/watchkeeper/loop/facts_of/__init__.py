"""Facts that the home's own records give for a decision."""
