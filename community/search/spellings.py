"""Spellings of one word, made equal before it is stemmed.

Each function takes and returns a folded word, or a folded token where the docstring says so.
"""

import re

# British spellings that differ by more than an ending: spelt with -our, -re, -ence.
_OUR = re.compile(
    r"((?:arm|behavi|cand|clam|col|endeav|fav|ferv|flav|glam|harb|hon|hum|lab|neighb|od|parl|rig"
    r"|rum|sav|savi|splend|tum|val|vap|vig)o)u(?=r)"
)
_RE = re.compile(r"(cent|fib|kilomet|lit|lust|calib|met|millimet|spect|theat)re(d|s?)\b")
_ENCE = re.compile(r"(def|lic|off|pret)enc(?=e|ing)")
_WHOLE = {
    "aluminium": "aluminum",
    "artefact": "artifact",
    "artefacts": "artifacts",
    "cheque": "check",
    "cheques": "checks",
    "grey": "gray",
    "greyed": "grayed",
    "jewellery": "jewelry",
    "practise": "practice",
    "practised": "practiced",
    "practising": "practicing",
    "programme": "program",
    "programmes": "programs",
    "sceptical": "skeptical",
}
# Endings that American spelling has with z. That "promise" becomes "promize" does no harm: it
# becomes so wherever it stands, and no other word is spelt so.
_ISE = re.compile(r"(?<=[a-z]{3})is(?=(?:e|ed|es|er|ers|ing|ation|ations)$)")
_YSE = re.compile(r"(?<=[a-z]{2})ys(?=(?:e|ed|er|ers|ing)$)")
_LOGUE = re.compile(r"(?<=[a-z]{2})logu(?:e(?=[ds]?$)|(?=ing$))")

# Articles and the like that lose their vowel before another: French, Italian, Catalan.
_ELIDED = re.compile(
    r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|un|all|dall|dell|nell|sull|coll|quell|quest"
    r"|com|cos|dov|anch|bell|sant)'(?=.)"
)

_SERBIAN_LETTERS = str.maketrans(
    dict(
        zip(
            "абвгдђежзијклљмнњопрстћуфхцчџш",
            "a b v g d d e z z i j k l lj m n nj o p r s t c u f h c c dz s".split(),  # noqa: SIM905
            strict=True,
        )
    )
)


def american(word: str) -> str:
    """Return how an English word is spelt in the United States: "colour", "organise"."""
    word = _WHOLE.get(word, word)
    word = _OUR.sub(r"\1", word, count=1)
    word = _RE.sub(r"\1er\2", word)
    word = _ENCE.sub(r"\1ens", word)
    word = _ISE.sub("iz", word)
    word = _YSE.sub("yz", word)
    return _LOGUE.sub("log", word)


def latin_serbian(word: str) -> str:
    """Return a Serbian word in Latin letters without their marks: people use both alphabets."""
    return word.translate(_SERBIAN_LETTERS)


def without_possessive(token: str) -> str:
    """Return an English or Dutch token without its possessive ending: "printer's"."""
    return token.removesuffix("'s")


def without_article(token: str) -> str:
    """Return a French, Italian or Catalan token without an elided word before it: "l'écran"."""
    return _ELIDED.sub("", token)


def without_case(token: str) -> str:
    """Return a Turkish name without the endings that an apostrophe sets off: "Firefox'un"."""
    name, _, _ = token.partition("'")
    return name or token
