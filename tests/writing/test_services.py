"""Drafts are kept as they were typed, by whom they belong to, and nobody writes over another's."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from community.core import clock, jobs
from community.core.db import db
from community.core.errors import Invalid
from community.writing import queries, services
from community.writing.models import ASKING, Draft
from community.writing.services import DRAFTS_MAX, KEPT, LENGTH_MAX, Outdated
from tests.factories import make_user

ANSWER = "topic:1"


def count() -> int:
    """Return how many drafts there are."""
    return db.session.scalar(select(func.count()).select_from(Draft)) or 0


def test_a_draft_is_kept_as_typed_and_replaced_by_its_later_states() -> None:
    first = services.save_draft(
        {"title": "  half a ti\x00tle \ud800", "body": "a\r\nb", "tags": ""}, place=ASKING
    )
    assert first.fields == {"title": "  half a title ", "body": "a\nb"}

    later = services.save_draft({"title": "a title"}, place=ASKING, key=first.key, version=1)

    assert (later.key, later.version, later.fields) == (first.key, 2, {"title": "a title"})
    assert count() == 1


def test_the_page_may_choose_the_key_so_that_sending_twice_begins_one_draft() -> None:
    def save() -> Draft:
        return services.save_draft({"title": "It hums"}, place=ASKING, key="ab" * 16, version=0)

    save()

    assert (save().key, save().version, count()) == ("ab" * 16, 1, 1)


@pytest.mark.parametrize("key", ["", "0" * 32, "not a key \x00 at all", "G" * 32])
def test_a_key_that_is_none_begins_a_new_draft(key: str) -> None:
    assert queries.find_draft(key) is None
    assert not services.take_draft(key)

    assert services.save_draft({"title": "It hums"}, place=ASKING, key=key, version=3).version == 1


def test_of_two_savers_from_one_version_the_second_is_handed_what_stands_there() -> None:
    user = make_user()
    key = services.save_draft({"body": "begun"}, place=ANSWER, user=user).key
    services.save_draft({"body": "first"}, place=ANSWER, key=key, version=1, user=user)

    with pytest.raises(Outdated) as caught:
        services.save_draft({"body": "second"}, place=ANSWER, key=key, version=1, user=user)

    newer = caught.value.newer
    assert (newer.version, newer.fields) == (2, {"body": "first"})
    kept = services.save_draft({"body": "second"}, place=ANSWER, key=key, version=2, user=user)
    assert (kept.version, kept.fields) == (3, {"body": "second"})


def test_the_same_text_from_two_windows_is_no_conflict() -> None:
    key = services.save_draft({"body": "begun"}, place=ASKING).key
    services.save_draft({"body": "the same"}, place=ASKING, key=key, version=1)

    again = services.save_draft({"body": "the same"}, place=ASKING, key=key, version=1)

    assert again.version == 2


def test_of_two_windows_that_begin_at_one_place_the_second_is_shown_the_first() -> None:
    user = make_user()
    first = services.save_draft({"body": "first"}, place=ANSWER, key="a" * 32, user=user)

    with pytest.raises(Outdated) as caught:
        services.save_draft({"body": "second"}, place=ANSWER, key="b" * 32, version=0, user=user)

    assert caught.value.newer.key == first.key
    assert services.save_draft({"body": "x"}, place="topic:2", user=user).key != first.key
    assert services.save_draft({"body": "x"}, place=ANSWER, user=make_user()).key != first.key


def test_one_may_begin_several_questions() -> None:
    user = make_user()
    for title in ("It hums", "It blinks"):
        services.save_draft({"title": title}, place=ASKING, user=user)

    assert {draft.fields["title"] for draft in queries.questions_of(user, 9)} == {
        "It hums",
        "It blinks",
    }


def test_somebody_elses_draft_is_not_there() -> None:
    owner, other = make_user(), make_user()
    key = services.save_draft({"body": "mine"}, place=ANSWER, user=owner).key

    for viewer in (other, None):
        assert queries.find_draft(key, viewer) is None
        assert not services.take_draft(key, user=viewer)
        saved = services.save_draft(
            {"body": "theirs"}, place=ANSWER, key=key, version=1, user=viewer
        )
        assert saved.key != key
    assert services.claim_draft(key, other) is None
    found = queries.find_draft(key, owner)
    assert found is not None
    assert found.fields == {"body": "mine"}


def test_a_draft_begun_signed_out_belongs_to_who_saves_or_opens_it_signed_in() -> None:
    saver, opener = make_user(), make_user()
    saved = services.save_draft({"title": "It hums"}, place=ASKING)
    opened = services.save_draft({"title": "It blinks"}, place=ASKING)

    services.save_draft({"title": "It hums"}, place=ASKING, key=saved.key, user=saver)
    claimed = services.claim_draft(opened.key, opener)

    assert claimed is not None
    assert [draft.key for draft in queries.drafts_of(saver)] == [saved.key]
    assert [draft.key for draft in queries.drafts_of(opener)] == [opened.key]
    assert queries.find_draft(saved.key) is None


def test_what_goes_on_from_ones_own_draft_takes_its_place() -> None:
    user = make_user()
    own = services.save_draft({"body": "Turn it"}, place=ANSWER, user=user)
    sent = services.save_draft(
        {"body": "Turn it off", "draft": own.key, "draft_version": "1"}, place=ANSWER, key=own.key
    )
    assert sent.key != own.key

    claimed = services.claim_draft(sent.key, user)

    assert claimed is not None
    assert (claimed.key, claimed.fields) == (own.key, {"body": "Turn it off"})
    assert count() == 1


@pytest.mark.parametrize("version", ["9" * 30, "9" * 5000, "²", "one"])
def test_a_version_that_is_none_goes_on_from_nothing(version: str) -> None:
    user = make_user()
    own = services.save_draft({"body": "Turn it"}, place=ASKING, user=user)
    sent = services.save_draft(
        {"body": "Press it", "draft": own.key, "draft_version": version}, place=ASKING
    )

    claimed = services.claim_draft(sent.key, user)

    assert claimed is not None
    assert claimed.key == sent.key
    assert own.fields == {"body": "Turn it"}


def test_what_does_not_go_on_from_it_is_shown_beside_it() -> None:
    user = make_user()
    own = services.save_draft({"body": "Turn it"}, place=ANSWER, user=user)
    sent = services.save_draft(
        {"body": "Press it", "draft": own.key, "draft_version": "1"}, place=ANSWER
    )
    services.save_draft({"body": "Turn it off"}, place=ANSWER, key=own.key, version=1, user=user)

    with pytest.raises(Outdated) as caught:
        services.claim_draft(sent.key, user)

    assert caught.value.newer.fields == {"body": "Turn it off"}
    assert queries.find_draft(sent.key, user) is not None
    with pytest.raises(Outdated):
        services.save_draft({"body": "Press"}, place=ANSWER, key=sent.key, version=1, user=user)


def test_posting_takes_what_was_posted_and_nothing_newer() -> None:
    user = make_user()
    key = services.save_draft({"body": "begun"}, place=ANSWER, user=user).key
    services.save_draft({"body": "newer"}, place=ANSWER, key=key, version=1, user=user)

    assert not services.take_draft(key, version=1, user=user)
    assert services.take_draft(key, version=2, user=user)
    assert not services.take_draft(key, user=user)


def test_too_much_is_refused_and_not_cut() -> None:
    services.save_draft({"body": "x" * LENGTH_MAX}, place=ASKING)
    for fields in ({"body": "x" * (LENGTH_MAX + 1)}, {f"field{n}": "x" for n in range(99)}):
        with pytest.raises(Invalid, match="too long"):
            services.save_draft(fields, place=ASKING)


def test_one_person_has_so_many_and_no_more() -> None:
    user = make_user()
    drafts = [
        services.save_draft({"body": "x"}, place=f"topic:{number + 1}", user=user)
        for number in range(DRAFTS_MAX)
    ]

    with pytest.raises(Invalid, match="many drafts"):
        services.save_draft({"body": "x"}, place=ASKING, user=user)
    services.save_draft(
        {"body": "y"}, place=drafts[0].place, key=drafts[0].key, version=1, user=user
    )


def test_drafts_are_forgotten_at_night_when_nobody_comes_back() -> None:
    with clock.frozen(clock.now()) as move_on:
        key = services.save_draft({"title": "a title"}, place=ASKING).key
        move_on(KEPT - timedelta(seconds=1))
        jobs.do_nightly()
        assert db.session.scalars(select(Draft.key)).all() == [key]
        move_on(timedelta(seconds=1))
        jobs.do_nightly()

    assert count() == 0


def test_whoever_keeps_what_a_text_refers_to_hears_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    monkeypatch.setattr(services, "_listeners", [])
    services.after_saving(heard.append)
    services.after_saving(heard.append)

    draft = services.save_draft({"title": "It hums", "body": "![a](/pictures/b)"}, place=ASKING)
    services.save_draft({"body": "gone"}, place=ASKING, key=draft.key, version=1)

    assert heard == ["It hums\n![a](/pictures/b)", "gone"]
