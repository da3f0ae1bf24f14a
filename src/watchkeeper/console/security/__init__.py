"""What guards the web door beside sessions: limits, and how it refuses."""
