"""What can be seen in a post before anything was learnt.

No name of a company or a product is among the signs, no language and no opinion: a number to call
is the same sign whosever number it is. Nothing here holds a post by itself; `judging` weighs.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from community.moderation.spam.numbers import CUE_REACH, is_complained_of, numbers_in
from community.search.analysis import fold

TEXT_MAX = 10_000  # characters of a post that are looked at


class Sign(StrEnum):
    """Something that can be seen in a post or about it."""

    NUMBER_TO_CALL = "number_to_call"
    CALL_IN_TITLE = "call_in_title"
    CALL_IN_NAME = "call_in_name"
    DISGUISED_NUMBER = "disguised_number"
    DISGUISED_LETTERS = "disguised_letters"
    CODE_TO_REDEEM = "code_to_redeem"
    DECORATED = "decorated"
    LINK_IN_TITLE = "link_in_title"
    MANY_LINKS = "many_links"
    REPEATED_BY_AUTHOR = "repeated_by_author"
    REPEATED_BY_OTHERS = "repeated_by_others"
    REPEATED_OFTEN = "repeated_often"
    LIKE_SPAM = "like_spam"
    MANY_AT_ONCE = "many_at_once"
    NEW_WRITER = "new_writer"
    LONG_HERE = "long_here"


IN_TEXT = frozenset(
    {
        Sign.NUMBER_TO_CALL,
        Sign.CALL_IN_TITLE,
        Sign.CALL_IN_NAME,
        Sign.DISGUISED_NUMBER,
        Sign.DISGUISED_LETTERS,
        Sign.CODE_TO_REDEEM,
        Sign.DECORATED,
        Sign.LINK_IN_TITLE,
        Sign.MANY_LINKS,
    }
)


@dataclass(frozen=True, slots=True)
class Text:
    """What was written. A reply has no title.

    Args:
        names: its tags, and those of the pages that opened with it. They are seen, and no words
            of theirs are learnt.
    """

    title: str
    body: str
    names: tuple[str, ...] = ()

    @property
    def whole(self) -> str:
        """Title and body, as far as they are looked at; a body that begins so holds the title."""
        body = self.body[:TEXT_MAX]
        return body if body.startswith(self.title) else f"{self.title}\n{body}"


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote it, just before they did.

    Args:
        days: since they signed up; 0 for somebody without an account.
        standing: their posts that can be seen and were made a day before or earlier, so that
            nobody gets them in one go.
        last_hour: their posts within the last hour, whatever became of them.
        removed: their posts that a decision took out of sight within the last year.
    """

    days: float
    standing: int
    last_hour: int
    removed: int = 0

    @property
    def is_known(self) -> bool:
        """Tell who has taken part before: they may answer many, and in the same words."""
        return self.standing >= KNOWN

    @property
    def is_long_here(self) -> bool:
        """Tell who has taken part for long, with nothing that had to go."""
        return self.standing >= LONG_HERE and self.days >= LONG_HERE_DAYS and not self.removed


@dataclass(frozen=True, slots=True)
class Seen:
    """Near-same posts of the last two days.

    Args:
        by_author, by_others: how many, whatever became of them.
        spam: how many of both somebody has found to be spam.
    """

    by_author: int = 0
    by_others: int = 0
    spam: int = 0


NEW_DAYS = 7
KNOWN = 3  # posts that stand
LONG_HERE = 24  # posts that stand
LONG_HERE_DAYS = 30
MANY_LINKS = 3
MANY_AT_ONCE = 3  # earlier posts in an hour
OFTEN = 3  # near-same posts


def signs_of(text: Text, writer: Writer, seen: Seen) -> frozenset[Sign]:
    """Return the signs of a post."""
    return frozenset([*_in_text(text), *_of_writer(writer), *_of_repetition(seen, writer)])


def _in_text(text: Text) -> Iterator[Sign]:
    whole = text.whole
    numbers = numbers_in(whole)
    if numbers_in(text.title).is_to_call:
        yield Sign.CALL_IN_TITLE
    elif numbers.is_to_call:
        yield Sign.NUMBER_TO_CALL
    in_names = [numbers_in(name) for name in text.names]
    if any(each.is_to_call for each in in_names):
        yield Sign.CALL_IN_NAME
    if numbers.is_disguised or any(each.is_disguised for each in in_names):
        yield Sign.DISGUISED_NUMBER
    if any(map(_are_letters_disguised, (whole, *text.names))):
        yield Sign.DISGUISED_LETTERS
    if _has_code_to_redeem(whole):
        yield Sign.CODE_TO_REDEEM
    if _is_decorated(text.title or text.body[:150]):
        yield Sign.DECORATED
    if any(map(_LINK.search, (text.title, *text.names))):
        yield Sign.LINK_IN_TITLE
    if len(_LINK.findall(text.body[:TEXT_MAX])) >= MANY_LINKS:
        yield Sign.MANY_LINKS


