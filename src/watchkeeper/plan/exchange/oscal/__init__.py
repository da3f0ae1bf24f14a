"""OSCAL 1.2.1: what we hand out, what we take in, and whether its references hold."""
