"""What is said: frozen dataclasses, no behaviour beyond self-checks."""
