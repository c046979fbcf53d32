"""Links that show that an address is somebody's: guests, imported authors, sign-in by mail."""

import secrets

from flask_babel import gettext as _
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from community.accounts import naming, policies, queries
from community.accounts.models import CONFIRM_FOR, PersonClaim, SignUp, User
from community.accounts.services.joining import KEY_BYTES, locked_sign_ups
from community.core import clock, holdings, outbox
from community.core.db import db
from community.core.errors import Conflict
from community.core.sql import changed


def claim(person: User, *, email: str, return_to: str) -> PersonClaim:
    """Note that somebody says that ``person`` is theirs, by an address that fits our rules."""
    # Each new one sweeps out those whose links are void, so no job has to.
    db.session.execute(delete(PersonClaim).where(PersonClaim.asked_at < clock.now() - CONFIRM_FOR))
    made = PersonClaim(
        key=secrets.token_urlsafe(KEY_BYTES), user_id=person.id, email=email, return_to=return_to
    )
    db.session.add(made)
    db.session.flush()  # assigns its id, which the job carries
    return made


def claim_placeholder(person: User, *, email: str) -> None:
    """Owe the mail with which an imported author shows that they are ``person``.

    Whether the address fits is found out by the job, so that the answer is the same, and
    takes the same time, for every address.

    Raises:
        Invalid: this is not an address.
    """
    made = claim(person, email=naming.accepted_email(email), return_to=f"/people/{person.username}")
    outbox.publish("address.claimed", claim_id=made.id)


def ask_sign_in_link(*, email: str, return_to: str) -> None:
    """Owe the mail with which somebody signs in without a password.

    The job is owed for addresses without an account, too, and then does nothing.

    Raises:
        Invalid: this is not an address.
    """
    user = queries.may_sign_in(naming.accepted_email(email))
    user_id = user.id if user else None
    outbox.publish("sign_in_link.asked", user_id=user_id, return_to=return_to)


def confirm_claim(made: PersonClaim) -> User:
    """Do what an opened link is for, and return who is to be signed in.

    Whoever has the address already takes over what the other person wrote; otherwise that
    person gets the address, and with it an account.

    Raises:
        Conflict: the link was used already.
        NotAllowed: the account with this address is closed or may not take part now.
    """
    email = made.email
    _lock_claims(email)
    if not changed(delete(PersonClaim).where(PersonClaim.id == made.id)):
        raise Conflict(_("This link was used already."))
    locked_sign_ups(email)
    person = _locked(made.user_id)
    owner = queries.by_email(email)
    if owner is None and not _give_address(person, email):
        owner = queries.by_email(email)  # somebody was faster
    if owner is None:
        db.session.execute(delete(SignUp).where(SignUp.email == email))
        outbox.publish("person.joined", user_id=person.id)
        return person
    if owner.id != person.id:
        take_over(person, owner)
    return owner


def refuse_claim(made: PersonClaim) -> None:
    """Make a link void: the owner of the address says that it was not them who asked."""
    db.session.delete(made)


def take_over(person: User, owner: User) -> None:
    """Give everything that a guest or an imported author has to ``owner``; the person is no more.

    Raises:
        NotAllowed: ``person`` has an account, or ``owner`` may not take part now.
    """
    person = _locked(person.id)
    policies.can_take_over(owner, person, at=clock.now()).require()
    person_id = person.id
    for holding in holdings.all_holdings():
        holding.move(person, owner)
    outbox.publish("person.taken_over", user_id=owner.id, from_id=person_id)


def _give_address(person: User, email: str) -> bool:
    """Let ``person`` have an account with this address; False if it has one by now."""
    try:
        with db.session.begin_nested():
            given = changed(
                update(User)
                .where(User.id == person.id, User.email.is_(None), User.deleted_at.is_(None))
                .values(email=email, email_verified_at=clock.now())
            )
    except IntegrityError:
        return False
    db.session.refresh(person)
    return given == 1


def _lock_claims(email: str) -> None:
    """Let nobody else confirm a claim of this address for the moment: of two at once one waits."""
    db.session.execute(
        select(PersonClaim.id)
        .where(PersonClaim.email == email)
        .order_by(PersonClaim.id)
        .with_for_update()
    ).all()


def _locked(user_id: int) -> User:
    """Return a person whom nobody else changes or refers to anew before the transaction ends."""
    return db.session.scalars(
        select(User)
        .where(User.id == user_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
