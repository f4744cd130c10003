"""Detectors know OKX and nothing about syntaxes: entries in, candidates out."""
