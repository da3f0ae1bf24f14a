"""What of the plan an assessment looked at, and what became of that since (decision 0195)."""
