"""Write topics, replies and comments, each in the order of time, as they would have come."""

from collections import Counter

from community.core.db import db
from community.core.names import slug
from community.demo import shapes
from community.demo.pages import SOURCE
from community.demo.site import Site
from community.topics.models import Reply, Tag, Topic, TopicProduct, TopicTag
from community.topics.services import tagging


def write_topics(site: Site) -> None:
    """Write every topic with its products and tags."""
    pairs = list(site.content.topics())
    for company, one in pairs:
        site.topics[one.key] = _topic(site, company, one)
    db.session.add_all(site.topics.values())
    db.session.flush()
    for company, one in pairs:
        topic = site.topics[one.key]
        if one.differs_from:
            topic.differs_from_id = site.topics[one.differs_from].id
            topic.differs_reason = one.differs_reason
        db.session.add_all(
            TopicProduct(
                topic_id=topic.id,
                product_id=site.products[company.slug, product].id,
                company_id=topic.company_id,
            )
            for product in one.products
        )
    _write_tags(site)


def write_replies(site: Site) -> None:
    """Write every reply, then every comment."""
    pairs = [(topic, reply) for _company, topic in site.content.topics() for reply in topic.replies]
    pairs.sort(key=lambda pair: (pair[1].at, pair[1].key))
    for topic, reply in pairs:
        site.replies[reply.key] = Reply(
            topic_id=site.topics[topic.key].id,
            author_id=site.user_id(reply.author),
            body=site.texts[reply.body].body,
            body_html=site.texts[reply.body].html,
            speaks_for_company=reply.speaks_for_company,
            helpful_count=len(reply.helpful),
            unhelpful_count=len(reply.unhelpful),
            failed_count=len(reply.failed),
            accepted_count=len(reply.accepted_by),
            source_key=f"{SOURCE}{reply.key}",
            created_at=site.calendar.at(reply.at),
        )
    db.session.add_all(site.replies.values())
    db.session.flush()
    comments = [(reply, comment) for _topic, reply in pairs for comment in reply.comments]
    comments.sort(key=lambda pair: (pair[1].at, pair[0].key))
    db.session.add_all(_comment(site, reply, comment) for reply, comment in comments)


def _topic(site: Site, company: shapes.Company, one: shapes.Topic) -> Topic:
    by_others = [reply for reply in one.replies if reply.author != one.author]
    first = min((reply.at for reply in by_others), default=None)
    first_of_company = min(
        (reply.at for reply in by_others if reply.speaks_for_company), default=None
    )
    at = site.calendar.at
    return Topic(
        company_id=site.companies[company.slug].id,
        author_id=site.user_id(one.author),
        kind=one.kind,
        status=one.status,
        title=one.title,
        body=site.texts[one.body].body,
        body_html=site.texts[one.body].html,
        reply_count=len(one.replies),
        me_too_count=len(one.me_too),
        source_key=f"{SOURCE}{one.key}",
        created_at=at(one.at),
        last_activity_at=at(one.last_activity_at),
        first_reply_at=None if first is None else at(first),
        first_company_reply_at=None if first_of_company is None else at(first_of_company),
    )


def _write_tags(site: Site) -> None:
    wanted = {
        one.key: list(dict.fromkeys(slug(tag, default="tag") for tag in one.tags))
        for _company, one in site.content.topics()
    }
    used = dict.fromkeys(tag for tags in wanted.values() for tag in tags)
    tags = {tag.slug: tag for tag in db.session.query(Tag).filter(Tag.slug.in_(used))}
    for name in used:
        if name not in tags:
            tags[name] = Tag(slug=name)
            db.session.add(tags[name])
    db.session.flush()
    tagging.count_topics(Counter(tags[name].id for names in wanted.values() for name in names))
    for key, names in wanted.items():
        topic = site.topics[key]
        db.session.add_all(
            TopicTag(topic_id=topic.id, tag_id=tags[name].id, added_by_id=topic.author_id)
            for name in names
        )


def _comment(site: Site, reply: shapes.Reply, comment: shapes.Comment) -> Reply:
    above = site.replies[reply.key]
    return Reply(
        topic_id=above.topic_id,
        parent_id=above.id,
        author_id=site.user_id(comment.author),
        body=site.texts[comment.body].body,
        body_html=site.texts[comment.body].html,
        created_at=site.calendar.at(comment.at),
    )
