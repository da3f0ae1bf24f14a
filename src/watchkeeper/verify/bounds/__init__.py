"""Whether what was allowed fits into the budgets that agents share, added up again."""

from watchkeeper.verify.bounds.purse import Purses

__all__ = ["Purses"]
