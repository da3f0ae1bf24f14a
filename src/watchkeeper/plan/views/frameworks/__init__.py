"""What supports an article, a subcategory, an element, in one system: never that it is enough.

Everything goes through ISO/IEC 42001: the crosswalk says which of its items an article or a
subcategory stands beside, and records, controls and the log are held against those.
"""
