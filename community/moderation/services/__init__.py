"""What moderation changes, by verb."""
