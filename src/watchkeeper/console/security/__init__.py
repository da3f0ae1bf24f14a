"""What guards the web door: hosts, origins, sessions, CSRF tokens, limits."""
