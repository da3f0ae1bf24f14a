"""What a plan keeps of the management system: what decides, and what can be checked without it."""
