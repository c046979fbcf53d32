"""Screens made of several features: home, companies, people, search."""
