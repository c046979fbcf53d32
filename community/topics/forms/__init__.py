"""Forms of topics, and of asking."""
