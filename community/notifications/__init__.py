"""Being told: the bell, mail at once or as a digest, and how to stop it."""
