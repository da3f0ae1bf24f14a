"""What bounds an action beyond itself: money, shared budgets, what happened before."""
