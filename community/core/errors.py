"""The words for what can go wrong. `community.web.errors` maps them to status codes, once."""


class DomainError(Exception):
    """Say to the person, in a whole sentence, why the thing cannot be done."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Invalid(DomainError):
    """The input does not fit; ``field`` names the form field it belongs to, if any."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class NotAllowed(DomainError):
    """The actor may not do this."""


class NotFound(DomainError):
    """There is no such thing, or it cannot be seen."""


class Conflict(DomainError):
    """Somebody else was first, or the thing has changed since it was read."""


class SearchUnavailable(DomainError):
    """The index is missing, broken or outdated. Suggestions are a courtesy: go on without."""


class SettingsError(DomainError):
    """A setting is missing or wrong; the message names it and says what to write."""
