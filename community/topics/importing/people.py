"""The authors of imported content: placeholders, until somebody claims them.

A placeholder has the name that its author had, a user name made from it, and neither an
e-mail address nor a password. Whoever the source does not name is nobody in particular:
shown like a former member, and two at most for a source.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from community.accounts import naming
from community.accounts.digests import of_source_email
from community.accounts.models import USERNAME_MAX, User
from community.core import clock
from community.core.db import db
from community.core.errors import Invalid
from community.core.names import folded, slug
from community.core.sql import changed, chunks
from community.topics.importing.interchange import Person
from community.topics.importing.looking_up import AT_ONCE, ids_by_key

DIGITS = 6  # after each user name: no placeholder takes the name that a member may want
NAMELESS = "member"
UNKNOWN = "unknown"


def ids_of(people: Mapping[Person, datetime]) -> tuple[dict[str, int], int]:
    """Return the id of each placeholder by its key, and how many had to be made.

    Args:
        people: each with the earliest moment that something of theirs is known from.
    """
    # Where an address is given in one row and not in another, the one with it counts.
    in_turn = sorted(people.items(), key=lambda item: bool(item[0].email))
    by_key = {person.key: (person, at) for person, at in in_turn}
    found = ids_by_key(User, by_key)
    _keep_digests({id_: by_key[key][0] for key, id_ in found.items()})
    missing = {key: who for key, who in by_key.items() if key not in found}
    if not missing:
        return found, 0
    usernames = _usernames({key: person for key, (person, _at) in missing.items()})
    rows = [_row(key, person, at, usernames[key]) for key, (person, at) in missing.items()]
    made = db.session.execute(insert(User).returning(User.source_key, User.id), rows)
    found |= {key: id_ for key, id_ in made if key is not None}
    return found, sum(person.is_known for person, _at in missing.values())


def _keep_digests(people: Mapping[int, Person]) -> None:
    """Keep the digests of addresses of placeholders that were known without one."""
    digests = {id_: digest for id_, person in people.items() if (digest := _digest(person))}
    without = (User.source_email_digest.is_(None), User.email.is_(None))
    for some in chunks(digests, AT_ONCE):
        for id_ in db.session.scalars(select(User.id).where(User.id.in_(some), *without)).all():
            changed(update(User).where(User.id == id_).values(source_email_digest=digests[id_]))


def _digest(person: Person) -> str | None:
    """Return the digest by which a person shows that they had this address; it is not kept."""
    if not person.email:
        return None
    try:
        return of_source_email(naming.accepted_email(person.email))
    except Invalid:
        return None  # no mail could be sent there


def _row(key: str, person: Person, at: datetime, username: str) -> dict[str, Any]:
    return {
        "username": username,
        "username_key": folded(username),
        "display_name": _display_name(person),
        "source_key": key,
        "source_email_digest": _digest(person),
        "created_at": min(person.joined_at or at, at),
        "deleted_at": None if person.is_known else clock.now(),
    }


def _display_name(person: Person) -> str:
    """Return the name as it was, unless it could be taken for an official one here."""
    try:
        return naming.accepted_display_name(person.name)
    except Invalid:
        return ""  # the user name is shown


def _usernames(people: Mapping[str, Person]) -> dict[str, str]:
    """Make a free user name for each person: their name and some digits."""
    chosen: dict[str, str] = {}
    attempt = 0
    while waiting := [key for key in people if key not in chosen]:
        wanted = {key: _username(key, people[key], attempt) for key in waiting}
        taken = {folded(name) for name in chosen.values()} | _taken(wanted.values())
        for key, username in wanted.items():
            if folded(username) not in taken:
                chosen[key] = username
                taken.add(folded(username))
        attempt += 1
    return chosen


def _taken(usernames: Iterable[str]) -> set[str]:
    taken: set[str] = set()
    for some in chunks(map(folded, usernames), AT_ONCE):
        keys = select(User.username_key).where(User.username_key.in_(some))
        taken.update(db.session.scalars(keys))
    return taken


def _username(key: str, person: Person, attempt: int) -> str:
    """Return a name with digits that follow from ``key``: the same in every installation."""
    digest = hashlib.blake2b(f"{attempt} {key}".encode(), digest_size=8).digest()
    digits = f"{int.from_bytes(digest) % 10**DIGITS:0{DIGITS}}"
    stem = slug(person.name, default=NAMELESS) if person.is_known else UNKNOWN
    username = f"{stem[: USERNAME_MAX - DIGITS - 1].rstrip('-')}-{digits}"
    try:
        return naming.accepted_username(username)
    except Invalid:
        return f"{NAMELESS}-{digits}"
