"""The API, version 1."""

from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.companies.queries import Guess
from community.companies.views import company_or_404
from community.core.errors import Invalid, SearchUnavailable
from community.core.links import absolute
from community.topics import queries
from community.topics.queries import Answer, Suggestion
from community.web.language import languages_read
from community.web.limits import SUGGEST, limiter

bp = Blueprint("api", __name__, url_prefix="/api/v1")


@bp.get("/similar")
@limiter.limit(SUGGEST)
def similar() -> ResponseReturnValue:
    """Answer the topics like ``text``, best first, and what it is about, as the ask box shows them.

    Query: ``text`` (3 to 1000 characters), ``company`` (its slug, optional).
    """
    text, slug = request.args.get("text", "").strip(), request.args.get("company", "")
    if not queries.TEXT_MIN <= len(text) <= queries.TEXT_MAX:
        raise Invalid(
            _(
                "“text” has %(least)s to %(most)s characters.",
                least=queries.TEXT_MIN,
                most=queries.TEXT_MAX,
            )
        )
    company = company_or_404(slug) if slug else None
    look = queries.look(text, company_id=company.id if company else None, reads=languages_read())
    if not look.searching:
        raise SearchUnavailable(_("Search cannot be reached."))
    return {
        "text": text,
        "company": slug or None,
        "about": [_about(one) for one in look.guesses],
        "topics": [_topic(one) for one in look.items],
    }


def _about(guess: Guess) -> dict[str, Any]:
    subject = guess.subject
    product = {"slug": subject.product_slug, "name": subject.product_name}
    return {
        "company": {"slug": subject.company_slug, "name": subject.company_name},
        "product": product if subject.product_id is not None else None,
        "why": guess.why.value,
        "words": guess.words or None,
        "score": guess.score,
        "is_certain": guess.is_certain,
    }


def _topic(suggestion: Suggestion) -> dict[str, Any]:
    topic, answer = suggestion.topic, suggestion.answer
    return {
        "id": topic.id,
        "rank": suggestion.rank,
        "url": absolute("topics.show", topic_id=topic.id, slug=topic.slug),
        "title": topic.title,
        "kind": topic.kind.value,
        "status": topic.status.value,
        "company": {"slug": topic.company_slug, "name": topic.company_name},
        "reply_count": topic.reply_count,
        "me_too_count": topic.me_too_count,
        "created_at": topic.created_at.isoformat(),
        "last_activity_at": topic.last_activity_at.isoformat(),
        "answer": _answer(answer) if answer else None,
    }


def _answer(answer: Answer) -> dict[str, Any]:
    who = answer.speaker
    return {
        "id": answer.reply_id,
        "url": absolute("topics.reply_link", reply_id=answer.reply_id),
        "text": answer.passage.text,
        "author": {
            "username": None if who.is_former else who.username,
            "name": None if who.is_former else who.name,
            "level": who.level,
            "solved_count": who.solved_count,
            "speaks_for": who.speaks_for,
        },
        "is_official": answer.is_official,
        "accepted_count": answer.accepted_count,
        "accepted_by_asker": answer.accepted_by_asker,
        "worked_count": answer.worked_count,
        "failed_count": answer.failed_count,
        "helped_count": answer.helped_count,
    }
