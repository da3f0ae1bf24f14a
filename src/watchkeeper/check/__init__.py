"""Check (ISO/IEC 42001:2023, clause 9): what the records say, never a sample made for an audit."""
