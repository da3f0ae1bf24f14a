"""What each page says, as frozen dataclasses: its HTML and its JSON are made from the same one."""
