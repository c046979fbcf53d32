"""Code in colours: which word of it is a keyword, a text, a comment.

Pygments reads the code. Of its hundred kinds of words ours are seven, because a page in
five colours reads as well as one in thirty and weighs a quarter.
"""

from html import escape
from itertools import groupby
from typing import Final

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Generic, Keyword, Name, Number, Operator, String, _TokenType

# The languages of code in support: each by the name that Pygments knows and what else people
# call it. No other is read, because among the five hundred lexers some take a very long time for
# some texts.
_LANGUAGES = """
    apache
    bash sh shell zsh
    batch bat cmd
    c
    console shell-session terminal
    cpp c++
    csharp c# cs
    css
    dart
    diff patch
    docker dockerfile
    go golang
    html
    http
    ini conf cfg
    java
    javascript js jsx node
    json jsonc json5
    kotlin
    lua
    make makefile
    nginx
    objective-c objc
    perl
    php
    powershell ps1 pwsh
    properties
    python py python3
    r
    ruby rb
    rust rs
    scss
    sql mysql postgresql sqlite
    swift
    toml
    typescript ts tsx
    vb.net vb
    xml svg xhtml
    yaml yml
"""
_LEXERS: Final = {
    name: line.split()[0] for line in _LANGUAGES.strip().splitlines() for name in line.split()
}
# The class of each kind of word, as Pygments calls it; the first that holds the word counts.
_CLASSES: Final = (
    (Comment, "c"),
    (Generic.Prompt, "c"),
    (Generic.Output, ""),
    (Keyword.Constant, "m"),
    (Keyword, "k"),
    (Operator.Word, "k"),
    (String, "s"),
    (Number, "m"),
    (Name.Tag, "k"),
    (Name.Function, "f"),
    (Name.Class, "f"),
    (Name.Decorator, "f"),
    (Name.Builtin, "f"),
    (Name.Attribute, "f"),
    (Name.Variable, "f"),
    (Generic.Deleted, "gd"),
    (Generic.Inserted, "gi"),
    (Generic.Heading, "k"),
    (Generic.Subheading, "k"),
)
CLASSES: Final = frozenset(name for _, name in _CLASSES if name)
CODE_MAX: Final = 4_000  # characters; longer code stays plain


def coloured(code: str, language: str) -> str | None:
    """Return ``code`` as HTML with its words in classes, or None where it has to stay plain.

    It stays plain in a language that we do not know: none is guessed.
    """
    lexer = _lexer(language)
    if lexer is None or len(code) > CODE_MAX:
        return None
    tokens = [(_class_of(kind), words) for kind, words in lexer.get_tokens(code)]
    if "".join(words for _, words in tokens) != code:  # a lexer that mends what it reads
        return None
    runs = groupby(tokens, key=lambda token: token[0])
    return "".join(_run(name, "".join(words for _, words in run)) for name, run in runs)


def _run(name: str, words: str) -> str:
    html = escape(words, quote=False)
    return f'<span class="{name}">{html}</span>' if name else html


def _class_of(kind: _TokenType) -> str:
    return next((name for family, name in _CLASSES if kind[: len(family)] == family), "")


def _lexer(language: str) -> Lexer | None:
    name = _LEXERS.get(language.lower())
    if name is None:
        return None
    # As it was typed: nothing is trimmed, and no line end is added.
    return get_lexer_by_name(name, stripnl=False, ensurenl=False)
