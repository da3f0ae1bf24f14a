"""Certificates of management systems: who looked them up, and what follows from that."""