def _of_writer(writer: Writer) -> Iterator[Sign]:
    if writer.days < NEW_DAYS and writer.standing == 0:
        yield Sign.NEW_WRITER
    if writer.last_hour >= MANY_AT_ONCE and not writer.is_known:
        yield Sign.MANY_AT_ONCE
    if writer.is_long_here:
        yield Sign.LONG_HERE


def _of_repetition(seen: Seen, writer: Writer) -> Iterator[Sign]:
    if seen.spam:
        yield Sign.LIKE_SPAM
    by_author = 0 if writer.is_known else seen.by_author
    if by_author + seen.by_others >= OFTEN:
        yield Sign.REPEATED_OFTEN
    elif seen.by_others:
        yield Sign.REPEATED_BY_OTHERS
    elif by_author:
        yield Sign.REPEATED_BY_AUTHOR


# -- links --------------------------------------------------------------------------------------

_LINK = re.compile(r"\bhttps?://|\bwww\.\w", re.IGNORECASE)
_LINK_WHOLE = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)


# -- codes to redeem ----------------------------------------------------------------------------

_OFFER = re.compile(
    r"\b(?:coupons?|promo|voucher|referral|discount|invit\w+code|kupon\w*|gutschein\w*|rabatt\w*"
    r"|cupon|codigo de desconto|code promo|kode (?:undangan|referral)|diskon)\b"
    r"|купон|クーポン|优惠|優惠|折扣|邀请码|कूपन"
)
_CODE = re.compile(r"\b(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]{6,14}\b")


def _has_code_to_redeem(text: str) -> bool:
    """Tell whether there is a code beside the word for an offer, and nobody says it is refused."""
    folded = fold(text)
    near = (
        folded[max(0, found.start() - CUE_REACH) : found.end() + CUE_REACH]
        for found in _OFFER.finditer(folded)
    )
    return any(_CODE.search(around) and not is_complained_of(around) for around in near)


# -- disguises ----------------------------------------------------------------------------------

# "C U S T O M E R": five single letters in a row.
_SPELT_APART = re.compile(r"(?<!\w)(?:[^\W\d_] ){5}")
_WORD = re.compile(r"[^\W\d_]{3,}")
_DRESSED_MIN = 4  # letters


def _are_letters_disguised(text: str) -> bool:
    """Tell whether letters are there as other letters would look: "𝓗𝓸𝔀", "ᴄᴀʟʟ", "ε𝔵ⓟᗴđ"."""
    if _SPELT_APART.search(text):
        return True
    if text.isascii():
        return False
    dressed = sum(1 for char in text if _is_dressed(char))
    return dressed >= _DRESSED_MIN or any(_is_mixed(word) for word in _WORD.findall(text))


def _is_dressed(char: str) -> bool:
    """Tell letters that Unicode has for formulas and lists, and the small capitals of phonetics."""
    if char < "\u1d00":
        return False
    return (
        "\U0001d400" <= char <= "\U0001d7ff"
        or "\u24b6" <= char <= "\u24e9"
        or "\u1d00" <= char <= "\u1d2b"
        or "\U0001f130" <= char <= "\U0001f189"
    )


def _is_mixed(word: str) -> bool:
    """Tell whether a word has letters of Latin and of Greek or Cyrillic, which look alike."""
    if word.isascii():
        return False
    names = {unicodedata.name(char, "").partition(" ")[0] for char in word}
    return "LATIN" in names and bool(names & {"GREEK", "CYRILLIC", "CANADIAN", "CHEROKEE"})


_PICTURES = re.compile("[\u2190-\u2bff\U0001f000-\U0001faff\u00f7\u00d7\u221a]")
_FENCES = re.compile(r"[{}\[\]()<>|~*#@^=+/\\%$£¢®©✓]{3,}|[{(\[]{2}|[})\]]{2}")
_DECORATIONS = 3


def _is_decorated(title: str) -> bool:
    """Tell whether a title is set off by pictures and fences of signs: "☎️//💯//", "{[…]}"."""
    bare = _LINK_WHOLE.sub("", title)
    return len(_PICTURES.findall(bare)) + len(_FENCES.findall(bare)) >= _DECORATIONS
