"""Rules over grants: what agents may do, what may be lent, and what is reached at all."""
