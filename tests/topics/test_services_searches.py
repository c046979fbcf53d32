"""Keeping searches: once each, so many, one's own only."""

import pytest
from sqlalchemy import func, select

from community.accounts.models import User
from community.core.db import db
from community.core.errors import Invalid, NotAllowed, NotFound
from community.search import Filters
from community.topics import queries, services
from community.topics.models import SEARCHES_MAX, SavedSearch, TopicKind
from tests.factories import make_company, make_product, make_user


def kept_by(user: User) -> list[str]:
    """Return the names of what somebody keeps, the newest first."""
    return [one.search.name for one in queries.searches_of(user.id)]


def test_a_search_is_kept_with_all_it_is_narrowed_to() -> None:
    company = make_company("Brightwave")
    router = make_product(company, "Router X2")
    filters = Filters(
        company_id=company.id,
        product_id=router.id,
        kind=TopicKind.PROBLEM.value,
        tag="wifi",
        language="en",
        is_unanswered=True,
    )
    user = make_user()

    services.keep_search(user, "drops", filters, name="  My   router ", tells=True)

    (one,) = queries.searches_of(user.id)
    assert (one.search.name, one.search.tells) == ("My router", True)
    assert (one.company_name, one.product_name) == ("Brightwave", "Router X2")
    assert (one.search.tag, one.search.language, one.search.is_unanswered) == ("wifi", "en", True)


def test_the_same_search_is_kept_once_and_takes_the_new_name() -> None:
    user = make_user()
    services.keep_search(user, "drops", name="Old", tells=True)
    services.keep_search(user, "drops", name="New", tells=False)
    services.keep_search(user, "drops", Filters(tag="wifi"), name="Other", tells=False)
    services.keep_search(make_user(), "drops", name="Somebody else's", tells=False)

    assert kept_by(user) == ["Other", "New"]


def test_only_so_many_are_kept() -> None:
    user = make_user()
    for number in range(SEARCHES_MAX):
        services.keep_search(user, f"drops {number}", name="One", tells=False)

    with pytest.raises(NotAllowed, match="Let one go first"):
        services.keep_search(user, "drops", name="One more", tells=False)
    services.keep_search(user, "drops 1", name="Again", tells=True)  # is there

    assert db.session.scalar(select(func.count()).select_from(SavedSearch)) == SEARCHES_MAX


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_name_has_to_fit(name: str) -> None:
    with pytest.raises(Invalid, match="name"):
        services.keep_search(make_user(), "drops", name=name, tells=True)


def test_a_search_for_everything_is_none() -> None:
    with pytest.raises(Invalid, match="needs words"):
        services.keep_search(make_user(), "", name="All", tells=True)


def test_one_changes_and_drops_ones_own_only() -> None:
    user = make_user()
    kept = services.keep_search(user, "drops", name="Mine", tells=True)

    for stranger, refusal in ((make_user(), NotFound), (None, NotAllowed)):
        with pytest.raises(refusal):
            services.change_search(stranger, kept.id, name="Theirs", tells=False)
        with pytest.raises(refusal):
            services.drop_search(stranger, kept.id)
    services.change_search(user, kept.id, name="Still mine", tells=False)
    assert kept_by(user) == ["Still mine"]

    services.drop_search(user, kept.id)
    assert kept_by(user) == []
