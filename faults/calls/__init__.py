"""A fault at every system call that touches the home, one run for each."""
