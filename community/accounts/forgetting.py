"""Forgetting somebody who has left: everywhere, and for good.

What a feature keeps it forgets itself (`holdings`), then the names are taken out of all texts
(`erasing`), and last the row that said whose they were is emptied. Whatever stops it in the
middle, it begins again, because the row still tells what to look for. What lies outside the
database is forgotten before all that (`before_forgetting`).
"""

from collections.abc import Callable

from community.accounts.models import User
from community.core import erasing, holdings, outbox
from community.core.db import db, transaction

_listeners: list[Callable[..., None]] = []


def before_forgetting(listener: Callable[..., None]) -> None:
    """Call ``listener`` with the user name and the addresses of each person who is forgotten.

    Outside any transaction, and perhaps more than once.
    """
    if listener not in _listeners:
        _listeners.append(listener)


def forget(user: User) -> None:
    """Forget ``user``. Runs outside a transaction, and any number of times."""
    traces = traces_of(user)
    user_id = user.id
    erasing.erase_mails(traces)
    for listener in _listeners:
        listener(traces.username, *traces.addresses)
    *features, accounts = holdings.all_holdings()
    with transaction():
        for holding in features:
            holding.forget(user)
    erasing.erase(traces)
    db.session.expire_all()
    with transaction():
        accounts.forget(db.session.get_one(User, user_id, populate_existing=True))
        outbox.publish("person.forgotten", user_id=user_id)


def traces_of(user: User) -> erasing.Traces:
    """Return what ``user`` is known by. An address that was never confirmed may be anybody's."""
    confirmed = user.email if user.email_verified_at is not None else None
    return erasing.Traces(
        username=user.username,
        addresses=(confirmed,) if confirmed else (),
        names=(user.display_name,) if user.display_name else (),
    )
