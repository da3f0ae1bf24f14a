"""The local socket of a home: people's commands, and guards."""
