"""What changed in the organisation: people and roles, how they are reached, what is kept."""
