"""What changed between two plans, and what of it lets more through."""
