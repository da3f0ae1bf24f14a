"""Change control: what people answer to a plan, and what its release takes."""
