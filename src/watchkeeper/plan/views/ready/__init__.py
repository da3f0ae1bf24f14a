"""The dated path to a certification audit: what has to be there by when, and what is late."""
