"""Does a workspace hold together: references, limits, and gaps of the management system."""
