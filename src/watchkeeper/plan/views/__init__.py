"""Views of a plan and its management system, for people and programs: pure, and never a score."""
