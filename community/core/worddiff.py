"""What has changed from one text to another, word by word.

Lines are compared first, then the words of those lines that differ. The shortest way
from one to the other is sought (E. W. Myers, "An O(ND) difference algorithm", 1986) as
long as it takes few steps; where it would take many, words that occur once in either
text hold the comparison together. Time is bounded whatever the texts are: what is not
found within `STEPS_MAX` steps is shown as removed and written anew.
"""

import enum
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

STEPS_MAX = 500_000  # comparisons for two texts; about a tenth of a second
AROUND = 2  # unchanged lines shown before and after a change

# Scripts that put no space between words are compared sign by sign.
_SIGNS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_BETWEEN = r"\s!-/:-@\[-`{-~\u00a1-\u00bf\u2000-\u206f\u3000-\u303f\uff00-\uff0f"
_WORDS = re.compile(rf"[{_SIGNS}]|[^{_BETWEEN}{_SIGNS}]+|[^\S\n]+|.", re.DOTALL)
_LINES = re.compile(r"[^\n]*\n|[^\n]+")

Block = tuple[int, int, int]  # where equal items begin in either sequence, and how many


class Kind(enum.StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"
    SKIPPED = "skipped"  # unchanged, and left out of what is shown


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that is in both texts, or in one of them only."""

    kind: Kind
    text: str


def diff(old: str, new: str) -> tuple[Piece, ...]:
    """Return the pieces that lead from ``old`` to ``new``.

    Those that are the same or gone make up the old text, those that are the same or new
    the new one.
    """
    effort = _Effort(STEPS_MAX)
    changes = _changes(_LINES.findall(old), _LINES.findall(new), effort)
    pieces = [piece for one in changes for piece in _by_words(*one, effort)]
    return tuple(_joined(pieces))


def in_context(pieces: Sequence[Piece], *, around: int = AROUND) -> tuple[Piece, ...]:
    """Leave out the lines that are far from any change.

    Args:
        around: lines to keep before and after each change.
    """
    kept: list[Piece] = []
    for place, piece in enumerate(pieces):
        if piece.kind is not Kind.SAME:
            kept.append(piece)
            continue
        lines = _LINES.findall(piece.text)
        # The line that holds the change may begin or end in this piece.
        begins = place > 0 and not pieces[place - 1].text.endswith("\n")
        ends = not piece.text.endswith("\n")
        head = "".join(lines[: around + begins]) if place else ""
        tail = "".join(lines[-around - ends :]) if place < len(pieces) - 1 else ""
        if len(head) + len(tail) >= len(piece.text):
            kept.append(piece)
            continue
        shown = (Piece(Kind.SAME, head), Piece(Kind.SKIPPED, ""), Piece(Kind.SAME, tail))
        kept += [one for one in shown if one.text or one.kind is Kind.SKIPPED]
    return tuple(kept)


@dataclass
class _Effort:
    """How many more comparisons may be made."""

    left: int


def _by_words(old: str, new: str, effort: _Effort) -> Iterator[Piece]:
    """Yield the pieces of two stretches of lines, which may be equal."""
    if old == new:
        yield Piece(Kind.SAME, old)
        return
    pending_old, pending_new = "", ""
    for was, now in _changes(_WORDS.findall(old), _WORDS.findall(new), effort):
        is_gap = was == now and (pending_old or pending_new) and "\n" not in was and not was.strip()
        if was != now or is_gap:  # a space between two changes belongs to both
            pending_old, pending_new = pending_old + was, pending_new + now
            continue
        yield from _change(pending_old, pending_new)
        pending_old, pending_new = "", ""
        yield Piece(Kind.SAME, was)
    yield from _change(pending_old, pending_new)


def _change(old: str, new: str) -> Iterator[Piece]:
    """Yield what is gone and what is new; a space at the end of both has stayed."""
    end = len(old) - len(old.rstrip(" ")) if old.strip() and new.strip() else 0
    end = min(end, len(new) - len(new.rstrip(" "))) if end else 0
    stayed = old[len(old) - end :] if end else ""
    old, new = old[: len(old) - end], new[: len(new) - end]
    if old:
        yield Piece(Kind.GONE, old)
    if new:
        yield Piece(Kind.NEW, new)
    if stayed:
        yield Piece(Kind.SAME, stayed)


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    for kind, some in groupby(pieces, key=lambda piece: piece.kind):
        text = "".join(piece.text for piece in some)
        if text:
            yield Piece(kind, text)


def _changes(old: Sequence[str], new: Sequence[str], effort: _Effort) -> Iterator[tuple[str, str]]:
    """Yield stretches of both sequences side by side: equal ones, and what replaced what."""
    at_old = at_new = 0
    for start_old, start_new, length in [*_blocks(old, new, effort), (len(old), len(new), 0)]:
        was, now = old[at_old:start_old], new[at_new:start_new]
        if was or now:
            yield "".join(was), "".join(now)
        at_old, at_new = start_old + length, start_new + length
        if length:
            same = "".join(old[start_old:at_old])
            yield same, same


def _blocks(old: Sequence[str], new: Sequence[str], effort: _Effort) -> list[Block]:
    """Return the stretches that two sequences have in common, in order."""
    head = 0
    while head < len(old) and head < len(new) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    inner_old, inner_new = old[head : len(old) - tail], new[head : len(new) - tail]
    inner = _shortest(inner_old, inner_new, effort)
    if inner is None:
        inner = _held_by_anchors(inner_old, inner_new, effort)
    blocks = [(0, 0, head)] if head else []
    blocks += [(one + head, other + head, length) for one, other, length in inner]
    blocks += [(len(old) - tail, len(new) - tail, tail)] if tail else []
    return blocks


def _shortest(old: Sequence[str], new: Sequence[str], effort: _Effort) -> list[Block] | None:
    """Return what two sequences have in common by the fewest changes; None if it takes too long.

    A way is a walk through a grid, right for what is gone, down for what is new and
    aslant for what is the same. ``furthest`` says for each diagonal how far right one
    comes with so many changes; it is noted before each change, to find the way back.
    """
    width, height = len(old), len(new)
    if not (width and height):
        return []
    allowed = effort.left // 2  # what is left helps where this does not
    furthest = {1: 0}
    noted: list[dict[int, int]] = []
    steps = 0
    for changes in range(width + height + 1):
        noted.append(furthest.copy())
        steps += 2 * changes + 2
        for diagonal in range(-changes, changes + 1, 2):
            goes_down = diagonal == -changes or (
                diagonal != changes and furthest[diagonal - 1] < furthest[diagonal + 1]
            )
            x = furthest[diagonal + 1] if goes_down else furthest[diagonal - 1] + 1
            y = start = x - diagonal
            while x < width and y < height and old[x] == new[y]:
                x, y = x + 1, y + 1
            steps += y - start
            furthest[diagonal] = x
            if x >= width and y >= height:
                effort.left -= steps
                return _way_back(noted, width, height)
        if steps > allowed:
            break
    effort.left -= steps
    return None


def _way_back(noted: Sequence[dict[int, int]], width: int, height: int) -> list[Block]:
    """Return the aslant stretches of the way to the corner."""
    blocks: list[Block] = []
    x, y = width, height
    for changes in range(len(noted) - 1, -1, -1):
        furthest, diagonal = noted[changes], x - y
        goes_down = diagonal == -changes or (
            diagonal != changes and furthest[diagonal - 1] < furthest[diagonal + 1]
        )
        before = diagonal + 1 if goes_down else diagonal - 1
        before_x = furthest[before]
        start_x = before_x if goes_down else before_x + 1
        if not changes:
            start_x = 0
        if x > start_x:
            blocks.append((start_x, start_x - diagonal, x - start_x))
        x, y = before_x, before_x - before
    blocks.reverse()
    return blocks


def _held_by_anchors(old: Sequence[str], new: Sequence[str], effort: _Effort) -> list[Block]:
    """Return what two sequences have in common around items that occur once in each.

    What lies between two such anchors is compared on its own, as far as the effort goes.
    """
    blocks: list[Block] = []
    at_old = at_new = 0
    for anchor_old, anchor_new in [*_anchors(old, new), (len(old), len(new))]:
        between = _shortest(old[at_old:anchor_old], new[at_new:anchor_new], effort)
        blocks += [(one + at_old, other + at_new, length) for one, other, length in between or ()]
        if anchor_old < len(old):
            blocks.append((anchor_old, anchor_new, 1))
        at_old, at_new = anchor_old + 1, anchor_new + 1
    return blocks


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return the places of items that occur once in each, as many as are in one order."""
    once_old, once_new = _once(old), _once(new)
    pairs = [(place, once_new[item]) for item, place in once_old.items() if item in once_new]
    # The longest run that rises in both, by patience sorting.
    tops: list[int] = []
    piles: list[int] = []  # the pair on top of each pile
    below: list[int | None] = []
    for number, (_, place) in enumerate(pairs):
        pile = bisect_left(tops, place)
        below.append(piles[pile - 1] if pile else None)
        tops[pile : pile + 1] = [place]
        piles[pile : pile + 1] = [number]
    chosen: list[tuple[int, int]] = []
    following = piles[-1] if piles else None
    while following is not None:
        chosen.append(pairs[following])
        following = below[following]
    return chosen[::-1]


def _once(items: Sequence[str]) -> dict[str, int]:
    """Return the places of the items that occur once."""
    counts = Counter(items)
    return {item: place for place, item in enumerate(items) if counts[item] == 1}
