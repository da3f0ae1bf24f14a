"""What `plan new` writes: one file a kind, in which `say: ` marks what a person has to say."""
