"""How names become keys: folded for comparing, and slugs for addresses."""

import re
import unicodedata

SLUG_MAX = 60  # characters


def folded(name: str) -> str:
    """Return ``name`` as it is compared: compatible forms, no case, no accents, single spaces."""
    if name.isascii():  # nearly all, and ten times cheaper
        return " ".join(name.lower().split())
    text = unicodedata.normalize("NFKD", name)
    text = "".join(char for char in text if not unicodedata.combining(char))
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def slug(name: str, *, default: str) -> str:
    """Return ``name`` as part of an address: letters and digits of any script, and dashes.

    Args:
        name: any text.
        default: what to use when nothing of the name can be used.
    """
    words = re.findall(r"\w+", folded(name).replace("_", " ").replace("'", "").replace("’", ""))
    text = ""
    for word in words:
        if text and len(text) + 1 + len(word) > SLUG_MAX:
            break
        text = f"{text}-{word}" if text else word[:SLUG_MAX]
    return text or default


def grams(key: str) -> frozenset[str]:
    """Return the three-letter pieces of a folded name, by which names like it are found.

    Each word has two spaces before it and one behind, so that its beginning weighs more:
    ``acme`` gives two pieces with its first letters, two from within and one with its end.
    """
    padded = (f"  {word} " for word in key.split())
    return frozenset(word[at : at + 3] for word in padded for at in range(len(word) - 2))
