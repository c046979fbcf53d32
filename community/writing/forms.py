"""The base of forms whose words are kept while they are written."""

from wtforms import HiddenField

from community.web.forms import Form

_ITS_OWN = frozenset({"draft", "draft_version", "csrf_token"})


class DraftForm(Form):
    """A form with a draft: its key, and the version that the form was filled in from."""

    draft = HiddenField()
    draft_version = HiddenField()

    def words(self) -> dict[str, str]:
        """Return what the fields hold, as a browser would send it."""
        return {
            name: _sent(field.data)
            for name, field in self._fields.items()
            if name not in _ITS_OWN and field.data not in {None, False, ""}
        }

    def version(self) -> int | None:
        """Return the version that the form was filled in from, if it says so."""
        word = self.draft_version.data or ""
        return int(word) if word.isascii() and word.isdecimal() and len(word) <= 9 else None


def _sent(value: object) -> str:
    return "y" if value is True else str(value)
