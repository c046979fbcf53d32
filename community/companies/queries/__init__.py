"""Reads of companies, their names and products, and of who speaks for them."""

from community.companies.queries.guess import (
    Guess,
    Sign,
    SignKind,
    Subject,
    Vote,
    named,
    read_signs,
    weigh,
)
from community.companies.queries.known import (
    aliases_of,
    all_by_name,
    by_host,
    by_id,
    by_ids,
    by_name,
    by_slug,
    mandate_of,
    product_by_name,
    product_by_slug,
    products_of,
    speakers_of,
)
from community.companies.queries.near import NearCompany, completions, near, near_products
from community.companies.queries.stakes import stake_of, stakes_in, stakes_of, ties_of

__all__ = [
    "Guess",
    "NearCompany",
    "Sign",
    "SignKind",
    "Subject",
    "Vote",
    "aliases_of",
    "all_by_name",
    "by_host",
    "by_id",
    "by_ids",
    "by_name",
    "by_slug",
    "completions",
    "mandate_of",
    "named",
    "near",
    "near_products",
    "product_by_name",
    "product_by_slug",
    "products_of",
    "read_signs",
    "speakers_of",
    "stake_of",
    "stakes_in",
    "stakes_of",
    "ties_of",
    "weigh",
]
