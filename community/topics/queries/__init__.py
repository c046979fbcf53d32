"""Reads of topics, for screens and for other features."""
