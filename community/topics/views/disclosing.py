"""The step before posting for insiders: in what role they write about whom they work for.

Their employer stands beside their name on its topics whatever they choose (`Speaker.works_at`);
here they are told so before everybody else is.
"""

from flask import request

from community.accounts.models import User
from community.companies import queries as companies
from community.companies.models import Company, Stake
from community.core import clock
from community.writing.forms import Insider, ReviewedForm

_TOLD = frozenset({Stake.MANDATE, Stake.EMPLOYER})


def is_disclosed(form: ReviewedForm, writer: User | None, company: Company | None) -> bool:
    """Tell whether a form may be posted now; else ``form.insider`` is what its writer has to see.

    The button that was pressed decides: "Speak for Acme", "Post as myself", or the one that posts.

    Args:
        company: that it is about; None for one that has no page yet.
    """
    if writer is None or company is None:
        return True
    stake = companies.tie_of(writer.id, company.id, clock.now())
    if stake not in _TOLD:
        return True
    wears = next((field for field in form if field.name == "as_company"), None)  # topics have none
    may_speak = stake is Stake.MANDATE and wears is not None
    chosen = request.form.get("disclose", "")
    if wears is not None and may_speak and (wears.data or chosen == "company"):
        wears.data = True
        return True
    form.is_disclosed = chosen == "self"
    if not form.is_disclosed:
        form.insider = Insider(company.name, may_speak)
    return form.is_disclosed
