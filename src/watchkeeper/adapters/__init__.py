"""The world behind the ports: disk, keys, clocks and chance."""
