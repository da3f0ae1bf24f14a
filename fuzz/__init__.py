"""Every parser that reads bytes of strangers, and bytes that nobody would write."""
