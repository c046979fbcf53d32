"""What is pressed and sent on a topic's page. Each leads back to where it was pressed."""

from typing import TypeVar

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.accounts.sessions import actor, sign_in_first
from community.core.db import transaction
from community.core.errors import Invalid, NotAllowed
from community.core.paging import decode
from community.topics import queries, services, visits
from community.topics.forms.topic import CommentForm, ReplyForm, SortForm, StatusForm
from community.topics.models import TopicKind, TopicStatus
from community.topics.queries import TopicPage
from community.topics.views import bp, drafted, drafting
from community.topics.views.addresses import (
    address_of,
    reply_or_404,
    topic_address,
    topic_or_404,
)
from community.topics.views.disclosing import is_disclosed
from community.topics.views.pictured import brings_picture, takes_picture
from community.topics.views.show import screen, statuses_to_offer
from community.web.limits import POST, VERDICT, limiter
from community.web.redirects import see_other
from community.writing.views.review import before_posting

T = TypeVar("T")

ON_OFF = {"1": True, "0": False}
VOTES = {"1": 1, "0": 0, "-1": -1}
OUTCOMES = {"worked": True, "failed": False, "0": None}


# -- words --------------------------------------------------------------------------------------


@bp.post("/t/<int:topic_id>/replies")
@limiter.limit(POST)
@takes_picture
def reply(topic_id: int) -> ResponseReturnValue:
    """Post an answer to a topic."""
    topic, form, place = topic_or_404(topic_id), ReplyForm(), drafted.answer_to(topic_id)
    if actor() is None:
        gone = drafting.keep_and_sign_in(form, place)
        return gone or (screen(_page(topic_id), None, reply_form=form), 422)
    if drafting.is_asked_for():
        if drafting.keep_as_asked(form, place):
            return see_other(f"{topic_address(topic)}#answer")
        return screen(_page(topic_id), actor(), reply_form=form), form.status
    if brings_picture(form):
        return screen(_page(topic_id), actor(), reply_form=form), form.status
    company = topic.company
    if form.validate() and before_posting(form, "body") and is_disclosed(form, actor(), company):
        try:
            with transaction():
                posted = services.post_reply(
                    actor(), topic, body=form.body.data or "", as_company=form.as_company.data
                )
                drafting.posted(form)
            return see_other(address_of(posted.id))
        except (Invalid, NotAllowed) as error:
            form.take(error)
    return screen(_page(topic_id), actor(), reply_form=form), form.status


@bp.post("/r/<int:reply_id>/comments")
@limiter.limit(POST)
def comment(reply_id: int) -> ResponseReturnValue:
    """Post a comment on an answer."""
    answer, form, place = reply_or_404(reply_id), CommentForm(), drafted.comment_on(reply_id)
    if actor() is None:
        gone = drafting.keep_and_sign_in(form, place)
        return gone or _comment_page(reply_id, form)
    if drafting.is_asked_for():
        if drafting.keep_as_asked(form, place):
            return see_other(address_of(reply_id))
        return _comment_page(reply_id, form)
    company = answer.topic.company
    if form.validate() and before_posting(form, "body") and is_disclosed(form, actor(), company):
        try:
            with transaction():
                posted = services.post_comment(
                    actor(), answer, body=form.body.data or "", as_company=form.as_company.data
                )
                drafting.posted(form)
            return see_other(address_of(posted.id))
        except (Invalid, NotAllowed) as error:
            form.take(error)
    return _comment_page(reply_id, form)


@bp.post("/t/<int:topic_id>/status")
@limiter.limit(VERDICT)
def status(topic_id: int) -> ResponseReturnValue:
    """Say where a topic stands, and why."""
    viewer = actor()
    if viewer is None:
        return sign_in_first(topic_address(topic_or_404(topic_id)))
    topic, page, form = topic_or_404(topic_id), _page(topic_id), StatusForm()
    form.offer(statuses_to_offer(page, viewer))
    if form.validate():
        try:
            with transaction():
                services.set_status(
                    viewer, topic, TopicStatus(form.status.data), note=form.note.data or ""
                )
            return see_other(topic_address(topic))
        except (Invalid, NotAllowed) as error:
            form.take(error)
    return screen(_page(topic_id), viewer, status_form=form), 422


