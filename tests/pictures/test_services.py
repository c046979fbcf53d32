"""Pictures are kept while something shows them, and nothing is left of the others."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from community.accounts.models import User
from community.core import clock, jobs
from community.core.db import db
from community.core.errors import NotAllowed
from community.core.picture_keys import Size, address
from community.pictures import holdings, policies, queries, services
from community.pictures.models import Picture, WithheldPicture
from community.pictures.reading import Encoded
from community.topics import services as topics
from community.topics.models import TopicKind
from community.writing import services as drafts
from community.writing.models import ASKING
from tests.factories import make_reply, make_topic, make_user
from tests.pictures.memory import Memory

ENCODED = Encoded(size=Size(640, 480), full=b"full", small=b"small", is_still_of_many=False)


def make_picture(user: User | None = None) -> Picture:
    """Add a picture as a view does."""
    return services.add_picture(user or make_user(), ENCODED, key=services.store(ENCODED))


def shown(picture: Picture) -> str:
    """Return a text that shows a picture."""
    return f"Look:\n\n![the light is red]({address(picture.key)})\n\nIt blinks."


def test_a_picture_says_its_size_in_its_key(kept: Memory) -> None:
    picture = make_picture()

    assert picture.key.endswith("-640x480")
    assert (picture.width, picture.height, picture.size) == (640, 480, 9)
    assert kept.read(picture.key) == b"full"
    assert kept.read(services.small(picture.key)) == b"small"


def test_a_picture_that_no_text_names_goes_after_two_days(kept: Memory) -> None:
    with clock.frozen(clock.now()) as move_on:
        picture = make_picture()
        move_on(timedelta(days=1, hours=23))
        services.sweep()
        assert queries.by_key(picture.key) is not None

        move_on(timedelta(hours=2))
        assert services.sweep() == 2

    assert queries.by_key(picture.key) is None
    assert kept.things == {}


def test_what_is_posted_is_kept_for_ever() -> None:
    with clock.frozen(clock.now()) as move_on:
        posted, other = make_picture(), make_picture()
        services.keep(shown(posted))
        move_on(timedelta(days=3650))
        services.sweep()

    assert queries.by_key(posted.key) is not None
    assert queries.by_key(other.key) is None


def test_a_draft_keeps_its_pictures_as_long_as_itself() -> None:
    with clock.frozen(clock.now()) as move_on:
        drafted = make_picture()
        services.keep_for_draft(shown(drafted))
        move_on(timedelta(days=30))
        services.sweep()
        assert queries.by_key(drafted.key) is not None

        services.keep_for_draft(shown(drafted))  # it is being written still
        move_on(timedelta(days=30))
        services.sweep()
        assert queries.by_key(drafted.key) is not None

        move_on(timedelta(days=2))
        services.sweep()
        assert queries.by_key(drafted.key) is None


def test_a_draft_of_what_is_posted_takes_nothing_away() -> None:
    posted = make_picture()
    services.keep(shown(posted))
    services.keep_for_draft(shown(posted))
    services.keep(shown(posted), until=clock.now())

    db.session.refresh(posted)
    assert posted.wanted_until is None


def test_a_text_without_pictures_asks_the_database_nothing() -> None:
    picture = make_picture()
    services.keep(f"/pictures/{picture.key}9 /pictures/ /pictures/{'z' * 32}-1x1 {picture.key}")

    db.session.refresh(picture)
    assert picture.wanted_until is not None


def test_the_night_sweeps() -> None:
    assert services.sweep in jobs._nightly


# Crashes


def test_a_file_without_a_row_goes_after_a_day(kept: Memory) -> None:
    with clock.frozen(clock.now()) as move_on:
        key = services.store(ENCODED)  # and the process dies
        kept.put(f"{key}~0badcafe", b"ha")  # or had died before
        known = make_picture()
        services.keep(shown(known))
        kept.put(f"{known.key}~0badcafe", b"ha")  # left by another try

        services.sweep()
        assert len(kept.things) == 6  # they may belong to a picture that is just coming in

        move_on(timedelta(days=1, minutes=1))
        assert services.sweep() == 4

    assert set(kept.things) == {known.key, services.small(known.key)}


def test_a_sweep_that_dies_is_finished_by_the_next(
    kept: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.frozen(clock.now()) as move_on:
        picture = make_picture()
        move_on(timedelta(days=3))
        with monkeypatch.context() as patched:
            patched.setattr(kept, "delete", _die)
            with pytest.raises(OSError, match="gone"):
                services.sweep()
        assert queries.by_key(picture.key) is None  # first the row, so nothing shows a hole
        assert len(kept.things) == 2

        assert services.sweep() == 2

    assert kept.things == {}


def _die(_name: str) -> None:
    raise OSError("The disk is gone.")


# Who may


def test_only_members_add_pictures() -> None:
    with pytest.raises(NotAllowed, match="Sign in"):
        services.add_picture(None, ENCODED, key=services.store(ENCODED))
    with pytest.raises(NotAllowed, match="Confirm"):
        make_picture(make_user(email_verified_at=None))
    with pytest.raises(NotAllowed, match="again on"):
        make_picture(make_user(suspended_until=clock.now() + timedelta(days=1)))


def test_there_is_an_end_to_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policies, "COUNT_MAX", 3)
    user = make_user()
    with clock.frozen(clock.now()) as move_on:
        for _each in range(3):
            make_picture(user)
        with pytest.raises(NotAllowed, match="tomorrow"):
            make_picture(user)
        make_picture()  # somebody else's day has not ended

        move_on(timedelta(days=1, seconds=1))
        make_picture(user)


def test_there_is_an_end_to_what_a_day_weighs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policies, "SIZE_MAX", 10)
    user = make_user()

    make_picture(user)
    make_picture(user)
    with pytest.raises(NotAllowed, match="tomorrow"):
        services.require_may_add(user)


# What is kept about a person


def test_an_export_holds_the_pictures(kept: Memory) -> None:
    user = make_user()
    picture, _others = make_picture(user), make_picture()

    (said,) = holdings.export(user)["sent"]
    assert said["address"] == f"/pictures/{picture.key}"
    assert dict(holdings.files(user)) == {said["file"]: b"full"}

    kept.delete(picture.key)
    assert list(holdings.files(user)) == []


def test_whose_a_picture_was_is_forgotten() -> None:
    user = make_user()
    posted, unposted, others = make_picture(user), make_picture(user), make_picture()
    services.keep(shown(posted))

    holdings.forget(user)
    services.sweep()

    owners = select(func.count()).where(Picture.uploaded_by_id == user.id)
    assert db.session.scalar(owners) == 0
    assert queries.by_key(posted.key) is not None  # the words that it belongs to stay
    assert queries.by_key(unposted.key) is None
    assert queries.by_key(others.key) is not None


def test_pictures_move_with_their_owner() -> None:
    guest, member = make_user(), make_user()
    make_picture(guest)

    holdings.move(guest, member)

    assert holdings.export(guest)["sent"] == []
    assert len(holdings.export(member)["sent"]) == 1


# Where pictures are named


def test_posting_and_changing_keep_the_pictures(app: Flask) -> None:
    author = make_user()
    topic, reply = make_topic(author=author), make_reply(author=author)
    pictures = [make_picture(author) for _ in range(6)]
    texts = [shown(picture) for picture in pictures]

    topics.post_topic(
        author, topic.company, kind=TopicKind.PROBLEM, title="The light is red", body=texts[0]
    )
    topics.post_reply(author, topic, body=texts[1])
    topics.post_comment(author, reply, body=texts[2])
    topics.edit_reply(author, reply, from_number=1, body=texts[3])
    topics.edit_topic(
        author,
        topic,
        from_number=1,
        title=topic.title,
        body=texts[4],
        kind=topic.kind,
        product_ids=[],
        tags=[],
    )
    with app.test_request_context():
        drafts.save_draft({"body": texts[5]}, place=ASKING, user=author)

    until = [db.session.get_one(Picture, one.id, populate_existing=True) for one in pictures]
    assert [one.wanted_until for one in until[:5]] == [None] * 5
    assert until[5].wanted_until is not None
    assert until[5].wanted_until > clock.now() + drafts.KEPT


def test_nobody_takes_another_persons_picture_away() -> None:
    customer, copyist = make_user(), make_user()
    theirs, own = make_picture(customer), make_picture(copyist)
    text = shown(theirs) + shown(own)

    services.withhold([text], sent_by=copyist.id, because=1)

    assert withheld() == {own.id}
    services.give_back(because=1)
    assert withheld() == set()


def test_what_somebody_sent_who_has_left_is_withheld_with_their_text() -> None:
    gone = make_user()
    picture, another = make_picture(gone), make_picture()
    services.keep(shown(picture))
    holdings.forget(gone)

    services.withhold([shown(picture) + shown(another)], sent_by=None, because=1)

    assert withheld() == {picture.id}


def withheld() -> set[int]:
    """Return the ids of pictures that are shown to nobody."""
    return set(db.session.scalars(select(WithheldPicture.picture_id)))
