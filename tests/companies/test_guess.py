"""What a text is about: the signs in it, and what they are worth together."""

import pytest
from flask import Flask

from community import search
from community.companies import queries, services
from community.companies.models import Company
from community.companies.queries import Guess, SignKind, Subject, Vote, read_signs, weigh
from community.core import clock
from community.search import Document
from tests.conftest import Client, counted_statements
from tests.factories import make_company, make_product, make_user


def guesses(text: str, *votes: Vote) -> list[Guess]:
    return weigh(read_signs(text), votes)


def named(text: str, *votes: Vote) -> list[str]:
    return [one.subject.key for one in guesses(text, *votes)]


def index_topics(*topics: tuple[Company, str]) -> None:
    """Put topics into the index alone: how common a word is depends on nothing else."""
    search.index().put(
        Document(
            topic_id=number,
            company_id=company.id,
            kind="problem",
            status="open",
            title=title,
            created_at=clock.now(),
            last_activity_at=clock.now(),
            confirmed_at=clock.now(),
        )
        for number, (company, title) in enumerate(topics, 1)
    )


@pytest.fixture
def acme() -> Company:
    company = make_company("Acme", website_host="acme.example")
    make_product(company, "Router X2")
    make_product(company, "Router X2 Pro")
    return company


def vote(company: Company, *, topic_id: int, weight: float = 1.0, product: str = "") -> Vote:
    made = queries.product_by_name(company.id, product) if product else None
    subject = Subject(
        company.id,
        company.slug,
        company.name,
        company.state,
        made.id if made else None,
        made.slug if made else "",
        made.name if made else "",
    )
    return Vote(subject, topic_id, weight)


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("my acme loses connection", SignKind.NAME, "acme"),
        ("Acme's router is dead", SignKind.NAME, "Acme"),
        ("is it (Acme)?", SignKind.NAME, "Acme"),
        ("ÁCME does not answer", SignKind.NAME, "ÁCME"),
        ("see https://www.help.acme.example/a?b=c for it", SignKind.HOST, "www.help.acme.example"),
        ("I wrote to bill@acme.example", SignKind.HOST, "acme.example"),
        ("router x2 drops at night", SignKind.PRODUCT, "router x2"),
        ("Acme/Router X2", SignKind.NAME, "Acme"),
    ],
)
def test_finds_what_is_written(acme: Company, text: str, kind: SignKind, words: str) -> None:
    [guess] = guesses(text)

    assert guess.subject.company_id == acme.id
    assert (guess.why, guess.words) == (kind, words)


@pytest.mark.parametrize(
    "text", ["", " ", "acmeish thing", "pacme", "notacme.example", "acme.example.org", "router x3"]
)
def test_finds_nothing_in_other_words(acme: Company, text: str) -> None:
    assert guesses(text) == []


def test_other_names_count_as_well(acme: Company) -> None:
    services.add_alias(make_user(), acme, alias="Apex Tools")

    [guess] = guesses("apex tools is down")

    assert guess.why is SignKind.ALIAS
    assert guess.subject.company_id == acme.id


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("acme router x2 drops", "acme/router-x2"),
        ("my Router X2 Pro drops", "acme/router-x2-pro"),
        ("acme bill is wrong", "acme"),
    ],
)
def test_the_product_is_guessed_with_it(acme: Company, text: str, key: str) -> None:
    assert named(text) == [key]


def test_names_in_scripts_without_spaces_are_found_within_a_sentence() -> None:
    make_company("小米", slug="xiaomi")

    assert named("我的小米手机打不开") == ["xiaomi"]


def test_a_name_with_a_mark_or_of_several_words_is_found() -> None:
    for name in ("Yahoo!", "Dr. Best", "Bank of Maribor"):
        make_company(name)

    assert named("Yahoo! mail is down") == ["yahoo"]
    assert named("does dr. best answer?") == ["dr-best"]
    assert named("the Bank of Maribor, again") == ["bank-of-maribor"]


def test_a_name_within_a_longer_name_of_another_is_not_meant() -> None:
    make_company("Velo")
    make_company("Velo Bank")

    assert named("velo bank lost my card") == ["velo-bank"]
    assert set(named("velo bank lost my velo card")) == {"velo", "velo-bank"}


