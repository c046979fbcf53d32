"""Moving a topic to the company that it is about.

Who may is not asked here: the caller decides cases, and writes each into the public log.
"""

from collections.abc import Collection

from flask_babel import gettext
from sqlalchemy import delete, exists, select

from community.companies.models import Company
from community.core import outbox
from community.core.db import db
from community.core.errors import Invalid
from community.core.sql import change, lock
from community.topics import policies
from community.topics.models import OfficialAnswer, Reply, Topic, TopicProduct
from community.topics.services import standings, tagging


def move_topic(topic: Topic, company: Company, *, product_ids: Collection[int] = ()) -> list[int]:
    """File ``topic`` under another company. Return the products of the old one that it was about.

    What anybody wrote and judged stays as it is; standings and figures follow. A topic with the
    company's own word in it stays where that was said.

    Args:
        product_ids: of ``company``, which it is about from now on.

    Raises:
        NotAllowed: the company takes no topics here.
        Invalid: it is about this company already, or holds the company's word.
    """
    policies.takes_topics(company).require()
    lock(topic)
    if company.id == topic.company_id:
        raise Invalid(gettext("It is about this company already."), field="company")
    if _holds_its_word(topic):
        raise Invalid(
            gettext("The company has spoken in this topic, so it cannot be moved away from it."),
            field="company",
        )
    left = list(
        db.session.scalars(
            delete(TopicProduct)
            .where(TopicProduct.topic_id == topic.id)
            .returning(TopicProduct.product_id)
        )
    )
    old_id = topic.company_id
    change(topic, company_id=company.id)
    db.session.expire(topic, ["company"])
    tagging.add_products(topic, tagging.products(company, product_ids))
    answering = select(Reply.author_id).where(Reply.topic_id == topic.id).distinct()
    standings.refresh_people(db.session.scalars(answering).all())
    outbox.publish("topic.changed", topic_id=topic.id, company_id=company.id)
    outbox.publish("topic.moved", topic_id=topic.id, company_id=old_id, to_id=company.id)
    return sorted(left)


def _holds_its_word(topic: Topic) -> bool:
    speaks = exists().where(Reply.topic_id == topic.id, Reply.speaks_for_company)
    official = exists().where(OfficialAnswer.topic_id == topic.id)
    return bool(db.session.scalar(select(speaks | official)))
