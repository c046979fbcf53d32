"""What is learnt from posts that somebody has judged: in how many of each kind a thing stood."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from community.moderation.spam.signs import Sign, Text
from community.search.analysis import AS_SPELT

ALL = ""  # the key that counts all posts
SIGN = "*"  # before the name of a sign; no word begins so
LANGUAGE = "*language:"
WORDS_MAX = 200  # different words of a post that are learnt and looked up
WORD_MAX = 60  # characters


class Counts(NamedTuple):
    """In how many spam and honest posts something stood."""

    spam: int = 0
    honest: int = 0


@dataclass(frozen=True, slots=True)
class Learnt:
    """What is known of the things in one post."""

    counts: Mapping[str, Counts]

    @property
    def all(self) -> Counts:
        """How many posts were learnt from."""
        return self.counts.get(ALL, Counts())

    def of(self, key: str) -> Counts:
        """Return in how many posts ``key`` stood."""
        return self.counts.get(key, Counts())


def words_of(text: Text) -> list[str]:
    """Return the different words of a text, folded, so that "𝓒𝓪𝓵𝓵" is "call".

    They are not stemmed: how spam spells is part of what it is known by. Pairs of words were tried
    as well; they took six times the room and found less.
    """
    terms = (term[:WORD_MAX] for term in AS_SPELT.terms(text.whole))
    return list(dict.fromkeys(terms))[:WORDS_MAX]


def learnable(text: Text, signs: Collection[Sign], language: str | None) -> list[str]:
    """Return the keys of everything that is counted when a post is learnt from, each once."""
    return [ALL, f"{LANGUAGE}{language or ''}", *keys(signs), *map(key_of, words_of(text))]


def key_of(word: str) -> str:
    """Return the key under which a word is counted: a digest, so that names do not lie about."""
    return hashlib.blake2b(word.encode(), digest_size=8).hexdigest()


def keys(signs: Iterable[Sign]) -> list[str]:
    """Return the keys under which signs are counted."""
    return [f"{SIGN}{sign.value}" for sign in sorted(signs)]
