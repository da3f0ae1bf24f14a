"""The HTTP door for agents: who is calling, where it listens, what it answers."""
