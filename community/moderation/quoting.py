"""Whether a text quotes another: in quotation lines (`> …`), or by its address. Pure."""

import re
from collections.abc import Iterator

PHRASE = 5  # words in a row that a quotation shares with what it quotes
SHORT = 6  # characters: what is shorter, such as "> yes", is in too many texts to tell

_WORD = re.compile(r"\w+")
_MARK = re.compile(r" {0,3}>")


class Quoted:
    """A text that others may quote.

    Args:
        said: what it says, Markdown.
    """

    def __init__(self, said: str) -> None:
        words = _words(said)
        self._said = " ".join(words)
        self._phrases = _phrases(words)

    def quotation_in(self, body: str) -> str:
        """Return the first quotation of this text in another, Markdown; "" if there is none.

        It shares `PHRASE` words in a row with the text; a shorter one stands in it whole.
        """
        return next((quoted for quoted in _quotations(body) if self._holds(quoted)), "")

    def _holds(self, quoted: str) -> bool:
        words = _words(quoted)
        if len(words) >= PHRASE:
            return not self._phrases.isdisjoint(_phrases(words))
        phrase = " ".join(words)  # also a whole sentence of a script without spaces
        return len(phrase) >= SHORT and phrase in self._said


def names_reply(body: str, reply_id: int) -> bool:
    """Tell whether a text holds the address of a reply."""
    return re.search(rf"/r/{reply_id}(?!\d)", body) is not None


def _quotations(body: str) -> Iterator[str]:
    """Yield the quotations of a text, each with the lines that go on without a mark."""
    lines: list[str] = []
    for line in [*body.splitlines(), ""]:
        if _MARK.match(line) or (lines and line.strip()):
            lines.append(line.lstrip("> "))
        elif lines:
            yield " ".join(lines)
            lines = []


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _phrases(words: list[str]) -> frozenset[str]:
    runs = zip(*(words[start:] for start in range(PHRASE)), strict=False)
    return frozenset(" ".join(run) for run in runs)
