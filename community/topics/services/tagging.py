"""What a topic is filed under: its tags and products."""

from collections.abc import Collection, Mapping, Sequence

from flask_babel import gettext
from sqlalchemy import Executable, bindparam, delete, select, update

from community.accounts.models import User
from community.companies import services as companies
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


def show_pages(topic: Topic) -> None:
    """Let everybody see the pages that opened with ``topic``, which can be seen."""
    products = db.session.scalars(
        select(TopicProduct.product_id).where(TopicProduct.topic_id == topic.id)
    )
    companies.show_pages(topic.company_id, products.all())


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
    """Replace the tags of ``topic``, which the caller holds locked.

    Args:
        slugs: as `words.tags` returns them.
    """
    ids = _ids(slugs)
    others = TopicTag.topic_id == topic.id, TopicTag.tag_id.not_in(ids)
    removed = _of_rows(delete(TopicTag).where(*others).returning(TopicTag.tag_id))
    added = _put_on(topic, ids, actor)
    count_topics(dict.fromkeys(removed, -1) | dict.fromkeys(added, 1))


def add_tags(topic: Topic, slugs: Sequence[str], actor: User) -> None:
    """Put tags on ``topic``, making those that are new.

    Args:
        slugs: as `words.tags` returns them.
    """
    count_topics(dict.fromkeys(_put_on(topic, _ids(slugs), actor), 1))


def count_topics(more: Mapping[int, int]) -> None:
    """Change the numbers of topics that tags have.

    Args:
        more: how many visible topics more a tag has, or fewer, by the tag's id.
    """
    # In one order, so that two people with the same tags do not wait for each other.
    rows = [{"tag": id_, "more": number} for id_, number in sorted(more.items())]
    if rows:
        tags = Tag.__table__
        added = update(tags).values(topic_count=tags.c.topic_count + bindparam("more"))  # type: ignore[arg-type]
        db.session.connection().execute(added.where(tags.c.id == bindparam("tag")), rows)


def _ids(slugs: Sequence[str]) -> Sequence[int]:
    """Return the ids of tags, and make those that are new."""
    if not slugs:
        return ()
    # In one order, as above.
    new = [{"slug": slug} for slug in sorted(slugs)]
    db.session.execute(insert(Tag).values(new).on_conflict_do_nothing())
    return db.session.scalars(select(Tag.id).where(Tag.slug.in_(slugs)).order_by(Tag.id)).all()


def _put_on(topic: Topic, tag_ids: Sequence[int], actor: User) -> Sequence[int]:
    """Return which of the tags were not on ``topic`` before."""
    if not tag_ids:
        return ()
    rows = [{"topic_id": topic.id, "tag_id": id_, "added_by_id": actor.id} for id_ in tag_ids]
    put = insert(TopicTag).values(rows).on_conflict_do_nothing()
    return _of_rows(put.returning(TopicTag.tag_id))


def _of_rows(statement: Executable) -> Sequence[int]:
    """Run a statement that returns the tags of the rows it changed."""
    return db.session.scalars(statement, execution_options={"synchronize_session": False}).all()
