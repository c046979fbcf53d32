"""The proof that nobody with a stake can bend what customers wrote (rules N5, N8 and N12)."""
