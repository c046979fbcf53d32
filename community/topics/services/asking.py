"""Asking: a topic, with the pages that open for it, by a member or by a guest."""

from collections.abc import Sequence
from dataclasses import dataclass

from community.accounts import naming
from community.accounts import services as accounts
from community.accounts.models import User
from community.companies import services as companies
from community.companies.models import Company
from community.core import clock
from community.core.sql import lock_word
from community.topics.models import Topic, TopicKind
from community.topics.services import again, words
from community.topics.services.post import post_topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What somebody asks, and about what.

    Args:
        company: the page it goes to; None for a new one, called ``company_name``.
        website: of the new company, if it is known.
        other_slugs: pages of companies called like the new one, which are not meant.
        new_product: what the company has no page for yet; empty if there is none.
    """

    kind: TopicKind
    title: str
    body: str
    company: Company | None
    company_name: str = ""
    website: str = ""
    other_slugs: Sequence[str] = ()
    product_ids: Sequence[int] = ()
    new_product: str = ""
    tags: Sequence[str] = ()
    differs_from_id: int | None = None
    differs_reason: str = ""
    visit: str | None = None


def ask(author: User | None, question: Question) -> Topic:
    """Post a question; the pages that it needs open with it.

    Raises:
        NotAllowed: the author may not ask, or the company takes no topics here.
        Invalid: a name or a text does not fit.
        Conflict: the new company's website has a page already.
    """
    company = question.company or companies.company_to_ask(
        author,
        name=question.company_name,
        website=question.website,
        others=question.other_slugs,
    )
    product_ids = list(question.product_ids)
    if question.new_product:
        product = companies.product_to_ask(author, company, name=question.new_product)
        product_ids = [product.id]
    return post_topic(
        author,
        company,
        kind=question.kind,
        title=question.title,
        body=question.body,
        product_ids=product_ids,
        tags=question.tags,
        differs_from_id=question.differs_from_id,
        differs_reason=question.differs_reason,
        visit=question.visit,
    )


def ask_as_guest(email: str, question: Question) -> Topic:
    """Post a question of somebody without an account, and owe the link that makes it theirs.

    It can be read at once. The same words again from one address are the topic there is.

    Raises:
        Invalid: this is not an address, too much waits for it to be confirmed, or there are
            more than `GUEST_LINKS_MAX` links.
        NotAllowed, Conflict: as `ask`.
    """
    email = naming.accepted_email(email)
    words.few_links(question.body)
    lock_word(f"guest {email}")
    posted = again.same_guest_topic(
        email,
        title=words.title(question.title),
        body=words.body(question.body),
        at=clock.now(),
    )
    if posted is not None:
        return posted
    guest = accounts.welcome_guest(email)
    topic = ask(guest, question)
    accounts.lead_guest(guest, f"/t/{topic.id}/{topic.slug}")
    return topic
