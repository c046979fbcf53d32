"""Companies and their products, and who may speak for them."""
