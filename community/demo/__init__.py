"""A place with people in it: invented companies, customers and conversations to look at."""
