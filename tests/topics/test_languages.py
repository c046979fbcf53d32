"""In which language a topic is: told when it is posted, edited or found untold."""

import re

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from community import search
from community.core import outbox
from community.core.db import db
from community.search import NOT_SAID, Filters
from community.topics import commands, handlers, services
from community.topics.models import RelatedTopic, Topic, TopicKind
from community.topics.services import languages
from community.web.language import lang
from tests.conftest import Client
from tests.factories import make_company, make_reply, make_topic, make_user
from tests.search.documents import document

INDONESIAN = ("Tidak bisa masuk ke akun saya", "Sejak kemarin kata sandi saya selalu ditolak.")
ENGLISH = ("I cannot sign in to my account", "Since yesterday my password is always refused.")


def ask(title: str, body: str) -> Topic:
    return services.post_topic(
        make_user(), make_company(), kind=TopicKind.PROBLEM, title=title, body=body
    )


def edit(topic: Topic, title: str, body: str, *, from_number: int = 1) -> None:
    assert services.edit_topic(
        topic.author,
        topic,
        from_number=from_number,
        title=title,
        body=body,
        kind=topic.kind,
        product_ids=[],
        tags=[],
    )
    db.session.refresh(topic, ["language"])


def test_a_topic_is_in_the_language_of_its_words() -> None:
    assert ask(*INDONESIAN).language == "id"
    assert ask(*ENGLISH).language == "en"
    assert ask("XR-200", "404").language == NOT_SAID


def test_an_edited_topic_is_in_the_language_of_its_new_words() -> None:
    topic = ask(*ENGLISH)
    edit(topic, *INDONESIAN)
    assert topic.language == "id"
    edit(topic, "XR-200", "404", from_number=2)
    assert topic.language == "id"  # what says nothing changes nothing


@pytest.mark.parametrize(
    ("said", "words", "kept"),
    [
        ("id-ID", INDONESIAN, "id-ID"),
        ("id", ENGLISH, "en"),
        (None, INDONESIAN, "id"),
        ("pt-BR", ("XR-200", "404"), "pt-BR"),
        (None, ("XR-200", "404"), NOT_SAID),
    ],
)
def test_what_was_said_is_kept_where_it_fits(
    said: str | None, words: tuple[str, str], kept: str
) -> None:
    assert languages.language_of(*words, said) == kept


def untold() -> list[Topic]:
    topics = [
        make_topic(title=title, body=body) for title, body in (INDONESIAN, ENGLISH, ("XR", "404"))
    ]
    assert {topic.language for topic in topics} == {None}
    return topics


def told() -> list[str | None]:
    db.session.expire_all()
    return list(db.session.scalars(select(Topic.language).order_by(Topic.id)))


def test_the_worker_tells_what_is_untold_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    untold()
    monkeypatch.setattr(handlers, "TOLD_AT_ONCE", 2)

    assert handlers.tell_languages()
    assert told() == ["id", "en", None]
    assert not handlers.tell_languages()
    assert told() == ["id", "en", NOT_SAID]
    assert languages.untold_count() == 0
    assert not handlers.tell_languages()  # there is nothing left to try


def test_the_index_learns_what_was_told() -> None:
    topics = untold()
    search.index().rebuild([])
    handlers.index_topics([{"topic_id": topic.id} for topic in topics])
    in_indonesian = Filters(language="id")
    assert search.index().search("", in_indonesian).total == 0

    handlers.tell_languages()
    outbox.deliver_due()

    assert search.index().search("", in_indonesian).total == 1
    assert [m.topic_id for m in search.index().similar("kata sandi ditolak")] == [topics[0].id]


def test_a_rebuilt_index_knows_every_language(app: Flask) -> None:
    untold()
    result = CliRunner().invoke(commands.reindex, obj=None)
    assert result.exit_code == 0, result.output
    assert search.index().search("", Filters(language="id")).total == 1
    assert not outbox.owed(languages.EVENT)


def test_found_words_are_marked_by_the_rules_of_the_topic(client: Client) -> None:
    topic = ask("Cara mengunduh tagihan bulanan saya", "Saya ingin mengunduh tagihan itu.")
    handlers.index_topics([{"topic_id": topic.id}])
    assert "<mark>mengunduh</mark>" in client.get("/search?q=unduhan+tagihan").text


def _said(page: str, element: str, words: str) -> str:
    """Return the attributes of the innermost ``element`` that holds ``words``."""
    inside = rf"(?:(?!</?{element}\b).)*?"
    found = re.search(rf"<{element}\b([^>]*)>{inside}{re.escape(words)}", page, re.DOTALL)
    assert found, words
    return found[1]


class TestOnPages:
    """What is in another language than the page says so, for those who listen to it."""

    def test_a_topic_and_what_was_said_there(self, client: Client) -> None:
        topic = make_topic(title=INDONESIAN[0], body=INDONESIAN[1], language="id-ID")
        reply = make_reply(topic, body="Coba ganti kata sandi.")
        services.post_comment(make_user(), reply, body="Sudah saya coba.")
        page = client.get(f"/t/{topic.id}", follow_redirects=True).text

        assert _said(page, "h1", INDONESIAN[0]) == ' lang="id-ID"'
        for words in (INDONESIAN[1], "Coba ganti", "Sudah saya"):
            assert _said(page, "div", words) == ' class="prose" lang="id-ID"'

    def test_in_lists_and_where_people_ask(self, client: Client) -> None:
        topic = make_topic(title=INDONESIAN[0], body=INDONESIAN[1], language="id")
        make_reply(topic, body="Coba ganti kata sandi.")
        search.index().rebuild([document(topic.id, topic.title, language="id")])

        page = client.get("/topics").text
        assert _said(page, "h3", INDONESIAN[0]) == ' lang="id"'
        assert 'class="excerpt" lang="id"' in page
        page = client.get("/ask", query_string={"text": INDONESIAN[0]}).text
        assert _said(page, "h3", INDONESIAN[0]) == ' lang="id"'
        assert '<blockquote class="said" lang="id">' in page

    def test_topics_like_a_topic_have_their_own(self, client: Client) -> None:
        topic = make_topic(language="en")
        other = make_topic(title="دستگاه روشن نمی شود", language="fa")
        db.session.add(RelatedTopic(topic_id=topic.id, related_id=other.id, rank=1))
        db.session.flush()
        page = client.get(f"/t/{topic.id}", follow_redirects=True).text
        assert _said(page, "a", other.title).endswith(' lang="fa" dir="rtl"')
        assert " lang=" not in _said(page, "h1", topic.title)

    @pytest.mark.parametrize("language", [None, NOT_SAID, "en", "en-GB"])
    def test_nothing_is_said_where_nothing_differs(
        self, client: Client, language: str | None
    ) -> None:
        topic = make_topic(language=language)
        page = client.get(f"/t/{topic.id}", follow_redirects=True).text
        assert page.count(" lang=") == 1  # the page's

    def test_whatever_a_tag_holds_stays_within_its_attribute(self, app: Flask) -> None:
        with app.test_request_context():
            assert lang('x"><b>') == ' lang="x&#34;&gt;&lt;b&gt;"'
