"""Rules over the organisation and its people: who they are, who stands in, how they are reached."""
