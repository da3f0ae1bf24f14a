"""The doors that agents act through (policy enforcement points)."""
