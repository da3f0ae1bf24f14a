"""Witnesses: who they are, what they are asked, what they sign, and when they must refuse."""
