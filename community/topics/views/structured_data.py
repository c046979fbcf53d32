"""What a topic's page says to search engines, as schema.org's QAPage.

The author of everything is a person. A company is named only as the employer of somebody
who speaks for it, and only once it has proved itself: a page without an owner must never
read as if the company had written it.
"""

from typing import Any

from community.companies.models import CompanyState
from community.core import markup
from community.core.links import absolute
from community.topics.policies import SOLVABLE
from community.topics.queries import ReplyView, Speaker, TopicPage
from community.web import times

TEXT_MAX = 300  # characters of each text: the page has them whole
SUGGESTED_MAX = 10  # answers besides the accepted one, the best first


def qa_page(page: TopicPage) -> dict[str, Any] | None:
    """Return the structured data of a question or problem with answers, or None."""
    answers = [one for one in page.shown if one.cover is None]
    if page.kind not in SOLVABLE or page.cover is not None or not answers:
        return None
    accepted = next((one for one in answers if one.is_official or one.accepted_by_asker), None)
    others = [one for one in answers if one is not accepted]
    suggested = [_answer(one, page) for one in others[:SUGGESTED_MAX]]
    question: dict[str, Any] = {
        "@type": "Question",
        "name": page.title,
        "text": page.summary or page.title,
        "url": absolute("topics.show", topic_id=page.id, slug=page.slug),
        "author": _person(page.author, page),
        "dateCreated": times.iso(page.created_at),
        **({"dateModified": times.iso(page.edited_at)} if page.edited_at else {}),
        "answerCount": page.reply_count,
        "upvoteCount": page.me_too_count,
        **({"acceptedAnswer": _answer(accepted, page)} if accepted else {}),
        **({"suggestedAnswer": suggested} if suggested else {}),
    }
    return {"@context": "https://schema.org", "@type": "QAPage", "mainEntity": question}


def _answer(view: ReplyView, page: TopicPage) -> dict[str, Any]:
    return {
        "@type": "Answer",
        "text": markup.plain_text(view.body_html, limit=TEXT_MAX),
        "url": absolute("topics.reply_link", reply_id=view.id),
        "author": _person(view.speaker, page),
        "dateCreated": times.iso(view.created_at),
        **({"dateModified": times.iso(view.edited_at)} if view.edited_at else {}),
        "upvoteCount": view.helpful_count,
    }


def _person(who: Speaker, page: TopicPage) -> dict[str, Any]:
    if who.is_former:
        return {"@type": "Person", "name": "former member"}
    person = {
        "@type": "Person",
        "name": who.name,
        "url": absolute("pages.person", username=who.username),
    }
    if who.speaks_for and page.company_state is CompanyState.LISTENING:
        return {**person, "worksFor": {"@type": "Organization", "name": who.speaks_for}}
    return person
