"""Do the references of OSCAL documents lead somewhere: ours, and those of others."""
