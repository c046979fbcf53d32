"""The name and the address of somebody who has left, taken out of what others wrote.

Whatever table it is, a text that calls ``@mira`` calls a former member afterwards, and her
address is gone from it. Only what is surely hers is sought: her user name after an ``@``, and
an address that she has shown to be her own. Her name typed as plain words may be anybody's,
and what somebody may choose freely must not change what others wrote.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape
from typing import Any
from urllib.parse import quote

from sqlalchemy import (
    JSON,
    ColumnElement,
    Enum,
    String,
    Table,
    Text,
    cast,
    or_,
    select,
    tuple_,
    update,
)

from community.core import mail, outbox
from community.core.db import Base, db, reading, transaction
from community.core.names import folded

EVENT = "words.erased"
CHUNK = 100  # rows rewritten in one transaction
LEFT = "erased_by_its_owner"  # in the `info` of a table whose texts its feature clears itself
SOMEBODY = "@former-member"  # a name that nobody can have
REMOVED = "[removed]"

_CALL = re.compile(r"(?<![\w@/.])@([^\s@<>&\"'()\[\]{},:;!?/|\\]{2,})")


@dataclass(frozen=True, slots=True)
class Traces:
    """What somebody who leaves is known by.

    Args:
        username: as it is spelt by its owner.
        addresses: e-mail addresses that have been shown to be theirs.
        names: what they are called besides, which only decides whether a mail is about them.
    """

    username: str
    addresses: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def erased(self, text: str) -> str:
        """Return ``text``, Markdown or plain, without them."""
        text = self._page().sub(f"/people/{SOMEBODY[1:]}", _CALL.sub(self._call, text))
        for address in self.addresses:
            text = re.sub(re.escape(address), REMOVED, text, flags=re.IGNORECASE)
        return text

    def erased_html(self, html: str) -> str:
        """Return rendered ``html`` without them, and without links to where they were."""
        page = re.escape(f'href="/people/{quote(self.username)}"')
        html = re.sub(rf"<a [^>]*{page}[^>]*>@[^<]*</a>", SOMEBODY, html, flags=re.IGNORECASE)
        for address in self.addresses:
            link = re.escape(f'href="mailto:{escape(address)}"')
            html = re.sub(rf"<a [^>]*{link}[^>]*>(.*?)</a>", r"\1", html, flags=re.IGNORECASE)
            html = re.sub(re.escape(escape(address)), REMOVED, html, flags=re.IGNORECASE)
        return self.erased(html)

    def erased_value(self, value: Any) -> Any:
        """Return what a JSON column holds without them."""
        if isinstance(value, str):
            return self.erased(value)
        if isinstance(value, list):
            return [self.erased_value(each) for each in value]
        if isinstance(value, dict):
            return {key: self.erased_value(each) for key, each in value.items()}
        return value

    def are_in(self, text: str) -> bool:
        """Tell whether ``text`` names them in any way."""
        found = text.casefold()
        if any(address.casefold() in found for address in self.addresses):
            return True
        return any(
            re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", found)
            for name in (self.username, *self.names)
            if name
        )

    def may_be_in(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """Return the condition for rows that are worth a look."""
        text = cast(column, Text)
        # Databases fold the case of Latin letters only; who has others is looked for by the sign.
        call = f"@{self.username}" if self.username.isascii() else "@"
        pages = (f"/people/{self.username}", f"/people/{quote(self.username)}")
        words = {call, *pages, *self.addresses}
        return or_(*(text.icontains(word, autoescape=True) for word in sorted(words)))

    def _page(self) -> re.Pattern[str]:
        """Return the pattern for the address of their page, quoted or not."""
        spellings = "|".join(re.escape(name) for name in {self.username, quote(self.username)})
        return re.compile(rf"/people/(?:{spellings})(?![\w%-]|\.\w)", re.IGNORECASE)

    def _call(self, call: re.Match[str]) -> str:
        for name in _readings(call[1]):
            if folded(name) == folded(self.username):
                return SOMEBODY + call[1][len(name) :]
        return call[0]


def erase(traces: Traces) -> None:
    """Take somebody out of every text in the database, a few rows in a transaction.

    Runs outside a transaction, and any number of times. Says which rows it changed by the
    event `EVENT`, with the name of their table. Tables that are `LEFT` to their feature stay.
    """
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.columns if _holds_text(column)]
        if LEFT in table.info or not columns:
            continue
        key = list(table.primary_key.columns)
        with reading():
            found = db.session.execute(
                select(*key).where(or_(*(traces.may_be_in(column) for column in columns)))
            ).all()
        for start in range(0, len(found), CHUNK):
            with transaction():
                _erase_in(table, columns, found[start : start + CHUNK], traces)


def erase_mails(traces: Traces) -> int:
    """Delete mails to them or about them from the folder that mail is written to, if there is one.

    Returns:
        how many there were.
    """
    folder = mail.outbox_folder()
    deleted = 0
    for path in folder.glob("*.eml") if folder is not None else ():
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        if traces.are_in("\n".join(_words_of(message))):
            path.unlink(missing_ok=True)
            deleted += 1
    return deleted


def _holds_text(column: ColumnElement[Any]) -> bool:
    return isinstance(column.type, String | JSON) and not isinstance(column.type, Enum)


def _erase_in(table: Table, columns: Sequence[Any], keys: Sequence[Any], traces: Traces) -> None:
    """Rewrite the rows with these keys, where there is anything to rewrite."""
    key = list(table.primary_key.columns)
    rows = db.session.execute(
        select(table).where(tuple_(*key).in_([tuple(one) for one in keys]))
    ).mappings()
    changed = []
    for row in rows.all():
        values = {
            column.name: cleared
            for column in columns
            if (cleared := _cleared(column, row[column.name], traces)) != row[column.name]
        }
        if values:
            is_row = (column == row[column.name] for column in key)
            db.session.execute(update(table).where(*is_row).values(values))
            changed.append(row[key[0].name])
    if changed:
        outbox.publish(EVENT, table=table.name, ids=changed)


def _cleared(column: Any, value: Any, traces: Traces) -> Any:
    if isinstance(column.type, JSON):
        return traces.erased_value(value)
    if value is None:
        return None
    cleared = traces.erased_html(value) if column.name.endswith("_html") else traces.erased(value)
    return cleared[: column.type.length] if column.type.length else cleared


def _readings(name: str) -> Iterator[str]:
    """Return what may be meant by what stands after an ``@``, the longest first.

    Signs at the end belong to the sentence, and some scripts put no space after a name.
    """
    whole = name.rstrip("._-*`~")
    yield whole
    for end in range(len(whole) - 1, 1, -1):
        if not whole[end].isascii():
            yield whole[:end].rstrip("._-")


def _words_of(message: EmailMessage) -> Iterator[str]:
    yield from (str(value) for value in message.values())
    for part in message.walk():
        if part.get_content_maintype() == "text":
            yield part.get_content()
