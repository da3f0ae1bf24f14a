"""Input schemas as tool servers write them: foreign JSON, read without trust."""
