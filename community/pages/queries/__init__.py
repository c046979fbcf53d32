"""Reads that span features, for the screens here."""

from community.pages.queries.companies import (
    CompanyOrder,
    CompanyRow,
    Numbers,
    ProductHit,
    busiest_companies,
    companies_page,
    letters,
    numbers,
    products_like,
    waiting_by_company,
)
from community.pages.queries.feeds import Entry, replies_of, topic_entries, written_by
from community.pages.queries.people import (
    AnswerRow,
    Deeds,
    answers_of,
    best_answers_of,
    deeds_of,
    top_helpers,
)
from community.pages.queries.sitemap import BLOCK, BLOCKS_MAX, Block, Part, addresses, blocks
from community.pages.queries.tags import TagFacts, TagRow, facts_of_tag, tags_page
from community.pages.queries.texts import plain_bodies

__all__ = [
    "BLOCK",
    "BLOCKS_MAX",
    "AnswerRow",
    "Block",
    "CompanyOrder",
    "CompanyRow",
    "Deeds",
    "Entry",
    "Numbers",
    "Part",
    "ProductHit",
    "TagFacts",
    "TagRow",
    "addresses",
    "answers_of",
    "best_answers_of",
    "blocks",
    "busiest_companies",
    "companies_page",
    "deeds_of",
    "facts_of_tag",
    "letters",
    "numbers",
    "plain_bodies",
    "products_like",
    "replies_of",
    "tags_page",
    "top_helpers",
    "topic_entries",
    "waiting_by_company",
    "written_by",
]
