"""A tool server as the relay sees it: its sessions, its definitions, its messages."""
