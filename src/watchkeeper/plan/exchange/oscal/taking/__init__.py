"""OSCAL documents of others: read with bounds, and drafted into files of a workspace."""
