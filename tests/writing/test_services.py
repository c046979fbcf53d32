"""Drafts are kept as they were typed, and found by their key."""

from datetime import timedelta

from sqlalchemy import select

from community.core import clock, jobs
from community.core.db import db
from community.writing import services
from community.writing.models import ASKING, Draft
from community.writing.services import KEPT, TEXT_MAX


def test_a_draft_is_kept_as_typed_and_replaced_by_its_later_states() -> None:
    key = services.save_draft({"title": "  half a ti\x00tle ", "tags": "a,,b"}, place=ASKING).key
    again = services.save_draft(
        {"title": "a title", "body": "x" * TEXT_MAX * 2, "kind": "idea"}, place=ASKING, key=key
    )

    assert again.key == key
    draft = services.find_draft(key)
    assert draft is not None
    assert (draft.fields["title"], draft.fields["kind"]) == ("a title", "idea")
    assert len(draft.fields["body"]) == TEXT_MAX


def test_a_draft_is_found_by_its_key_alone_until_it_is_taken() -> None:
    key = services.save_draft({"title": "\ud800 a title"}, place=ASKING).key

    assert services.find_draft("0" * 32) is None
    assert services.find_draft("not a key \x00 at all") is None
    draft = services.take_draft(key)
    assert draft is not None
    assert draft.fields["title"] == " a title"
    assert services.find_draft(key) is None
    assert services.take_draft(key) is None


def test_drafts_expire_and_are_forgotten_at_night() -> None:
    with clock.frozen(clock.now()) as move_on:
        key = services.save_draft({"title": "a title"}, place=ASKING).key
        move_on(KEPT - timedelta(seconds=1))
        assert services.find_draft(key) is not None
        jobs.do_nightly()
        assert db.session.scalars(select(Draft.key)).all() == [key]
        move_on(timedelta(seconds=1))
        assert services.find_draft(key) is None
        later = services.save_draft({"title": "later"}, place=ASKING, key=key)
        assert later.key != key
        jobs.do_nightly()

    assert db.session.scalars(select(Draft.key)).all() == [later.key]
