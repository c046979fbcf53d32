"""The step before posting: how it will look, and what in it everybody could read."""

from urllib.parse import urlsplit

from flask import request
from markupsafe import Markup  # noqa: TID251 (what our renderer made is safe)

from community.accounts import queries as accounts
from community.core import config, markup
from community.writing import personal
from community.writing.forms import Review, ReviewedForm


def before_posting(form: ReviewedForm, *names: str) -> bool:
    """Tell whether a form may be posted now; else ``form.review`` is what its writer has to see.

    The button that was pressed decides: "Preview", "Mask it and post" (the fields hold the
    masked text afterwards), "Post as it is", or the one that posts.

    Args:
        names: of the fields whose words everybody will see; the last one holds Markdown.
    """
    fields = [form[name] for name in names]
    if request.form.get("preview"):
        form.review = Review(preview=rendered(fields[-1].data or ""))
        return False
    form.keeps_personal = request.form.get("personal") == "keep"
    if form.keeps_personal:
        return True
    found = [(field, findings_in(field.data or "")) for field in fields]
    if request.form.get("personal") == "mask":
        for field, findings in found:
            field.data = personal.mask(field.data or "", findings)
        return True
    together = tuple(finding for _, findings in found for finding in findings)
    if together:
        form.review = Review(findings=together)
    return not together


def rendered(text: str) -> Markup:
    """Return the HTML that posting ``text`` would keep."""
    written = markup.read(text)
    return Markup(written.html(accounts.known_usernames(written.names)))  # noqa: S704 (see above)


def findings_in(text: str) -> tuple[personal.Finding, ...]:
    """Return what in ``text`` looks like personal data; addresses of this site do not."""
    own = urlsplit(config.current().base_url).hostname or ""
    return personal.find(text, own_hosts={own})
