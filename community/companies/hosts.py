"""Website hosts and addresses as people type them."""

import re
from urllib.parse import urlsplit

from flask_babel import gettext as _

from community.companies.models import HOST_MAX, URL_MAX
from community.core.errors import Invalid

_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
# Second-level names under which companies register, as in example.co.uk.
_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "go", "gov", "ne", "net", "or", "org", "web"})


def website_host(typed: str) -> str | None:
    """Return the host in what somebody typed: a host, or any address on the site.

    ``https://www.Acme.example/shop`` becomes ``acme.example``; nothing becomes None.

    Raises:
        Invalid: there is no public host name in it.
    """
    typed = typed.strip()
    if not typed:
        return None
    wrong = Invalid(_("Write the website like acme.example."), field="website")
    try:
        host = urlsplit(typed if "//" in typed else f"//{typed}").hostname or ""
        host = host.rstrip(".").encode("idna").decode("ascii").lower()
    except (ValueError, UnicodeError) as error:
        raise wrong from error
    host = host.removeprefix("www.")
    labels = host.split(".")
    if (
        len(host) > HOST_MAX
        or len(labels) < 2
        or labels[-1].isdigit()  # an address of numbers
        or not all(_LABEL.fullmatch(label) for label in labels)
    ):
        raise wrong
    return host


def web_address(typed: str, *, field: str) -> str:
    """Return an address on the web as it was typed, if it is one.

    Raises:
        Invalid: it does not begin with http:// or https://, has no host or is too long.
    """
    typed = typed.strip()
    try:
        parts = urlsplit(typed)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or any(char.isspace() or not char.isprintable() for char in typed):
        raise Invalid(_("Write the whole address, like https://acme.example/support."), field=field)
    if len(typed) > URL_MAX:
        raise Invalid(_("An address has at most %(most)s characters.", most=URL_MAX), field=field)
    return typed


def registrable_part(host: str) -> str:
    """Return the part of a host that somebody registered: ``help.acme.co.uk`` → ``acme.co.uk``."""
    labels = host.split(".")
    keep = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL else 2
    return ".".join(labels[-keep:])
