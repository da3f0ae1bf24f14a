"""A home on a POSIX disk: one writer, segments that are the truth, a published tile log.

`create_home` and `open_home` give the log behind `ports.Log`; `read_home` reads while another
process writes.
"""

from watchkeeper.adapters.posix.creation import create_home
from watchkeeper.adapters.posix.log import PosixLog, open_home
from watchkeeper.adapters.posix.reader import ReadOnlyLog, read_home

__all__ = ["PosixLog", "ReadOnlyLog", "create_home", "open_home", "read_home"]
