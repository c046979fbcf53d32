"""Mail: rendered from ``templates/mail``, sent by the worker, never by a request.

``COMMUNITY_MAIL_URL`` says how: ``smtp://``, ``smtps://``, ``file:///folder`` (one
``.eml`` a message, for development) or ``memory:`` (a list, for tests).
"""

import re
import secrets
import smtplib
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UniqueUnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime, make_msgid, parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from flask import current_app
from jinja2 import TemplateNotFound

from community.core import clock, config

TIMEOUT_S = 30

# RFC 3463: 5.1.x is about the address, 5.2.1 a mailbox that takes nothing any more. Without such
# a code these are the old ones that say that nobody is there.
_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_NOBODY_THERE = frozenset({550, 551, 553})

Post = Callable[[EmailMessage], None]


class _OneLine(UniqueUnstructuredHeader, BaseHeader):  # type: ignore[misc]  # stubs differ
    """A header with an address, which must be read as it stands.

    Python breaks a long one into encoded words, which no mail program takes for an address.
    """

    def fold(self, *, policy: Policy) -> str:
        """Return the header as it is sent."""
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _OneLine)
_POLICY = SMTP.clone(header_factory=_HEADERS)


class Refused(OSError):
    """The mail server is well but does not take this message.

    Its own words may hold the address, which is for no log, so only the codes are kept.
    """

    def __init__(self, code: int, words: bytes | str) -> None:
        text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
        enhanced = _ENHANCED.search(text)
        codes = f"{code} {enhanced.group()}" if enhanced else str(code)
        super().__init__(f"The mail server refused the message ({codes}).")
        self.is_final = 500 <= code < 600
        self.is_address_dead = self.is_final and (
            is_about_the_address(enhanced.group()) if enhanced else code in _NOBODY_THERE
        )


class Unclear(OSError):
    """The conversation broke off after the message was handed over: it may have arrived."""


class _Server(smtplib.SMTP):
    """Tells a break before the message was handed over from one after it."""

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Hand the message over."""
        try:
            return super().data(msg)
        except smtplib.SMTPDataError:
            raise
        except OSError as error:
            raise Unclear("The mail server has not said whether it took the message.") from error


class _EncryptedServer(_Server, smtplib.SMTP_SSL):
    """The same, encrypted from the start."""


def is_about_the_address(status: str) -> bool:
    """Tell whether a status of RFC 3463 says that an address takes no mail, now or later."""
    return status.startswith("5.1.") or status == "5.2.1"


def send(to: str, template: str, **context: object) -> None:
    """Render a template and send it to the address ``to`` (see `compose`).

    Raises:
        OSError: the server cannot be reached or refuses (`smtplib.SMTPException` is one).
    """
    message = compose(to, template, context)
    with connection() as post:
        post(message)


def compose(
    to: str,
    template: str,
    context: Mapping[str, object],
    headers: Mapping[str, str] | None = None,
) -> EmailMessage:
    """Write a message from ``templates/mail/<template>.txt``, and ``.html`` if there is one.

    The first line of the text is the subject; a blank line follows.

    Args:
        headers: more of them, or others in place of our own. ``Return-Path`` is where
            bounces go; it becomes the sender of the envelope.
    """
    # Not by Flask's `render_template`, which adds what pages have: a mail has no viewer.
    templates = current_app.jinja_env
    rendered = templates.get_template(f"mail/{template}.txt").render(**context)
    subject, _, text = rendered.partition("\n")
    message = EmailMessage(policy=_POLICY)
    name, sender = parseaddr(config.current().mail_from)
    message["From"] = Address(display_name=name, addr_spec=sender)
    message["To"] = Address(addr_spec=to)
    message["Subject"] = " ".join(subject.split())
    message["Date"] = format_datetime(clock.now())
    for header, value in _ours(headers or {}).items():
        message[header] = value
    # Where the text allows it, a long link stays on one line, also for those who read the file.
    text = text.strip() + "\n"
    message.set_content(text, cte="7bit" if text.isascii() else None)
    try:
        page = templates.get_template(f"mail/{template}.html")
    except TemplateNotFound:
        return message
    message.add_alternative(page.render(**context), subtype="html", cte="quoted-printable")
    return message


def host() -> str:
    """Return the name of this site, for identifiers in mail."""
    return urlsplit(config.current().base_url).hostname or "localhost"


@contextmanager
def connection() -> Iterator[Post]:
    """Yield a function that sends a message; all go through one connection.

    Raises:
        OSError: the server cannot be reached. The function also raises `Refused`, after
            which the next message may be sent.
    """
    url = urlsplit(config.current().mail_url)
    if url.scheme == "memory":
        yield current_app.extensions.setdefault("mail_sent", []).append
    elif url.scheme == "file":
        yield lambda message: _write(message, Path(unquote(url.path)))
    else:
        with _server(url) as server:
            yield lambda message: _submit(message, server)


def outbox_folder() -> Path | None:
    """Return the folder that mail is written to, or None when it is really sent."""
    url = urlsplit(config.current().mail_url)
    return Path(unquote(url.path)) if url.scheme == "file" else None


def way_back(mark: str) -> dict[str, str]:
    """Return the header that says where a mail comes back to, if bounces are read at all.

    Args:
        mark: by which it is known again then.
    """
    local, at, domain = config.current().mail_bounces.rpartition("@")
    return {"Return-Path": f"<{local}+{mark}@{domain}>"} if at else {}


def _ours(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that every mail has, and what is wanted besides or instead."""
    return {
        "Message-ID": headers.get("Message-ID") or make_msgid(domain=host()),
        "Auto-Submitted": "auto-generated",  # RFC 3834: no out-of-office answers, please
        **headers,
    }


def _write(message: EmailMessage, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{clock.now():%Y%m%d-%H%M%S-%f}-{secrets.token_hex(4)}.eml"  # in order, each its own
    (folder / name).write_bytes(message.as_bytes())


def _server(url: SplitResult) -> _Server:
    """Connect to a mail server, encrypted unless it is on this machine."""
    context = ssl.create_default_context()
    name = url.hostname or ""
    if url.scheme == "smtps":
        server: _Server = _EncryptedServer(
            name, url.port or 465, timeout=TIMEOUT_S, context=context
        )
    else:
        server = _Server(name, url.port or 587, timeout=TIMEOUT_S)
    try:
        if url.scheme == "smtp" and name not in {"localhost", "127.0.0.1", "::1"}:
            server.starttls(context=context)
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _submit(message: EmailMessage, server: _Server) -> None:
    sender = parseaddr(message.get("Return-Path", ""))[1] or None
    del message["Return-Path"]  # the last server writes it, from the envelope
    try:
        server.send_message(message, from_addr=sender)
    except smtplib.SMTPRecipientsRefused as refused:
        (answer,) = refused.recipients.values()
        raise Refused(*answer) from None
    except smtplib.SMTPDataError as refused:
        raise Refused(refused.smtp_code, refused.smtp_error) from None
