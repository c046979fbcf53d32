"""What people type, made fit to keep: no invisible control signs, one kind of line end."""

import re
import unicodedata

# C0 and C1 controls but tab and newline, and lone surrogates, which are no text in any encoding.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# They turn the reading direction of everything after them, on the page as well as in the title.
_DIRECTION = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_LINE_END = re.compile(r"\r\n?|[\x85\u2028\u2029]")


def one_line(typed: str) -> str:
    """Return ``typed`` trimmed and on one line, with nothing in it that cannot be seen to act."""
    return " ".join(_DIRECTION.sub("", _CONTROL.sub("", _LINE_END.sub(" ", typed))).split())


def lines(typed: str) -> str:
    """Return ``typed`` as lines, without control signs and without white space around it.

    The white space before the first word stays, because four spaces make code in Markdown.
    """
    cleaned = _CONTROL.sub("", _LINE_END.sub("\n", typed))
    return re.sub(r"\A(?:[^\S\n]*\n)+", "", cleaned).rstrip()


def is_readable(cleaned: str) -> bool:
    """Tell whether there is anything to read: a letter, a digit or a sign in any script."""
    return any(unicodedata.category(char)[0] in "LNPS" for char in cleaned)


def whole_number(typed: str | None, *, most: int) -> int | None:
    """Return the number that ``typed`` writes in the digits 0 to 9, or None where it is none.

    Args:
        most: a larger one is none, however long: what no column holds is no number for us.
    """
    if not typed or len(typed) > len(str(most)) or not (typed.isascii() and typed.isdecimal()):
        return None
    number = int(typed)
    return number if number <= most else None
