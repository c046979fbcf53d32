"""What is being written: drafts, the preview, and warnings, before anything is posted."""
