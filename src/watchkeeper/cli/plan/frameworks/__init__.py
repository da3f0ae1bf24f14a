"""Commands on standards and frameworks: what they number and ask, and how far the workspace is."""
