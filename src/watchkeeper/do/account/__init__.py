"""How a decision is told: in words, and as the record that stands for it."""
