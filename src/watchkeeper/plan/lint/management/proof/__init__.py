"""Rules on what shows that it works: evidence, certificates, audits, reviews and findings."""
