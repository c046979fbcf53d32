"""Pictures in what people write: checked, re-encoded, kept, served, and swept when unused."""
