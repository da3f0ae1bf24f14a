"""What happens now: a ring of the newest records, and the stream of events made from it."""
