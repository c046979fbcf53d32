"""Where sentences end, in any script.

The rules of Unicode's UAX #29 (sentence boundaries SB6 to SB11), with what they leave to the
application: abbreviations. A full stop before a small letter ends nothing, nor does one after a
single letter ("J. Doe", "e.g.") or a known abbreviation. Chinese and Japanese need no space after
theirs. A line that was broken by hand ends a sentence unless the next begins with a small letter.
"""

import re

_CLOSING = r"""["'”’»›)\]}」』）】〉》〕］｝]"""
_END = re.compile(
    rf"(?P<wide>[。！？｡]+{_CLOSING}*)\s*"
    rf"|(?P<mark>[.!?…؟۔।॥။።։]+{_CLOSING}*)(?=\s)\s*"
    r"|\s*\n\s*"
)
_ASKING = re.compile(rf"[?？؟]{_CLOSING}*$")
_LAST_WORD = re.compile(r"[^\W_]+(?:\.[^\W_]+)*$")

# Before a name, whose first letter is a capital.
_SHORT = """
    approx bspw bzgl bzw cf dept dr dra drs etc evtl fr ggf hr ibid inkl jr mr mrs mt prof sr sra
    st tj tzn usw vgl viz vs zb
"""
# Before a number.
_COUNTING = """
    abb al art bd bl ca chap cnt eq fig figs max min nn no nos nr núm obr op pag pág par pp ref
    sec sect tab tel v ver vers vol vols ext
"""
_BEFORE_NAMES, _BEFORE_NUMBERS = frozenset(_SHORT.split()), frozenset(_COUNTING.split())


def spans(text: str) -> list[tuple[int, int]]:
    """Return where the sentences of ``text`` begin and end, in order, without the space between."""
    found = []
    start = len(text) - len(text.lstrip())
    for end in _END.finditer(text, start):
        if end.end() >= len(text) or not _ends(text, start, end):
            continue
        found.append((start, end.start() + len(end["wide"] or end["mark"] or "")))
        start = end.end()
    if rest := text[start:].rstrip():
        found.append((start, start + len(rest)))
    return [(begin, end) for begin, end in found if end > begin]


def is_question(sentence: str) -> bool:
    """Tell whether a sentence asks something: whether it ends with a question mark."""
    return _ASKING.search(sentence) is not None


def _ends(text: str, start: int, end: re.Match[str]) -> bool:
    following = text[end.end()]
    if end["wide"]:
        return True
    if following.islower():  # SB8; also of a line that was broken in the middle
        return bool(end["mark"]) and not end["mark"].startswith((".", "…"))
    if not end["mark"] or not end["mark"].startswith("."):
        return True
    return not _is_abbreviated(text[start : end.start()], following)


def _is_abbreviated(before: str, following: str) -> bool:
    """Tell whether the last word before a full stop is cut short, or counts ("2. Press it")."""
    last = _LAST_WORD.search(before)
    if last is None:
        return False
    word = last.group()
    if word.isdigit():
        return last.start() == 0
    if word == "I":  # "So do I."
        return False
    final, short = word.rpartition(".")[2], word.replace(".", "").lower()
    return (
        (len(final) == 1 and final.isalpha())
        or short in _BEFORE_NAMES
        or (short in _BEFORE_NUMBERS and following.isdigit())
    )
