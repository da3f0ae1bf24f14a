"""What other tools read and write: spreadsheets, OSCAL, CycloneDX. Bytes in, bytes out."""
