"""What people may call themselves: user names, display names and addresses.

Nobody may pose as somebody else, above all not as somebody official: the place is
neutral only while everybody can see who is speaking. So invisible signs, mixed
scripts, look-alikes of taken names and titles that are not theirs to wear are refused.
"""

import re
import secrets
import unicodedata
from itertools import pairwise

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _

from community.accounts.models import (
    DISPLAY_NAME_MAX,
    EMAIL_MAX,
    USERNAME_KEY_MAX,
    USERNAME_MAX,
    USERNAME_MIN,
)
from community.core.errors import Invalid
from community.core.names import folded
from community.core.text import one_line

MARKS_MAX = 2  # accents on one letter; more are drawn over the lines around them


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that say somebody speaks for the site or for a company. Refused as a part of a name.
_TITLES = _words(
    "admin admins administrator administrators moderator moderators mod mods official offical"
    " staff support helpdesk servicedesk customerservice customercare customersupport sysadmin"
    " webmaster postmaster hostmaster commonground"
)
# The same at the beginning or end of a longer word: "acmesupport".
_POSING = tuple(
    _words(
        "official support moderator administrator helpdesk customerservice customercare"
        " commonground"
    )
)
# Names of the house and of nobody. Refused as a whole user name.
_RESERVED = _words(
    "abuse about account accounts all anonymous api ask care company companies contact customer"
    " customers deleted employee everyone feedback former-member formermember guest help here info"
    " legal mail member members me news nobody noreply no-reply null office owner people press"
    " privacy root sales search security service services settings signin signout signup system"
    " team undefined unknown user users www you"
)

# What is given, and cannot be chosen: "guest-48213377", "former-12".
_GIVEN = re.compile(r"(?P<word>.*?)[._-]*[0-9]+")
_GIVEN_WORDS = frozenset({"guest", "former", "former-member", "formermember"})
_GUEST_NUMBERS = 10**8

# Scripts that one word may mix: what people write every day in Japanese, Chinese and Korean.
_MIXTURES = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)
_SCRIPT_OF = {"IDEOGRAPHIC": "CJK", "EXTENDED": "ARABIC", "COMBINING": ""}
# They join letters of Persian and Hindi, and the parts of some pictures: right in a display name.
_JOINERS = str.maketrans("", "", "\u200c\u200d\ufe0f")
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0]")

# Cyrillic and Greek letters that a reader takes for Latin ones.
_LOOK_ALIKE = str.maketrans(
    "авекмнорстухѕіјһԁԛԝӏьαβγεηικμνορτυχω",
    "abekmhopctyxsijhdqwlbabyenikmvoptuxw",
)
_LEET = (str.maketrans("013457@$", "oieastas"), str.maketrans("013457@$", "oleastas"))


def accepted_username(typed: str) -> str:
    """Return ``typed`` as a user name.

    Raises:
        Invalid: its length or its characters do not fit, or it could pass for an
            official one.
    """
    name = unicodedata.normalize("NFKC", typed.strip())
    if not USERNAME_MIN <= len(name) <= USERNAME_MAX or len(folded(name)) > USERNAME_KEY_MAX:
        raise Invalid(
            _(
                "A user name has %(least)s to %(most)s characters; this one has %(count)s.",
                least=USERNAME_MIN,
                most=USERNAME_MAX,
                count=len(name),
            ),
            field="username",
        )
    if not _is_spelt_well(name):
        raise Invalid(
            _(
                "A user name is made of letters and digits, at least one letter, with single dots, dashes or underscores between them."
            ),
            field="username",
        )
    if not _is_in_one_script(name):
        raise Invalid(
            _("A user name is written in one script, so that nobody can imitate another's."),
            field="username",
        )
    if folded(name) in _RESERVED or _is_given(name) or _poses(name):
        raise Invalid(
            _("This user name could be taken for an official one. Choose another."),
            field="username",
        )
    return name


def guest_name() -> str:
    """Return a user name for a guest, which somebody may have by chance."""
    return f"guest-{secrets.randbelow(_GUEST_NUMBERS):08}"


def former_name(user_id: int) -> str:
    """Return the user name of somebody who has left."""
    return f"former-{user_id}"


def is_guest_name(username: str) -> bool:
    """Tell whether this is a name that a guest was given, in place of which one is chosen."""
    return re.fullmatch(r"guest-\d{8}", username) is not None


