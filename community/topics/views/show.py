"""A topic's page, for readers and for whoever may press something on it."""

import logging
from collections.abc import Sequence
from datetime import datetime

from flask import (
    Response,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError

from community.accounts.models import User
from community.accounts.sessions import actor
from community.companies.policies import can_moderate
from community.core import clock
from community.core.db import transaction
from community.core.sql import ROW_ID_MAX
from community.topics import policies, queries, services, visits
from community.topics.forms.topic import CommentForm, ReplyForm, SortForm, StatusForm
from community.topics.models import STATUSES, Sight, TopicStatus
from community.topics.queries import TopicPage
from community.topics.views import bp, drafted, drafting
from community.topics.views.addresses import address_of
from community.topics.views.quoting import put_quote
from community.topics.views.structured_data import qa_page
from community.web.caching import same_for_visitors
from community.web.paging import from_args

log = logging.getLogger(__name__)


@bp.get("/t/<int:topic_id>", defaults={"slug": ""})
@bp.get("/t/<int:topic_id>/<slug>")
def show(topic_id: int, slug: str) -> ResponseReturnValue:
    """Show a topic with a stretch of its conversation, at its one address."""
    # Somebody who has pressed something on a visit sees what they pressed.
    answer = _page if visits.current() else _page_for_strangers
    return answer(topic_id, slug)


def _page(topic_id: int, slug: str) -> ResponseReturnValue:
    viewer, now = actor(), clock.now()
    page = queries.topic_page(
        topic_id,
        viewer=viewer,
        visit=visits.current(),
        after=from_args(request.args.get("after")),
        before=from_args(request.args.get("before")),
        opened_id=_opened_id(),
    )
    if page is None:
        return _gone_page(topic_id, viewer)
    if slug != page.slug:
        address = url_for(
            "topics.show",
            topic_id=topic_id,
            slug=page.slug,
            after=request.args.get("after"),
            before=request.args.get("before"),
            open=request.args.get("open"),
            draft=request.args.get("draft"),
            comment=request.args.get("comment"),
            quote=request.args.get("quote"),
        )
        return redirect(address, 301)
    answer = screen(page, viewer)
    until = page.read_until(now) if viewer is not None else None
    if viewer is None or until is None:
        return answer
    return _and_then_mark_read(make_response(answer), viewer.id, topic_id, until)


def _gone_page(topic_id: int, viewer: User | None) -> ResponseReturnValue:
    """Show what stands in place of a topic that is out of sight, and why."""
    viewer_id = viewer.id if viewer is not None else None
    gone = queries.gone_topic(topic_id, viewer_id=viewer_id)
    if gone is None:
        abort(404, _("There is no such topic."))
    is_held = gone.tombstone.sight is Sight.HELD
    status = 410 if not is_held else 200 if gone.is_mine else 404
    return render_template("topics/gone.html", topic=gone, is_held=is_held), status


def _opened_id() -> int | None:
    """Return the folded comment that the address asks for, if it may be one."""
    comment_id = request.args.get("open", default=0, type=int)
    return comment_id if 0 < comment_id <= ROW_ID_MAX else None


def _and_then_mark_read(
    response: Response, user_id: int, topic_id: int, until: datetime
) -> Response:
    """Note how far somebody has read once the page is out, so that it waits for no lock."""
    later = current_app.app_context()

    def mark_read() -> None:
        try:
            with later, transaction():
                services.mark_read(user_id, topic_id, until)
        except SQLAlchemyError:  # the next reading notes it
            log.warning("How far somebody has read could not be noted.", exc_info=True)

    response.call_on_close(mark_read)
    return response


_page_for_strangers = same_for_visitors(_page)


@bp.get("/r/<int:reply_id>")
def reply_link(reply_id: int) -> ResponseReturnValue:
    """Lead from the permanent link of a reply or comment to where it is shown now."""
    address = address_of(
        reply_id,
        draft=request.args.get("draft"),
        comment="comment" in request.args,
        quote="quote" in request.args,
    )
    return redirect(address, 302)


def screen(
    page: TopicPage,
    viewer: User | None,
    *,
    reply_form: ReplyForm | None = None,
    comment_form: CommentForm | None = None,
    comment_on: int = 0,
    status_form: StatusForm | None = None,
    sort_form: SortForm | None = None,
) -> str:
    """Return the page, with every form that the viewer may use or has tried to send."""
    comment_forms: dict[int, CommentForm] = {}
    if viewer is not None:
        answer, shown = drafted.answer_to(page.id), [view.id for view in page.shown]
        begun = drafting.begun_at(viewer, answer, *map(drafted.comment_on, shown))
        reply_form = (
            reply_form or begun.form(ReplyForm, answer) or ReplyForm(formdata=None, as_company=True)
        )
        for reply_id in shown:
            if comment := begun.form(CommentForm, drafted.comment_on(reply_id)):
                comment_forms[reply_id] = comment
            elif request.args.get("comment", type=int) == reply_id:
                comment_forms[reply_id] = CommentForm(formdata=None, as_company=True)
        put_quote(reply_form, page.id)
        reply_form.as_company.label.text = _("Speak for %(company)s", company=page.company_name)
        status_form = status_form or _status_form(page, viewer)
        sort_form = sort_form or _sort_form(page, viewer)
    if comment_form is not None:
        comment_forms[comment_on] = comment_form
    address = url_for("topics.show", topic_id=page.id, slug=page.slug)
    query = request.query_string.decode("ascii", "ignore") if request.method != "POST" else ""
    is_opening = not request.args.keys() & {"after", "before"}
    return render_template(
        "topics/show.html",
        topic=page,
        qa_page=qa_page(page) if is_opening else None,
        here=f"{address}?{query}" if query else address,
        address=address,
        reply_form=reply_form,
        comment_forms=comment_forms,
        status_form=status_form,
        sort_form=sort_form,
    )


def statuses_to_offer(page: TopicPage, viewer: User) -> Sequence[TopicStatus]:
    """Return what the viewer may try to say of where the topic stands.

    `policies.can_set_status` has the last word: it also knows what the asker said.
    """
    if page.mine.speaks_for_company or _moderates(page, viewer):
        offered: Sequence[TopicStatus] = STATUSES[page.kind]
    elif page.mine.is_asker and page.kind in policies.SOLVABLE:
        offered = policies.ASKER_SAYS
    else:
        offered = ()
    return [status for status in offered if status is not page.status]


def _status_form(page: TopicPage, viewer: User) -> StatusForm | None:
    offered = statuses_to_offer(page, viewer)
    if not offered:
        return None
    form = StatusForm(formdata=None)
    form.offer(offered)
    return form


def _sort_form(page: TopicPage, viewer: User) -> SortForm | None:
    if not (page.mine.is_asker or _moderates(page, viewer)):
        return None
    return SortForm(
        formdata=None, kind=page.kind.value, tags=", ".join(tag.name for tag in page.tags)
    )


def _moderates(page: TopicPage, viewer: User) -> bool:
    return bool(can_moderate(viewer, page.mine.stake, clock.now()))
