"""Flagging a post or a person, and what came of one's flags."""

from typing import Literal

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.accounts.models import User
from community.accounts.sessions import actor, sign_in_first
from community.core.db import transaction
from community.core.errors import Invalid, NotAllowed
from community.core.sql import find
from community.moderation import sentences, words
from community.moderation.forms.flags import FlagForm
from community.moderation.models import Flag
from community.moderation.queries import flags as queries
from community.moderation.queries.targets import Target, author_of, title_of
from community.moderation.services import flag as services
from community.moderation.views import bp
from community.moderation.views.addresses import address_of
from community.topics import queries as topics
from community.topics.models import Rule
from community.topics.queries.lists import excerpt
from community.web import paging
from community.web.forms import status_of
from community.web.limits import POST, VERDICT, limiter
from community.web.redirects import see_other

What = Literal["topic", "reply", "person"]


@bp.route("/flag/<any(topic, reply, person):what>/<int:target_id>", methods=["GET", "POST"])
@limiter.limit(POST, methods=["POST"])
def flag(what: What, target_id: int) -> ResponseReturnValue:
    """Ask that moderators look at a post or a person."""
    target, viewer, form = _target_or_404(what, target_id), actor(), FlagForm()
    if viewer is None:
        return sign_in_first(url_for(".flag", what=what, target_id=target_id))
    if form.validate_on_submit():
        try:
            with transaction():
                services.flag(
                    viewer, target, rule=Rule(form.rule.data), words=form.words.data or ""
                )
            flash(_("Thank you. Moderators look at it, and you hear what comes of it."))
            return see_other(url_for(".flags"))
        except (Invalid, NotAllowed) as error:
            form.take(error)
    page = render_template(
        "moderation/flag.html",
        form=form,
        what=what,
        target_id=target_id,
        name=title_of(target),
        excerpt="" if isinstance(target, User) else excerpt(target.body_html),
        address=address_of(target),
        is_own=author_of(target).id == viewer.id,
        made=queries.open_flag(viewer, target),
        meanings={rule.value: said for rule, said in sentences.MEANINGS.items()},
        rules=words.RULES,
    )
    return page, status_of(form)


@bp.get("/account/flags")
def flags() -> ResponseReturnValue:
    """Show what one has flagged, and what came of it."""
    viewer = actor()
    if viewer is None:
        return sign_in_first()
    page = queries.page_of_flags(
        viewer,
        after=paging.from_args(request.args.get("after")),
        before=paging.from_args(request.args.get("before")),
    )
    return render_template(
        "moderation/flags.html", page=page, rules=words.RULES, outcomes=words.FLAG_OUTCOMES
    )


@bp.post("/account/flags/<int:flag_id>/withdraw")
@limiter.limit(VERDICT)
def withdraw_flag(flag_id: int) -> ResponseReturnValue:
    """Take a flag back."""
    viewer = actor()
    if viewer is None:
        return sign_in_first(url_for(".flags"))
    found = find(Flag, flag_id)
    if found is None or found.reporter_id != viewer.id:
        abort(404, _("There is no such flag of yours."))
    with transaction():
        services.withdraw(viewer, found)
    flash(_("You have taken your flag back."))
    return see_other(url_for(".flags"))


def _target_or_404(what: What, target_id: int) -> Target:
    found: Target | None
    if what == "topic":
        found = topics.visible(target_id)
    elif what == "reply":
        found = topics.visible_reply(target_id)
    else:
        found = find(User, target_id)
        found = None if found is None or found.deleted_at is not None else found
    return found or abort(404, _("There is nothing here that could be flagged."))
