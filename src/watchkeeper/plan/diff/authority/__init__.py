"""What changed in who may do what: grants, policies, and what was lent or approved ahead."""
