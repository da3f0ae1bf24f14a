"""The released plan: what the workspace compiles to and the runtime enforces."""
