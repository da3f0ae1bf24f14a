"""What a log in several shards asks of the wheel."""
