"""Rules over written policies: what they name, what they miss, what may be approved ahead."""
