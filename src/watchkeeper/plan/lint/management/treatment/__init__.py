"""Rules on what is done about risks: assessments, treatments, rows, policies and demands."""