def accepted_display_name(typed: str) -> str:
    """Return ``typed`` as the name that is shown, on one line; it may be empty.

    Raises:
        Invalid: it is too long, holds signs that cannot be seen, mixes scripts within
            a word, or could pass for an official name.
    """
    name = unicodedata.normalize("NFC", one_line(typed))
    seen = name.translate(_JOINERS)
    if len(name) > DISPLAY_NAME_MAX:
        raise Invalid(
            _(
                "A name has at most %(most)s characters; this one has %(count)s.",
                most=DISPLAY_NAME_MAX,
                count=len(name),
            ),
            field="display_name",
        )
    if name and (_has_unseen(seen) or not any(char.isalpha() for char in seen)):
        raise Invalid(
            _("A name has letters in it, and no signs that cannot be seen."), field="display_name"
        )
    if not all(_is_in_one_script(word) for word in re.split(r"[\W\d_]+", seen)):
        raise Invalid(
            _("Each word of a name is written in one script, so that nobody can imitate another."),
            field="display_name",
        )
    if _poses(seen):
        raise Invalid(
            _("This name could be taken for an official one. Choose another."),
            field="display_name",
        )
    return name


def accepted_email(typed: str) -> str:
    """Return ``typed`` as the address that is kept and compared.

    Small letters throughout: servers that tell ``Mira@`` from ``mira@`` are extinct,
    people who type it now one way and now the other are not. A host in another script
    is kept in the form that mail servers speak.

    Raises:
        Invalid: mail cannot be sent to it.
    """
    typed = typed.strip()
    too_long = Invalid(
        _("An e-mail address has at most %(most)s characters.", most=EMAIL_MAX), field="email"
    )
    if len(typed) > EMAIL_MAX:  # before a library spends a second on a million characters
        raise too_long
    try:
        address = validate_email(
            typed, check_deliverability=False, allow_smtputf8=False, strict=True
        ).ascii_email
    except EmailNotValidError as error:
        raise Invalid(
            _("This is not an e-mail address that we can write to, like name@example.org."),
            field="email",
        ) from error
    if address is None or len(address) > EMAIL_MAX:
        raise too_long
    return address.lower()


def identifier(typed: str) -> str:
    """Return what somebody signs in with as it is looked up: a user name or an address."""
    text = unicodedata.normalize("NFKC", one_line(typed))
    if "@" not in text:
        return text
    try:
        return accepted_email(text)
    except Invalid:
        return text  # nobody has it


def look_alike(name: str) -> str:
    """Return the Latin letters that the folded ``name`` can be read as."""
    return folded(name).translate(_LOOK_ALIKE)


def _is_spelt_well(name: str) -> bool:
    """Tell whether ``name`` is letters and digits, with single separators between them."""
    if _has_unseen(name) or not any(char.isalpha() for char in name):
        return False
    kinds = "".join("." if char in "._-" else unicodedata.category(char)[0] for char in name)
    are_digits = all(char.isdecimal() for char in name if unicodedata.category(char)[0] == "N")
    return are_digits and re.fullmatch(r"[LN](?:[LNM]|\.(?=[LN]))*", kinds) is not None


def _has_unseen(name: str) -> bool:
    """Tell whether ``name`` holds signs that are blank, turn the writing or pile up."""
    if _BLANK.search(name):
        return True
    marks = 0
    for char in name:
        category = unicodedata.category(char)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if category in {"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"} or marks > MARKS_MAX:
            return True
    return False


def _is_given(name: str) -> bool:
    """Tell whether ``name`` reads like one that the site gives."""
    found = _GIVEN.fullmatch(look_alike(name))
    if found is None:
        return False
    return any(found["word"].translate(leet) in _GIVEN_WORDS for leet in ({}, *_LEET))


def _is_in_one_script(word: str) -> bool:
    """Tell whether the letters of ``word`` are of one script, or of a usual mixture.

    Python knows no scripts, but each character's name begins with its script.
    """
    scripts = set()
    for char in word:
        if unicodedata.category(char)[0] not in "LMN" or char in "0123456789":
            continue
        first = re.split(r"[ -]", unicodedata.name(char, "UNNAMED"))[0]
        scripts.add(_SCRIPT_OF.get(first, first))
    scripts.discard("")
    return len(scripts) <= 1 or any(scripts <= mixture for mixture in _MIXTURES)


def _poses(name: str) -> bool:
    """Tell whether ``name`` reads like a title that is not given by choosing it."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)  # AcmeSupport
    readings = {look_alike(text) for text in (name, spaced)}
    readings |= {reading.translate(leet) for reading in readings for leet in _LEET}
    for reading in readings:
        words = [word for word in re.split(r"[\W_\d]+", reading) if word]
        if any(word.startswith(_POSING) or word.endswith(_POSING) for word in words):
            return True
        if not _TITLES.isdisjoint(words):
            return True
        if any(first + second in _TITLES for first, second in pairwise(words)):
            return True
    return False
