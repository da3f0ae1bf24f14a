"""Documents under control as they are read: their text, its sentences, what each is bound to."""
