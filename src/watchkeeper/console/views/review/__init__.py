"""What waits for people: the inbox, one action, a list, and what may be done with each."""
