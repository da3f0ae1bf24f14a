"""The files of the management system itself: what each may hold, checked by its model."""
