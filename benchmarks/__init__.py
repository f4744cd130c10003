"""Reproducible measurements, every figure a ratio against something run beside it."""
