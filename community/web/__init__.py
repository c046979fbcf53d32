"""What every page shares: errors, limits, markup, forms, paging, headers, language."""
