"""Topics, replies and what people say of them; asking, and the answer that already exists.

models, policies   the tables, and who may do what
queries, services  reads and changes, for our own screens and for every feature above
forms, views       the screens: asking (`views/ask*`), a topic's page (`views/show`, `views/press`)
indexing           from topics to documents in the index of words; `embedding`, to vectors
importing          content from elsewhere
measuring          how well finding works here
holdings           what is kept about a person, to export, hand over or forget
"""
