"""The power goes at any moment: every state that a disk may be left in is recovered."""
