"""Where the plan's register and what the log says meet: figures for clauses, views and pages."""

from watchkeeper.loop.aims.figures import figures_in, figures_of
from watchkeeper.loop.aims.in_force import register_in_force
from watchkeeper.loop.aims.picture import Decided, Picture, picture_of
from watchkeeper.loop.aims.signals import Shown, signals_of

__all__ = [
    "Decided",
    "Picture",
    "Shown",
    "figures_in",
    "figures_of",
    "picture_of",
    "register_in_force",
    "signals_of",
]
