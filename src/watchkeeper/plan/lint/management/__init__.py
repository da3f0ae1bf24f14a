"""What the records of the management system must keep to, each rule by its topic."""
