"""The pages about companies themselves, and about what binds people to them."""

from flask import Blueprint, abort
from flask_babel import gettext as _

from community.companies import queries
from community.companies.models import Company

bp = Blueprint("companies", __name__)


def company_or_404(company_slug: str) -> Company:
    """Return the company at this address, or answer 404."""
    company = queries.by_slug(company_slug)
    if company is None:
        abort(404, _("There is no company at this address."))
    return company


from community.companies.views import pages, stakes  # noqa: E402, F401 (they add their routes)
