"""Change control: what a plan changes, what people answer to it, and its release."""
