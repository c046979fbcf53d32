"""Mail: rendered from ``templates/mail``, sent by the worker, never by a request.

``COMMUNITY_MAIL_URL`` says how: ``smtp://``, ``smtps://``, ``file:///folder`` (one
``.eml`` a message, for development) or ``memory:`` (a list, for tests).
"""

import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from flask import current_app

from community.core import clock

TIMEOUT_S = 30


def send(to: str, template: str, **context: object) -> None:
    """Render ``templates/mail/<template>.txt`` and send it to the address ``to``.

    The template's first line is the subject; a blank line follows.

    Raises:
        OSError: the server cannot be reached or refuses (`smtplib.SMTPException` is one).
    """
    # Not by Flask's `render_template`, which adds what pages have: a mail has no viewer.
    rendered = current_app.jinja_env.get_template(f"mail/{template}.txt").render(**context)
    subject, _, text = rendered.partition("\n")
    message = _message(to, " ".join(subject.split()), text.strip() + "\n")
    _transport(message)


def outbox_folder() -> Path | None:
    """Return the folder that mail is written to, or None when it is really sent."""
    url = urlsplit(current_app.config["SETTINGS"].mail_url)
    return Path(unquote(url.path)) if url.scheme == "file" else None


def _message(to: str, subject: str, text: str) -> EmailMessage:
    settings = current_app.config["SETTINGS"]
    name, sender = parseaddr(settings.mail_from)
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(display_name=name, addr_spec=sender)
    message["To"] = Address(addr_spec=to)
    message["Subject"] = subject
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = make_msgid(domain=urlsplit(settings.base_url).hostname)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
    # Where the text allows it, a long link stays on one line, also for those who read the file.
    message.set_content(text, cte="7bit" if text.isascii() else None)
    return message


def _transport(message: EmailMessage) -> None:
    url = urlsplit(current_app.config["SETTINGS"].mail_url)
    if url.scheme == "memory":
        current_app.extensions.setdefault("mail_sent", []).append(message)
    elif url.scheme == "file":
        _write(message, Path(unquote(url.path)))
    else:
        _submit(message, url)


def _write(message: EmailMessage, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    stamp = clock.now().strftime("%Y%m%d-%H%M%S-%f")
    (folder / f"{stamp}.eml").write_bytes(message.as_bytes())


def _submit(message: EmailMessage, url: SplitResult) -> None:
    """Hand the message to a mail server, encrypted unless it is on this machine."""
    context = ssl.create_default_context()
    host = url.hostname or ""
    if url.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, url.port or 465, timeout=TIMEOUT_S, context=context
        )
    else:
        server = smtplib.SMTP(host, url.port or 587, timeout=TIMEOUT_S)
    with server:
        if url.scheme == "smtp" and host not in {"localhost", "127.0.0.1", "::1"}:
            server.starttls(context=context)
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
        try:
            server.send_message(message)
        except smtplib.SMTPRecipientsRefused as refused:
            # Its words hold the address, which is for no log.
            codes = ", ".join(str(code) for code, _ in refused.recipients.values())
            raise OSError(f"The mail server refused the recipient ({codes}).") from None