@bp.post("/t/<int:topic_id>/sort")
@limiter.limit(VERDICT)
def sort(topic_id: int) -> ResponseReturnValue:
    """Change what kind of topic it is, and its tags."""
    viewer = actor()
    if viewer is None:
        return sign_in_first(topic_address(topic_or_404(topic_id)))
    topic, form = topic_or_404(topic_id), SortForm()
    if form.validate():
        try:
            with transaction():
                services.sort_topic(
                    viewer, topic, kind=TopicKind(form.kind.data), tags=form.tags.words()
                )
            return see_other(topic_address(topic))
        except (Invalid, NotAllowed) as error:
            form.take(error)
    return screen(_page(topic_id), viewer, sort_form=form), 422


# -- verdicts -----------------------------------------------------------------------------------


@bp.post("/r/<int:reply_id>/outcome")
@limiter.limit(VERDICT)
def outcome(reply_id: int) -> ResponseReturnValue:
    """Keep whether an answer worked for somebody, with an account or on a visit without one."""
    answer, worked, viewer = reply_or_404(reply_id), _value(OUTCOMES), actor()
    visit = visits.current() if viewer is not None else visits.current_or_new()
    with transaction():
        services.record_outcome(
            answer,
            user=viewer,
            visit=visit,
            worked=worked,
            version=request.form.get("version", ""),
        )
    answered = see_other(address_of(reply_id))
    return answered if visit is None else visits.remember(answered, visit)


@bp.post("/r/<int:reply_id>/vote")
@limiter.limit(VERDICT)
def vote(reply_id: int) -> ResponseReturnValue:
    """Call an answer helpful or not, or take that back."""
    answer, value = reply_or_404(reply_id), _value(VOTES)
    if actor() is None:
        return sign_in_first(address_of(reply_id))
    with transaction():
        services.vote(actor(), answer, value)
    return see_other(address_of(reply_id))


@bp.post("/r/<int:reply_id>/accept")
@limiter.limit(VERDICT)
def accept(reply_id: int) -> ResponseReturnValue:
    """Say "this solved it for me", or take that back."""
    answer, yes = reply_or_404(reply_id), _value(ON_OFF)
    if actor() is None:
        return sign_in_first(address_of(reply_id))
    with transaction():
        (services.accept if yes else services.unaccept)(actor(), answer.topic, answer)
    return see_other(address_of(reply_id))


@bp.post("/r/<int:reply_id>/official")
@limiter.limit(VERDICT)
def official(reply_id: int) -> ResponseReturnValue:
    """Mark an answer as the company's own, or take the mark off."""
    answer, yes = reply_or_404(reply_id), _value(ON_OFF)
    if actor() is None:
        return sign_in_first(address_of(reply_id))
    with transaction():
        if yes:
            services.mark_official(actor(), answer.topic, answer)
        else:
            services.unmark_official(actor(), answer.topic)
    return see_other(address_of(reply_id))


@bp.post("/t/<int:topic_id>/me-too")
@limiter.limit(VERDICT)
def me_too(topic_id: int) -> ResponseReturnValue:
    """Say "I have this too", or take that back."""
    topic, yes = topic_or_404(topic_id), _value(ON_OFF)
    if actor() is None:
        return sign_in_first(topic_address(topic))
    with transaction():
        (services.add_me_too if yes else services.remove_me_too)(actor(), topic)
    return see_other(topic_address(topic))


# -- what they have in common -------------------------------------------------------------------


def _page(topic_id: int, *, after: str | None = None) -> TopicPage:
    place = decode(after) if after else None
    page = queries.topic_page(topic_id, viewer=actor(), after=place)
    return page or abort(404, _("There is no such topic."))


def _value(known: dict[str, T]) -> T:
    """Return what the pressed button means; anything else is no button of ours."""
    word = request.form.get("value", "")
    return known[word] if word in known else abort(400)


def _comment_page(reply_id: int, form: CommentForm) -> ResponseReturnValue:
    """Show the page with a comment that has to be looked at once more."""
    place = queries.place_of(reply_id) or abort(404)
    page = _page(place.topic_id, after=place.after)
    return screen(page, actor(), comment_form=form, comment_on=reply_id), form.status
