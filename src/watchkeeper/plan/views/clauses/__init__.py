"""ISO/IEC 42001 by clause: what is written down, how it stands, and what the log shows."""
