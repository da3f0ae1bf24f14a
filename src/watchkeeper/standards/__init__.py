"""The data of the standards, and the loader that checks it."""
