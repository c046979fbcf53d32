"""Digests by which we know an address again without keeping it."""

import hmac
from hashlib import sha256

from community.core import config

CONTEXT = b"community.accounts.source_email\0"


def of_source_email(email: str) -> str:
    """Return the digest that is kept of the address of an imported author.

    It is keyed with the site's secret: whoever has the database alone cannot try addresses.

    Args:
        email: as `naming.accepted_email` returns it.
    """
    key = config.current().secret_key.encode()
    return hmac.new(key, CONTEXT + email.encode(), sha256).hexdigest()
