"""How one action is decided."""
