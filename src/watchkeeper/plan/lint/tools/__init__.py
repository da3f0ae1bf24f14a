"""Rules over tool servers: what they need, what is read from them, how arguments are bound."""
