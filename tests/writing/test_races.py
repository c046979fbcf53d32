"""People who type in two windows at the same moment, each in a transaction of their own."""

from flask import Flask
from sqlalchemy import select

from community.accounts.models import User
from community.core.db import db, transaction
from community.core.errors import Invalid
from community.writing import services
from community.writing.models import ASKING, Draft
from community.writing.services import DRAFTS_MAX, Outdated
from tests.factories import make_user
from tests.topics.test_services_races import at_once


def person(user_id: int) -> User:
    return db.session.get_one(User, user_id)


def test_of_many_savers_from_one_version_one_is_first(live_app: Flask) -> None:
    with live_app.app_context():
        with transaction():
            user_id = make_user().id
            key = services.save_draft({"body": "begun"}, place="topic:1", user=person(user_id)).key

        def save(text: str) -> str:
            saved = services.save_draft(
                {"body": text}, place="topic:1", key=key, version=1, user=person(user_id)
            )
            return str(saved.fields["body"])

        results = at_once(live_app, *(lambda n=n: save(f"window {n}") for n in range(6)))

        won = [result for result in results if isinstance(result, str)]
        lost = [result for result in results if isinstance(result, Outdated)]
        assert (len(won), len(lost)) == (1, 5)
        assert {conflict.newer.fields["body"] for conflict in lost} == set(won)
        db.session.expire_all()
        assert db.session.scalars(select(Draft.version)).all() == [2]


def test_of_many_windows_that_begin_at_one_place_one_is_first(live_app: Flask) -> None:
    with live_app.app_context():
        with transaction():
            user_id = make_user().id

        def save(number: int) -> str:
            saved = services.save_draft(
                {"body": f"window {number}"},
                place="topic:1",
                key=f"{number:032x}",
                version=0,
                user=person(user_id),
            )
            return saved.key

        results = at_once(live_app, *(lambda n=n: save(n) for n in range(6)))

        won = [result for result in results if isinstance(result, str)]
        lost = [result for result in results if isinstance(result, Outdated)]
        assert (len(won), len(lost)) == (1, 5)
        assert {conflict.newer.key for conflict in lost} == set(won)
        db.session.expire_all()
        assert db.session.scalars(select(Draft.key)).all() == won


def test_a_draft_that_is_sent_twice_at_once_is_begun_once(live_app: Flask) -> None:
    with live_app.app_context():

        def save() -> str:
            return services.save_draft({"title": "It hums"}, place=ASKING, key="ab" * 16).key

        results = at_once(live_app, *[save] * 6)

        assert results == ["ab" * 16] * 6
        db.session.expire_all()
        assert len(db.session.scalars(select(Draft)).all()) == 1


def test_two_people_who_open_one_draft_at_once_do_not_both_have_it(live_app: Flask) -> None:
    with live_app.app_context():
        with transaction():
            ids = [make_user().id, make_user().id]
            key = services.save_draft({"title": "It hums"}, place=ASKING).key

        def claim(user_id: int) -> bool:
            return services.claim_draft(key, person(user_id)) is not None

        results = at_once(live_app, *(lambda n=n: claim(n) for n in ids))

        assert sorted(results) == [False, True]


def test_a_person_has_so_many_drafts_however_many_are_begun_at_once(live_app: Flask) -> None:
    with live_app.app_context():
        with transaction():
            user_id = make_user().id
            for number in range(DRAFTS_MAX - 1):
                services.save_draft(
                    {"title": f"Draft {number}"}, place=ASKING, user=person(user_id)
                )

        def begin() -> str:
            return services.save_draft({"title": "It hums"}, place=ASKING, user=person(user_id)).key

        results = at_once(live_app, *[begin] * 12)

        assert sum(isinstance(one, Invalid) for one in results) == 11, results
        db.session.expire_all()
        assert len(db.session.scalars(select(Draft)).all()) == DRAFTS_MAX
