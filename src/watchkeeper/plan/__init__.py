"""Plan: the management system as files, checked, and compiled to what the runtime enforces.

ISO/IEC 42001:2023, clauses 4 to 7.
"""
