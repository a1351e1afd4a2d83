"""Views turned into rows of styled text: plain functions, no widgets."""
