"""The only modules that read what is scanned."""
