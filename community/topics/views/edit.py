"""Changing what one has posted, in the open, and reading what it said before."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.accounts.sessions import actor, sign_in_first
from community.companies import queries as companies
from community.core import clock
from community.core.db import transaction
from community.core.errors import Conflict, Invalid, NotAllowed
from community.core.sql import ROW_ID_MAX
from community.core.text import whole_number
from community.topics import policies, services
from community.topics.forms.edit import (
    AS_IT_IS,
    EditCommentForm,
    EditForm,
    EditReplyForm,
    EditTopicForm,
)
from community.topics.models import Topic, TopicKind
from community.topics.queries import revisions
from community.topics.views import bp, drafted, drafting
from community.topics.views.addresses import address_of, reply_or_404, topic_or_404
from community.topics.views.drafting import AnyForm
from community.topics.views.pictured import brings_picture, takes_picture
from community.web.caching import same_for_visitors
from community.web.limits import POST, SEARCH, limiter
from community.web.redirects import see_other
from community.writing.views.review import before_posting

What = Literal["topic", "reply", "comment"]


@bp.route("/t/<int:topic_id>/edit", methods=["GET", "POST"])
@limiter.limit(POST, methods=["POST"])
@takes_picture
def edit_topic(topic_id: int) -> ResponseReturnValue:
    """Change a topic: its title, text, kind, products and tags."""
    topic = topic_or_404(topic_id)
    editor = actor()
    if editor is not None:
        policies.can_edit_topic(editor, topic, at=clock.now()).require()
    elif request.method != "POST":
        return sign_in_first()
    filed = revisions.filed_under(topic_id)
    place = drafted.change_of_topic(topic_id)
    form = _begun(EditTopicForm, place) or _topic_form(topic, filed)
    offered = {one.id: one.name for one in companies.products_of(topic.company_id)}
    form.offer(offered, filed.products)

    def save() -> bool:
        return services.edit_topic(
            editor,
            topic,
            from_number=form.from_number.data or 0,
            title=form.title.data or "",
            body=form.body.data or "",
            kind=TopicKind(form.kind.data),
            product_ids=form.product_ids(filed.products),
            tags=form.tags.words(),
            note=form.note.data or "",
        )

    def address() -> str:
        return url_for("topics.show", topic_id=topic_id, slug=topic.slug)

    post = Post({"topic_id": topic_id}, "topic", topic.title, address, place)
    return _sent(post, form, save) if request.method == "POST" else _form_page(post, form)


@bp.route("/r/<int:reply_id>/edit", methods=["GET", "POST"])
@limiter.limit(POST, methods=["POST"])
@takes_picture
def edit_reply(reply_id: int) -> ResponseReturnValue:
    """Change an answer or a comment."""
    reply = reply_or_404(reply_id)
    editor = actor()
    if editor is not None:
        mandate = companies.mandate_of(editor.id, reply.topic.company_id)
        policies.can_edit_reply(editor, reply, mandate=mandate, at=clock.now()).require()
    elif request.method != "POST":
        return sign_in_first()
    is_comment, place = reply.parent_id is not None, drafted.change_of_reply(reply_id)
    kind: type[EditForm] = EditCommentForm if is_comment else EditReplyForm
    form = _begun(kind, place) or kind(formdata=None, body=reply.body)
    if request.method != "POST" and form.kept is None and form.other is None:
        form.from_number.data = revisions.newest_number(reply_id=reply_id)

    def save() -> bool:
        return services.edit_reply(
            editor,
            reply,
            from_number=form.from_number.data or 0,
            body=form.body.data or "",
            note=form.note.data or "",
        )

    def address() -> str:
        return address_of(reply_id)

    what: What = "comment" if is_comment else "reply"
    post = Post({"reply_id": reply_id}, what, reply.topic.title, address, place)
    return _sent(post, form, save) if request.method == "POST" else _form_page(post, form)


@bp.get("/t/<int:topic_id>/history")
@limiter.limit(SEARCH)
@same_for_visitors
def topic_history(topic_id: int) -> ResponseReturnValue:
    """Show what a topic said before, and who changed it, when and why."""
    return _history_page(revisions.history(topic_id=topic_id, before=_before()))


@bp.get("/t/<int:topic_id>/history/<int:number>")
@limiter.limit(SEARCH)
@same_for_visitors
def topic_revision(topic_id: int, number: int) -> ResponseReturnValue:
    """Show one change of a topic, whole."""
    return _history_page(revisions.revision(number, topic_id=topic_id), number)


@bp.get("/r/<int:reply_id>/history")
@limiter.limit(SEARCH)
@same_for_visitors
def reply_history(reply_id: int) -> ResponseReturnValue:
    """Show what an answer or comment said before, and who changed it, when and why."""
    return _history_page(revisions.history(reply_id=reply_id, before=_before()))


@bp.get("/r/<int:reply_id>/history/<int:number>")
@limiter.limit(SEARCH)
@same_for_visitors
def reply_revision(reply_id: int, number: int) -> ResponseReturnValue:
    """Show one change of an answer or comment, whole."""
    return _history_page(revisions.revision(number, reply_id=reply_id), number)


# -- the parts of a step ------------------------------------------------------------------------


@dataclass(frozen=True)
class Post:
    """What is being edited."""

    target: Mapping[str, int]  # topic_id or reply_id
    what: What
    title: str  # of its topic
    address: Callable[[], str]  # where it is shown
    place: str  # of the draft of its change


def _begun(form: type[AnyForm], place: str) -> AnyForm | None:
    """Return the form as it was sent or, where it is opened, as it was begun; None for a new one."""
    if request.method == "POST":
        return form()
    editor = actor()
    return drafting.begun_at(editor, place).form(form, place) if editor is not None else None


def _topic_form(topic: Topic, filed: revisions.Filed) -> EditTopicForm:
    form = EditTopicForm(
        title=topic.title, body=topic.body, kind=topic.kind.value, tags=", ".join(filed.tags)
    )
    form.product.data = AS_IT_IS if len(filed.products) > 1 else next(iter(filed.products), 0)
    form.from_number.data = revisions.newest_number(topic_id=topic.id)
    return form


def _sent(post: Post, form: EditForm, save: Callable[[], bool]) -> ResponseReturnValue:
    """Save what was sent and lead to where it is shown, or show the form again."""
    if actor() is None:
        return drafting.keep_and_sign_in(form, post.place) or (_form_page(post, form), 422)
    if drafting.is_asked_for():
        if drafting.keep_as_asked(form, post.place):
            return see_other(request.path)
        return _form_page(post, form), form.status
    if brings_picture(form):
        return _form_page(post, form), form.status
    shown = [name for name in ("title", "note", "body") if name in form]
    if not form.validate() or not before_posting(form, *shown):
        return _form_page(post, form), form.status
    try:
        with transaction():
            is_changed = save()
            drafting.posted(form)
    except Conflict as error:
        newer = revisions.changes_since(form.from_number.data or 0, **post.target)
        # Sending it again means: mine, knowing theirs.
        form.from_number.data = revisions.newest_number(**post.target)
        form.from_number.raw_data = None
        return _form_page(post, form, conflict=error.message, newer=newer), 409
    except (Invalid, NotAllowed) as error:
        form.take(error)
        return _form_page(post, form), 422
    flash(_("It is changed, and everybody can read how.") if is_changed else _("Nothing differs."))
    return see_other(post.address())


def _form_page(post: Post, form: EditForm, **more: object) -> str:
    return render_template("topics/edit.html", form=form, post=post, **more)


def _before() -> int | None:
    """Return the number that the address says to go on from."""
    return whole_number(request.args.get("before"), most=ROW_ID_MAX)


def _history_page(found: revisions.History | None, number: int | None = None) -> str:
    if found is None:
        abort(404, _("There is nothing at this address."))
    return render_template("topics/history.html", history=found, number=number)
