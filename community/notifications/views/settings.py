"""When each kind of news comes by mail."""

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.accounts.sessions import actor, sign_in_first
from community.core.db import transaction
from community.notifications import queries, services
from community.notifications.models import DEFAULTS, Delivery
from community.notifications.views import bp
from community.notifications.words import DELIVERIES, KINDS
from community.web.limits import VERDICT, limiter
from community.web.redirects import see_other


@bp.get("/account/notifications")
def settings() -> ResponseReturnValue:
    """The table of kinds, each with when it comes."""
    user = actor()
    if user is None:
        return sign_in_first()
    return render_template(
        "notifications/settings.html",
        kinds=KINDS,
        deliveries=DELIVERIES,
        chosen=queries.deliveries_of(user.id),
        defaults=DEFAULTS,
    )


@bp.post("/account/notifications")
@limiter.limit(VERDICT)
def choose() -> ResponseReturnValue:
    """Keep what was chosen; a kind that the form does not name stays as it was."""
    user = actor()
    here = url_for("notifications.settings")
    if user is None:
        return sign_in_first(here)
    ways = {way.value: way for way in Delivery}
    typed = {kind: request.form.get(kind.value) for kind in KINDS}
    chosen = {kind: word for kind, word in typed.items() if word is not None}
    if not set(chosen.values()) <= set(ways):
        abort(400)
    with transaction():
        services.choose(user.id, {kind: ways[word] for kind, word in chosen.items()})
    flash(_("Kept. It counts from now on."))
    return see_other(here)


@bp.post("/account/notifications/address")
@limiter.limit(VERDICT)
def try_address() -> ResponseReturnValue:
    """Mail news again to an address that mail had come back from."""
    user = actor()
    here = url_for("notifications.settings")
    if user is None:
        return sign_in_first(here)
    with transaction():
        services.try_address_again(user)
    flash(_("News is mailed to %(address)s again.", address=user.email))
    return see_other(here)
