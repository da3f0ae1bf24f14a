"""Time stamps over checkpoints (RFC 3161): read one, and hold a log against all that it keeps."""

from watchkeeper.verify.timestamps.response import Stamp, check_timestamp, parse_certificates
from watchkeeper.verify.timestamps.stamped import Stamped, newest_stamped, stamps_over
from watchkeeper.verify.timestamps.stamps import TOLERANCE_SECONDS, Stamps

__all__ = [
    "TOLERANCE_SECONDS",
    "Stamp",
    "Stamped",
    "Stamps",
    "check_timestamp",
    "newest_stamped",
    "parse_certificates",
    "stamps_over",
]
