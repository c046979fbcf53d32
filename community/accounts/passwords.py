"""Passwords: which are accepted, and how they are kept.

The rules follow NIST SP 800-63B: long enough, no rules about kinds of characters, no
forced changes, and nothing that is guessed first. What is guessed first is described
by patterns instead of a list of leaked passwords: at ten characters and more nearly
all of the common ones are a short word with digits behind it, a run over the keyboard or
a repetition, which a page of rules catches and a list of any size catches only as spelt.
"""

import re
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext as _

from community.accounts.models import PASSWORD_MAX, PASSWORD_MIN
from community.core.errors import Invalid
from community.core.names import folded

# OWASP's recommendation for Argon2id: 20 ms on a small server, and 19 MiB of memory,
# so that many sign-ins at once do not exhaust it. Raise them as machines grow: stored
# hashes are renewed when their owner signs in.
hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

DISTINCT_MIN = 5  # different characters
OWN_PART_MIN = 4  # characters of a name or address that are worth looking for
REST_MIN = 6  # characters that must be left when what is easily guessed is taken away

_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "1q2w3e4r5t6y7u8i9o0p",
    "!@#$%^&*()_+",
    "йцукенгшщзхъфывапролджэячсмитьбю",
)
_RUN_MIN = 4  # characters in a row

_WORDS = (
    "abc account admin administrator angel apple april asdf august autumn baseball basketball"
    " batman berlin changeit changeme charlie cheese chelsea chocolate common commonground"
    " company computer cookie december default demo dragon family february flower football"
    " forever freedom friday friend friends ginger guest hallo hannah harley hello help house"
    " hunter iloveyou internet january jessica jesus jordan july june killer letmein liverpool"
    " login london love lovely lovers manchester march master matrix michael michelle monday"
    " money monkey mustang newyork november october office orange paris pass passw0rd password"
    " passwort pepper phoenix pokemon princess purple qwerty qwertz ranger sample saturday"
    " secret security september shadow soccer spring starwars summer sunday sunshine superman"
    " support temp temporary test tester testing thomas thursday tigger trustno tuesday user"
    " wednesday welcome whatever wilkommen willkommen winter yellow you"
)
# Longest first, so that "commonground" is not read as "common" and a rest.
_WORD = re.compile("|".join(sorted(_WORDS.split(), key=len, reverse=True)))
_YEAR = re.compile(r"(?:19|20)\d\d")
_SAME_AGAIN = re.compile(r"(.)\1+")
_LEET = str.maketrans("@4310$5!7", "aaeiossit")


def accepted(password: str, *, username: str = "", email: str = "") -> str:
    """Return ``password`` as it is hashed, if it is not among those that are guessed first.

    Args:
        password: as it was typed.
        username: the owner's, which must not be most of the password.
        email: the same for the address.

    Raises:
        Invalid: it is too short, too long or too easily guessed.
    """
    text = _normalised(password)
    if len(text) < PASSWORD_MIN:
        raise Invalid(
            _(
                "A password has at least %(least)s characters; this one has %(count)s.",
                least=PASSWORD_MIN,
                count=len(text),
            ),
            field="password",
        )
    if len(text) > PASSWORD_MAX:
        raise Invalid(
            _("A password has at most %(most)s characters.", most=PASSWORD_MAX), field="password"
        )
    if _is_made_of(text, username, *email.split("@")):
        raise Invalid(
            _("This password is made of your own name or address, which is guessed early."),
            field="password",
        )
    if _is_guessed_early(text):
        raise Invalid(
            _(
                "This password is among the first that are guessed. Three or four words that do not belong together are better."
            ),
            field="password",
        )
    return text


def hashed(password: str) -> str:
    """Return what is kept of ``password``: an Argon2id hash with its salt and parameters."""
    return hasher.hash(_normalised(password))


def fits(password: str, password_hash: str | None) -> bool:
    """Tell whether ``password`` is the one behind the hash.

    Without a hash the answer is no, after the same work: how long it takes tells
    nobody whether there is an account.
    """
    text = _normalised(password) if len(password) <= PASSWORD_MAX else ""
    try:
        hasher.verify(password_hash or _nobodys_hash(), text)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Tell whether the hash was made with other parameters than today's."""
    return hasher.check_needs_rehash(password_hash)


@cache
def _nobodys_hash() -> str:
    return hasher.hash("the password of nobody")


def _normalised(password: str) -> str:
    """Return one spelling for what keyboards and systems spell in several ways."""
    return unicodedata.normalize("NFKC", password)


def _is_made_of(password: str, *own: str) -> bool:
    """Tell whether little is left of ``password`` without the words of ``own``."""
    text = folded(password)
    words = {word for name in own for word in re.split(r"[\W_]+", folded(name))}
    words |= {folded(name) for name in own}
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= OWN_PART_MIN:
            text = text.replace(word, "")
    return len(text) < REST_MIN and len(text) < len(folded(password))


def _is_guessed_early(password: str) -> bool:
    text = password.casefold()
    if len(set(text)) < DISTINCT_MIN or _is_repeated(text):
        return True
    return any(len(_surprise(reading)) < REST_MIN for reading in (text, text.translate(_LEET)))


def _surprise(text: str) -> str:
    """Return what is left of ``text`` without common words, years, runs and repetitions."""
    rest = _YEAR.sub("", _WORD.sub("", text))
    return _SAME_AGAIN.sub(r"\1", _without_runs(rest))


def _is_repeated(text: str) -> bool:
    """Tell whether ``text`` is one part over and over: ``abcabcabcab``."""
    return any(
        (text[:size] * len(text))[: len(text)] == text for size in range(1, len(text) // 2 + 1)
    )


def _without_runs(text: str) -> str:
    """Return ``text`` without rows of keys, letters and digits, forwards or backwards."""
    kept, place = [], 0
    while place < len(text):
        size = _run_at(text, place)
        if size < _RUN_MIN:
            kept.append(text[place])
        place += size if size >= _RUN_MIN else 1
    return "".join(kept)


def _run_at(text: str, place: int) -> int:
    """Return how many characters from ``place`` on lie in a row, somewhere."""
    longest = 1
    for row in _RUNS:
        for way in (row, row[::-1]):
            size = longest
            while place + size < len(text) and text[place : place + size + 1] in way:
                size += 1
            longest = max(longest, size)
    return longest
