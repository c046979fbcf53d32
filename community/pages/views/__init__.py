"""The screens: lists to go through, `find` to search, and what machines read of both."""

from flask import Blueprint

bp = Blueprint("pages", __name__)

from community.pages.views import (  # noqa: E402 (they hang their routes on `bp`)
    browse,
    directory,
    feeds,
    find,
    people,
    searches,
    sitemap,
    tags,
    waiting,
)

__all__ = [
    "bp",
    "browse",
    "directory",
    "feeds",
    "find",
    "people",
    "searches",
    "sitemap",
    "tags",
    "waiting",
]
