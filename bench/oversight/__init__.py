"""What people wait for: the inbox, a verdict's release, and what looking on costs the agents."""
