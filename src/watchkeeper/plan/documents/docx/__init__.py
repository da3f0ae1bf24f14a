"""Our own reader of .docx (ECMA-376, WordprocessingML): what a person sees, tracked changes too."""
