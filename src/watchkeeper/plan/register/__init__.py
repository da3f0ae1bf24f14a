"""The register: what all files of the management system say, as one canonical document."""
