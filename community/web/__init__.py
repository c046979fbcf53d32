"""What every page shares: errors, limits, forms, paging, headers, language."""
