"""Read-only mode of the site and slow mode of a topic or company: their banners and pages."""

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import abort, flash, g, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_timedelta
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError

from community.accounts.models import User
from community.accounts.sessions import actor, sign_in_first
from community.companies.models import Company
from community.companies.queries import bar_of
from community.companies.views import company_or_404
from community.core import clock
from community.core.db import db, transaction
from community.core.errors import Invalid
from community.core.sql import find
from community.moderation import policies
from community.moderation.forms.modes import ModeForm, SlowForm
from community.moderation.models import Mode
from community.moderation.queries import modes
from community.moderation.services import modes as services
from community.moderation.services import pace
from community.moderation.views import bp
from community.topics.models import Topic
from community.topics.views.addresses import topic_address, topic_or_404
from community.web.forms import status_of
from community.web.limits import VERDICT, limiter
from community.web.read_only import Notice
from community.web.redirects import see_other


@bp.app_context_processor
def banners() -> dict[str, object]:
    """Give templates what the banners of a page say, as this process knows it (`modes.known`).

    ``site_mode()`` is the read-only mode in force or none, ``slow_mode(company_id, topic_id)`` the
    slow mode of a place or none, ``post_again_at(…)`` when the reader may post there again, and
    ``may_slow(company_id)`` whether they may slow it down.
    """
    return {
        "site_mode": lambda: modes.read_only(_in_force()),
        "slow_mode": _slow_mode,
        "post_again_at": _post_again_at,
        "may_slow": _may_slow,
        "wait_words": wait_words,
    }


def site_notice() -> Notice | None:
    """Return why nobody can write just now, asked of the database; None where everybody can."""
    mode = modes.read_only(modes.in_force(clock.now()))
    return Notice(mode.reason, mode.until) if mode is not None else None


def wait_words(seconds: int) -> str:
    """Return the wait of a slow mode in words: "15 minutes"."""
    words: str = format_timedelta(timedelta(seconds=seconds), threshold=1)
    return words


@bp.get("/moderation/modes")
def all_modes() -> ResponseReturnValue:
    """Show the modes in force, and the form of the site's for operators."""
    return sign_in_first() if actor() is None else _modes_page(ModeForm(formdata=None))


@bp.post("/moderation/modes/read-only")
@limiter.limit(VERDICT)
def make_read_only() -> ResponseReturnValue:
    """Let nobody write for a while."""
    if actor() is None:
        return sign_in_first(url_for(".all_modes"))
    form = ModeForm()
    if form.validate():
        try:
            with transaction():
                services.set_read_only(actor(), reason=form.reason.data or "", until=form.until())
        except Invalid as error:
            form.take(error)
        else:
            flash(_("The site can only be read now. Everybody sees why."))
            return see_other(url_for(".all_modes"))
    return _modes_page(form), status_of(form)


@bp.post("/moderation/modes/<int:mode_id>/end")
@limiter.limit(VERDICT)
def end_mode(mode_id: int) -> ResponseReturnValue:
    """End a mode before its time."""
    if actor() is None:
        return sign_in_first(url_for(".all_modes"))
    mode = find(Mode, mode_id) or abort(404, _("There is nothing at this address."))
    with transaction():
        ended = services.end(actor(), mode)
    flash(_("It has ended.") if ended else _("It had ended already."))
    return see_other(url_for(".all_modes"))


@bp.route("/t/<int:topic_id>/slow", methods=["GET", "POST"])
@limiter.limit(VERDICT, methods=["POST"])
def slow_topic(topic_id: int) -> ResponseReturnValue:
    """Slow a topic down."""
    topic = topic_or_404(topic_id)
    return _slow_page(topic, topic.title, lambda: topic_address(topic))


@bp.route("/c/<company_slug>/slow", methods=["GET", "POST"])
@limiter.limit(VERDICT, methods=["POST"])
def slow_company(company_slug: str) -> ResponseReturnValue:
    """Slow all topics about a company down."""
    company = company_or_404(company_slug)
    address = url_for("pages.company", company_slug=company.slug)
    return _slow_page(company, company.name, lambda: address)


# -- the parts of a page ------------------------------------------------------------------------


def _slow_page(
    place: Topic | Company, name: str, address: Callable[[], str]
) -> ResponseReturnValue:
    viewer, now = actor(), clock.now()
    if viewer is None:
        return sign_in_first()
    company_id = place.company_id if isinstance(place, Topic) else place.id
    stake = bar_of(viewer, company_id, now)
    policies.can_slow_down(viewer, stake=stake, at=now).require()
    form = SlowForm()
    if form.validate_on_submit():
        try:
            with transaction():
                services.slow_down(
                    viewer,
                    place,
                    seconds=form.seconds.data,
                    reason=form.reason.data or "",
                    until=form.until(),
                )
        except Invalid as error:
            form.take(error)
        else:
            flash(_("Slow mode is on. Everybody sees why."))
            return see_other(address())
    page = render_template(
        "moderation/slow.html",
        form=form,
        name=name,
        address=address(),
        mode=modes.slowest(
            _in_force(),
            company_id=company_id,
            topic_id=place.id if isinstance(place, Topic) else None,
        ),
    )
    return page, status_of(form)


def _modes_page(form: ModeForm) -> str:
    viewer, now = actor(), clock.now()
    may_set = policies.can_set_read_only(viewer, at=now)
    if viewer is None or not (viewer.is_moderator or may_set):
        abort(403, _("Moderators alone can do this."))
    return render_template(
        "moderation/modes.html",
        form=form if may_set else None,
        modes=[(mode, _may_end(viewer, mode)) for mode in modes.in_force(now)],
    )


def _may_end(viewer: User, mode: modes.InForce) -> bool:
    row, now = find(Mode, mode.id), clock.now()
    return row is not None and bool(services.may_end(viewer, row, at=now))


def _in_force() -> tuple[modes.InForce, ...]:
    """Return the modes in force, the same for a whole page; none while the database is silent."""
    if "modes_in_force" not in g:
        try:
            g.modes_in_force = modes.known(clock.now(), stamp=g.get("stamp", 0))
        except SQLAlchemyError:  # the page that says so is drawn with the same frame
            db.session.rollback()
            g.modes_in_force = ()
    found: tuple[modes.InForce, ...] = g.modes_in_force
    return found


def _slow_mode(company_id: int, topic_id: int | None = None) -> modes.InForce | None:
    return modes.slowest(_in_force(), company_id=company_id, topic_id=topic_id)


def _post_again_at(company_id: int, topic_id: int | None = None) -> datetime | None:
    """Return the first whole minute in which the reader may post in a place."""
    viewer = actor()
    if viewer is None:
        return None
    again_at = pace.may_post_again_at(
        {viewer.id},
        company_id=company_id,
        topic_id=topic_id,
        at=clock.now(),
        among=_in_force(),
    )
    if again_at is None:
        return None
    return (again_at + timedelta(seconds=60, microseconds=-1)).replace(second=0, microsecond=0)


def _may_slow(company_id: int) -> bool:
    viewer, now = actor(), clock.now()
    return bool(policies.can_slow_down(viewer, stake=bar_of(viewer, company_id, now), at=now))
