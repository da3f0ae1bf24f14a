"""What bounds authority beyond one action, compiled: windows, money, shared budgets, history."""
