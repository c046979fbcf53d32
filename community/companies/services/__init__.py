"""Changes to companies, their products and who has a stake in them, by verb."""

from community.companies.services.pages import (
    add_alias,
    company_to_ask,
    open_company,
    open_product,
    product_to_ask,
    remove_alias,
    set_official_help,
    show_pages,
    take_in_company,
    take_in_product,
    write_alias,
)
from community.companies.services.stakes import (
    declare_employer,
    declare_rival,
    end_employment,
    end_rivalry,
)

__all__ = [
    "add_alias",
    "company_to_ask",
    "declare_employer",
    "declare_rival",
    "end_employment",
    "end_rivalry",
    "open_company",
    "open_product",
    "product_to_ask",
    "remove_alias",
    "set_official_help",
    "show_pages",
    "take_in_company",
    "take_in_product",
    "write_alias",
]
