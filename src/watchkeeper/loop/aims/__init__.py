"""Where the plan's register and what the log says meet: figures for clauses, views and pages."""

from watchkeeper.loop.aims.figures import figures_of
from watchkeeper.loop.aims.signals import Shown, signals_of

__all__ = ["Shown", "figures_of", "signals_of"]
