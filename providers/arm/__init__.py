"""ARM templates and Bicep files."""
