"""The management system, as the plan in force has it: pages that are read, and never written to."""
