"""Giving and taking offices, by operators."""

from flask import abort, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.accounts import queries as people
from community.accounts.models import User
from community.accounts.sessions import actor, sign_in_first
from community.core import clock
from community.core.db import transaction
from community.core.errors import Invalid
from community.moderation import policies
from community.moderation.forms.offices import OfficeForm
from community.moderation.models.offices import Office, is_held_by
from community.moderation.services import appoint
from community.moderation.views import bp
from community.web.forms import status_of
from community.web.limits import POST, limiter
from community.web.redirects import see_other


@bp.route("/people/<username>/offices", methods=["GET", "POST"])
@limiter.limit(POST, methods=["POST"])
def offices(username: str) -> ResponseReturnValue:
    """Show which offices somebody holds, and give or take one."""
    who, person = actor(), _person_or_404(username)
    if who is None:
        return sign_in_first()
    policies.can_appoint(who, Office.MODERATOR, at=clock.now()).require()
    form = OfficeForm()
    if form.validate_on_submit():
        office, holds = form.wanted()
        try:
            with transaction():
                changed = appoint.appoint(
                    who, person, office, holds=holds, reason=form.reason.data or ""
                )
        except Invalid as error:
            form.take(error)
        else:
            flash(_("It is written into the public log.") if changed else _("It was so before."))
            return see_other(url_for(".offices", username=person.username))
    page = render_template(
        "moderation/offices.html",
        person=person,
        form=form,
        held=[office.value for office in Office if is_held_by(person, office)],
    )
    return page, status_of(form)


def _person_or_404(username: str) -> User:
    person = people.by_username(username)
    if person is None or person.deleted_at is not None:
        abort(404, _("There is nobody of this name."))
    return person
