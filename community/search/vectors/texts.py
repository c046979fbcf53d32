"""What is embedded of a topic and of a query, and in what form it reaches a model."""

import hashlib
import re
import unicodedata

VERSION = 1  # of everything below: vectors of another version are made anew
BODY = 350  # characters of a body; where a problem is told, it is told by then
LENGTH_MAX = 600  # characters of all; what the models read of a text is about as long

_SPACE = re.compile(r"\s+")
_UNREADABLE = frozenset({"Cc", "Cs", "Cn", "Co"})  # controls, halves of pairs, no characters


def of(title: str, body: str = "") -> str:
    """Return what is embedded: the title and the beginning of the body.

    One vector a topic: on the labelled sets with bodies a second one of the title alone, the
    larger or the mean of both counting, found less or no more.
    """
    beginning = plain(body[: 2 * BODY])[:BODY]
    return plain(f"{title}. {beginning}" if beginning and title.strip() else title or beginning)


def plain(text: str) -> str:
    """Return a text as models may be given it: bounded, in one line, composed as NFKC.

    Tokenizers are programs in C that trust what they read. No NUL, no control character and no
    half of a surrogate pair gets through, and no sign that one of them would take apart itself:
    that of multilingual-e5-small writes beyond its buffer where one sign becomes eighteen
    (U+FDFA), which NFKC does here first.
    """
    composed = unicodedata.normalize("NFKC", text[: 2 * LENGTH_MAX])
    readable = "".join(
        sign if unicodedata.category(sign) not in _UNREADABLE else " " for sign in composed
    )
    return _SPACE.sub(" ", readable).strip()[:LENGTH_MAX].rstrip()


def fingerprint(company_id: int, text: str) -> int:
    """Return 64 bits that change whenever what is kept beside a vector would be another."""
    content = f"{company_id} {text}".encode()
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "little")
