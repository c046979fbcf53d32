"""A topic's page, for readers and for whoever may press something on it."""

from collections.abc import Sequence

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.accounts.models import User
from community.accounts.sessions import actor
from community.topics import policies, queries, visits
from community.topics.forms.topic import CommentForm, ReplyForm, SortForm, StatusForm
from community.topics.models import STATUSES, TopicStatus
from community.topics.queries import TopicPage
from community.topics.views import bp, drafted, drafting
from community.topics.views.addresses import address_of
from community.web.caching import same_for_visitors
from community.web.paging import from_args


@bp.get("/t/<int:topic_id>", defaults={"slug": ""})
@bp.get("/t/<int:topic_id>/<slug>")
def show(topic_id: int, slug: str) -> ResponseReturnValue:
    """Show a topic with a stretch of its conversation, at its one address."""
    # Somebody who has pressed something on a visit sees what they pressed.
    answer = _page if visits.current() else _page_for_strangers
    return answer(topic_id, slug)


def _page(topic_id: int, slug: str) -> ResponseReturnValue:
    viewer = actor()
    page = queries.topic_page(
        topic_id,
        viewer=viewer,
        visit=visits.current(),
        after=from_args(request.args.get("after")),
        before=from_args(request.args.get("before")),
    )
    if page is None:
        abort(404, _("There is no such topic."))
    if slug != page.slug:
        address = url_for(
            "topics.show",
            topic_id=topic_id,
            slug=page.slug,
            after=request.args.get("after"),
            before=request.args.get("before"),
            draft=request.args.get("draft"),
        )
        return redirect(address, 301)
    return screen(page, viewer)


_page_for_strangers = same_for_visitors(_page)


@bp.get("/r/<int:reply_id>")
def reply_link(reply_id: int) -> ResponseReturnValue:
    """Lead from the permanent link of a reply or comment to where it is shown now."""
    return redirect(address_of(reply_id, draft=request.args.get("draft")), 302)


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
        answer, shown = drafted.answer_to(page.id), _shown(page)
        begun = drafting.begun_at(viewer, answer, *map(drafted.comment_on, shown))
        reply_form = (
            reply_form or begun.form(ReplyForm, answer) or ReplyForm(formdata=None, as_company=True)
        )
        for reply_id in shown:
            if comment := begun.form(CommentForm, drafted.comment_on(reply_id)):
                comment_forms[reply_id] = comment
        reply_form.as_company.label.text = _("Speak for %(company)s", company=page.company_name)
        status_form = status_form or _status_form(page, viewer)
        sort_form = sort_form or _sort_form(page, viewer)
    if comment_form is not None:
        comment_forms[comment_on] = comment_form
    address = url_for("topics.show", topic_id=page.id, slug=page.slug)
    query = request.query_string.decode("ascii", "ignore") if request.method == "GET" else ""
    return render_template(
        "topics/show.html",
        topic=page,
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
    if page.mine.speaks_for_company or _is_neutral_moderator(page, viewer):
        offered: Sequence[TopicStatus] = STATUSES[page.kind]
    elif page.mine.is_asker and page.kind in policies.SOLVABLE:
        offered = policies.ASKER_SAYS
    else:
        offered = ()
    return [status for status in offered if status is not page.status]


def _shown(page: TopicPage) -> list[int]:
    """Return the ids of the answers on the page, each once."""
    return list(dict.fromkeys(view.id for view in (*page.best, *page.replies)))


def _status_form(page: TopicPage, viewer: User) -> StatusForm | None:
    offered = statuses_to_offer(page, viewer)
    if not offered:
        return None
    form = StatusForm(formdata=None)
    form.offer(offered)
    return form


def _sort_form(page: TopicPage, viewer: User) -> SortForm | None:
    if not (page.mine.is_asker or _is_neutral_moderator(page, viewer)):
        return None
    return SortForm(
        formdata=None, kind=page.kind.value, tags=", ".join(tag.name for tag in page.tags)
    )


def _is_neutral_moderator(page: TopicPage, viewer: User) -> bool:
    return policies.is_neutral_moderator(viewer, has_mandate=page.mine.speaks_for_company)
