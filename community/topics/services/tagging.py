"""What a topic is filed under: its tags and products."""

from collections.abc import Collection, Sequence

from flask_babel import gettext
from sqlalchemy import delete, select

from community.accounts.models import User
from community.companies.models import Company, Product
from community.core.db import db
from community.core.errors import Invalid
from community.core.sql import changed, insert
from community.topics.models import Tag, Topic, TopicProduct, TopicTag


def products(company: Company, product_ids: Collection[int]) -> dict[int, str]:
    """Return the names of these products of ``company``, by id.

    Raises:
        Invalid: one of them is another company's, or none.
    """
    wanted = set(product_ids)
    if not wanted:
        return {}
    known = db.session.execute(
        select(Product.id, Product.name).where(Product.company_id == company.id)
    ).all()
    found = {id_: name for id_, name in known if id_ in wanted}
    if len(found) < len(wanted):
        raise Invalid(
            gettext("That is not a product of %(name)s.", name=company.name), field="product_ids"
        )
    return dict(sorted(found.items()))


def set_products(topic: Topic, products: Collection[int]) -> None:
    """Make ``topic`` be about these products and no others.

    Args:
        products: as `products` returns them.
    """
    of_topic = TopicProduct.topic_id == topic.id
    changed(delete(TopicProduct).where(of_topic, TopicProduct.product_id.not_in(products)))
    add_products(topic, products)


def add_products(topic: Topic, products: Collection[int]) -> None:
    """Make ``topic`` be about these products as well."""
    if products:
        of_topic = {"topic_id": topic.id, "company_id": topic.company_id}
        rows = [{"product_id": id_, **of_topic} for id_ in products]
        db.session.execute(insert(TopicProduct).values(rows).on_conflict_do_nothing())


def set_tags(topic: Topic, slugs: Sequence[str], actor: User) -> None:
    """Replace the tags of ``topic``.

    Args:
        slugs: as `words.tags` returns them.
    """
    kept = select(Tag.id).where(Tag.slug.in_(slugs))
    changed(delete(TopicTag).where(TopicTag.topic_id == topic.id, TopicTag.tag_id.not_in(kept)))
    add_tags(topic, slugs, actor)


def add_tags(topic: Topic, slugs: Sequence[str], actor: User) -> None:
    """Put tags on ``topic``, making those that are new.

    Args:
        slugs: as `words.tags` returns them.
    """
    if not slugs:
        return
    # In one order, so that two people with the same new tags do not wait for each other.
    new = [{"slug": slug} for slug in sorted(slugs)]
    db.session.execute(insert(Tag).values(new).on_conflict_do_nothing())
    ids = db.session.scalars(select(Tag.id).where(Tag.slug.in_(slugs))).all()
    rows = [{"topic_id": topic.id, "tag_id": id_, "added_by_id": actor.id} for id_ in sorted(ids)]
    db.session.execute(insert(TopicTag).values(rows).on_conflict_do_nothing())
