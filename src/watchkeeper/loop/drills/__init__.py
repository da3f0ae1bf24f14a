"""Escalations that are planted: what one is, when it comes, how it ends. None is ever released."""
