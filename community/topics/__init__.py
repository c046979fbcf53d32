"""Topics, replies and what people say of them; asking, and the answer that already exists."""
