"""Texts that lie encrypted in the database, by a key that does not lie there.

Fernet (AES-128 in CBC mode with HMAC-SHA-256) of the `cryptography` package, the standard choice in
Python. The keys lie in a file of the data folder, a line each, the newest first: what was sealed
by an older one can still be opened, and a stolen copy of the database tells nothing.
"""

from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from community.core.secret_files import kept_secret

FILE = "sealing_keys"


class Unreadable(Exception):
    """The text was sealed by a key that is not in the file any more."""


class Sealer:
    """Seals and opens texts with the keys of one installation."""

    def __init__(self, data_dir: Path) -> None:
        """Read the keys; make one if there is none yet."""
        keys = kept_secret(data_dir / FILE, lambda: Fernet.generate_key().decode())
        self._fernet = MultiFernet([Fernet(key) for key in keys.split()])

    def seal(self, text: str) -> bytes:
        """Return a text so that only this installation can read it."""
        return self._fernet.encrypt(text.encode("utf-8", "surrogatepass"))

    def open(self, sealed: bytes) -> str:
        """Return what was sealed.

        Raises:
            Unreadable: none of the keys fits, or the sealed text was changed.
        """
        try:
            return self._fernet.decrypt(sealed).decode("utf-8", "surrogatepass")
        except InvalidToken as error:
            raise Unreadable from error
