"""Many callers for minutes, a gateway that is killed again and again, and what is left of it."""
