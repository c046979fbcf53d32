"""Which words of a text a query was about, and the stretch of it that holds most of them."""

from typing import NamedTuple

from community.search import analysis
from community.search.documents import NOT_SAID

EXCERPT = 240  # characters
ELLIPSIS = "…"


class Piece(NamedTuple):
    """A stretch of plain text, for the template to escape and, if it matches, to mark."""

    text: str
    is_match: bool


def highlight(text: str, query: str, *, language: str = NOT_SAID) -> list[Piece]:
    """Cut ``text`` into pieces that match ``query`` and pieces that do not.

    The pieces joined are the text.

    Args:
        language: of ``text``; the query is read by its rules.
    """
    return _pieces(text, _matching(text, query, language), 0, len(text))


def excerpt(
    text: str, query: str, *, length: int = EXCERPT, language: str = NOT_SAID
) -> list[Piece]:
    """Highlight the stretch that matches most different words, or the beginning if none does.

    Args:
        length: characters at most, the ellipses not counted.
        language: as in `highlight`.
    """
    if len(text) <= length:
        return highlight(text, query, language=language)
    matching = _matching(text, query, language)
    start = _fullest_window(matching, length)
    start = _after_space(text, start) if start else 0
    end = min(len(text), start + length)
    if end < len(text) and (space := text.rfind(" ", start, end)) > start:
        end = space
    pieces = _pieces(text, matching, start, end)
    before = [Piece(ELLIPSIS, is_match=False)] if start else []
    after = [Piece(ELLIPSIS, is_match=False)] if end < len(text) else []
    return before + pieces + after


def _matching(text: str, query: str, language: str) -> list[analysis.Token]:
    rules = analysis.of(language)
    return rules.tokens_with(text, rules.terms(query))


def _fullest_window(matching: list[analysis.Token], length: int) -> int:
    """Return where the stretch begins that holds most different terms, a little before them."""
    best, start = 0, 0
    for first, token in enumerate(matching):
        within = [t for t in matching[first : first + length] if t.end <= token.start + length]
        distinct = len({term for t in within for term in t.terms})
        if distinct > best:
            spare = length - (within[-1].end - token.start)
            best, start = distinct, max(0, token.start - spare // 3)
    return start


def _after_space(text: str, start: int) -> int:
    space = text.find(" ", start, start + 20)
    return space + 1 if space >= 0 else start


def _pieces(text: str, matching: list[analysis.Token], start: int, end: int) -> list[Piece]:
    pieces = []
    done = start
    for token in matching:
        if token.start < done or token.end > end:
            continue
        if token.start > done:
            pieces.append(Piece(text[done : token.start], is_match=False))
        pieces.append(Piece(text[token.start : token.end], is_match=True))
        done = token.end
    if done < end:
        pieces.append(Piece(text[done:end], is_match=False))
    return pieces
