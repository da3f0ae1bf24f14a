"""The inventory as a CycloneDX 1.6 bill of materials for machine learning, out and in."""
