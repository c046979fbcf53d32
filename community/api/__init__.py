"""JSON over the same services and queries as the pages."""