def test_a_product_name_of_several_companies_says_less(acme: Company) -> None:
    for name in ("Brightwave", "Larkspur"):
        make_product(make_company(name), "Router X2")

    assert guesses("router x2 drops") == []
    assert named("router x2 of acme drops") == ["acme/router-x2"]


def test_a_common_word_needs_a_second_sign(acme: Company) -> None:
    target = make_company("Target", website_host="target.example")
    index_topics(*((acme, f"my target number {number} is wrong") for number in range(4)))

    assert named("my target date is wrong") == []
    assert named("Target date is wrong") == []  # every sentence begins so
    assert named("MY TARGET DATE IS WRONG") == []
    assert named("my order from Target is lost") == ["target"]
    assert named("my target order, see target.example") == ["target"]
    votes = [vote(target, topic_id=number) for number in (7, 8, 9)]
    assert named("my target order is lost", *votes) == ["target"]


def test_a_word_that_is_used_of_the_company_is_its_name(acme: Company) -> None:
    index_topics(*((acme, f"acme is down, case {number}") for number in range(4)))

    assert named("why is acme down") == ["acme"]


def test_a_stop_word_is_no_name(acme: Company) -> None:
    make_company("Only")
    index_topics(*((acme, f"it only works once, case {number}") for number in range(4)))

    assert named("it only works once") == []


def test_without_an_index_names_are_found_all_the_same(
    acme: Company, tmp_path_factory: pytest.TempPathFactory
) -> None:
    search.use(search.open_index("whoosh", tmp_path_factory.mktemp("nothing") / "here"))

    assert named("acme is down") == ["acme"]


def test_most_votes_are_enough_and_half_of_them_are_not(acme: Company) -> None:
    other = make_company("Brightwave")
    mine = [vote(acme, topic_id=number, product="Router X2") for number in (1, 2, 3)]

    [guess] = guesses("it blinks", *mine, vote(other, topic_id=4))
    assert (guess.subject.key, guess.why, guess.words) == ("acme/router-x2", SignKind.VOTES, "")
    assert guesses("it blinks", *mine, *(vote(other, topic_id=9 + n) for n in range(3))) == []


def test_few_votes_say_less(acme: Company) -> None:
    assert guesses("it blinks", vote(acme, topic_id=1)) == []


def test_a_topic_about_two_products_votes_once(acme: Company) -> None:
    two = [vote(acme, topic_id=1, product=name) for name in ("Router X2", "Router X2 Pro")]

    assert guesses("it blinks", *two) == []


def test_it_is_certain_when_words_and_votes_agree(acme: Company) -> None:
    other = make_company("Brightwave")
    its = [vote(acme, topic_id=number) for number in (1, 2, 3)]

    assert guesses("acme is down", *its)[0].is_certain
    assert not guesses("acme is down")[0].is_certain
    assert not guesses("acme or brightwave is down", *its)[0].is_certain
    assert not guesses("acme is down", *(vote(other, topic_id=n) for n in (4, 5, 6)))[0].is_certain


def test_there_are_three_at_most() -> None:
    for name in ("Anvil", "Brightwave", "Cinderella", "Dovetail"):
        make_company(name)

    assert len(named("anvil brightwave cinderella dovetail")) == 3


def test_a_search_finds_the_company_by_any_of_its_names(acme: Company, client: Client) -> None:
    services.add_alias(make_user(), acme, alias="Apex Tools")

    page = client.get("/search?q=apex+tools+drill").text
    assert 'href="/c/acme"' in page
    assert "also known as apex tools" in page
    assert "Companies of this name" not in client.get("/search?q=apex&company=acme").text
    assert "Companies of this name" not in client.get("/search?q=router").text


def test_reading_costs_one_statement_however_long_the_text(app: Flask, acme: Company) -> None:
    for text in ("acme", "acme router x2 " * 200, "我" * 1000, "a.b/" * 500):
        with counted_statements(app) as sent:
            read_signs(text)
        assert len(sent) == 1
