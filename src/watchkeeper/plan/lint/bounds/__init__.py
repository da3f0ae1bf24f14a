"""Whether what bounds authority beyond one action makes sense: windows, money, shared budgets."""
