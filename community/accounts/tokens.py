"""The links that mail carries: signed, for one purpose, for a while, and good once.

What a link's token is bound to changes when it is used: the sign-up or the claim is gone,
the password or the address is another. A token is made when the
mail is written, so it lies neither in the database nor in the outbox.
"""

import hmac
from datetime import timedelta
from hashlib import sha256
from typing import Any

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from community.accounts import queries
from community.accounts.models import (
    CHANGE_EMAIL_FOR,
    CONFIRM_FOR,
    RESET_FOR,
    SIGN_IN_LINK_FOR,
    PersonClaim,
    SignUp,
    User,
)
from community.core import clock, config


class _Signer(TimestampSigner):
    """Signs with the time of our own clock."""

    def get_timestamp(self) -> int:
        return int(clock.now().timestamp())


def for_sign_up(sign_up: SignUp) -> str:
    """Return the token that confirms a sign-up. The sign-up's key is random, so it names one."""
    return _dumps("confirm", sign_up.key)


def sign_up_of(token: str) -> SignUp | None:
    """Return the sign-up that ``token`` confirms, unless it is too old, forged or used."""
    key = _loads("confirm", token, CONFIRM_FOR)
    return queries.sign_up_by_key(key) if key else None


def for_claim(made: PersonClaim) -> str:
    """Return the token that shows that the address of a claim is somebody's."""
    return _dumps("claim", made.key)


def claim_of(token: str) -> PersonClaim | None:
    """Return the claim that ``token`` proves, unless it is too old, forged or used.

    A link that does no more than sign in is void sooner than one that keeps what was written.
    """
    key = _loads("claim", token, CONFIRM_FOR)
    made = queries.claim_by_key(key) if key else None
    person = queries.by_id(made.user_id) if made is not None else None
    if person is None or (person.email and not _loads("claim", token, SIGN_IN_LINK_FOR)):
        return None
    return made


def for_reset(user: User) -> str:
    """Return the token that lets ``user`` choose a new password."""
    return _dumps("reset", [user.id, _state(user)])


def user_to_reset(token: str) -> User | None:
    """Return the person whose password ``token`` may replace.

    None if it is too old or forged, or if the password or the address has changed since.
    """
    return _user_of(_loads("reset", token, RESET_FOR))


def for_new_email(user: User) -> str:
    """Return the token that shows that the address ``user`` asked for is theirs."""
    return _dumps("email", [user.id, _state(user)])


def user_with_new_email(token: str) -> User | None:
    """Return the person whose new address ``token`` confirms.

    None if it is too old or forged, or if the password or an address has changed since.
    """
    user = _user_of(_loads("email", token, CHANGE_EMAIL_FOR))
    return user if user is not None and user.new_email else None


def _user_of(claim: Any) -> User | None:
    if not claim:
        return None
    user_id, state = claim
    user = queries.by_id(user_id)
    if user is None or user.deleted_at is not None:
        return None
    return user if hmac.compare_digest(_state(user), state) else None


def _state(user: User) -> str:
    """Return a digest of what a used or revoked link has changed."""
    parts = (user.password_hash, user.email, user.new_email)
    return sha256(repr(parts).encode()).hexdigest()[:16]


def _serializer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        config.current().secret_key,
        salt=f"community.accounts.{purpose}",
        signer=_Signer,
        signer_kwargs={"digest_method": sha256, "key_derivation": "hmac"},
    )


def _dumps(purpose: str, claim: Any) -> str:
    return str(_serializer(purpose).dumps(claim))


def _loads(purpose: str, token: str, max_age: timedelta) -> Any:
    """Return what we signed for ``purpose``, or None."""
    try:
        return _serializer(purpose).loads(token, max_age=int(max_age.total_seconds()))
    except BadData:
        return None
