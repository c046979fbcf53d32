"""What became of suggestions, what it teaches, and what leaves the house of it."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert

from community import search
from community.cli import main
from community.core import clock
from community.core.db import db
from community.search.evaluation import read_set
from community.topics import indexing, services
from community.topics.measuring import exporting, judgements, online
from community.topics.models import DeflectionEvent, DeflectionStep, Topic
from tests.factories import make_company, make_topic, make_user

SHOWN, OPENED, SOLVED = DeflectionStep.SHOWN, DeflectionStep.OPENED, DeflectionStep.SOLVED
ME_TOO, DIFFERS, POSTED = DeflectionStep.ME_TOO, DeflectionStep.DIFFERS, DeflectionStep.POSTED
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def step(
    visit: int,
    step: DeflectionStep,
    topic: Topic,
    *,
    rank: int | None = None,
    query: str = "it broke",
    at: datetime = NOON,
) -> None:
    db.session.execute(
        insert(DeflectionEvent).values(
            visit=f"{visit:032x}",
            step=step,
            topic_id=topic.id,
            rank=rank,
            query=query,
            created_at=at,
        )
    )


@pytest.fixture
def topics() -> list[Topic]:
    return [make_topic(title=f"Case {number}") for number in range(3)]


class TestOnline:
    def test_a_place_counts_what_was_shown_there(self, topics: list[Topic]) -> None:
        for visit in (1, 2):
            step(visit, SHOWN, topics[0], rank=1)
            step(visit, SHOWN, topics[1], rank=2)
        step(1, OPENED, topics[0], rank=5)  # it counts where it was shown
        step(1, SOLVED, topics[0])
        step(2, DIFFERS, topics[0], rank=1)
        step(2, ME_TOO, topics[1])
        step(2, SOLVED, topics[2])  # found elsewhere, not by a suggestion

        places = online.report(NOON).by_rank

        assert places == {
            1: online.Tally(shown=2, opened=1, solved=1, differs=1),
            2: online.Tally(shown=2, me_too=1),
        }

    def test_a_day_counts_the_visits_that_it_began(self, topics: list[Topic]) -> None:
        midnight = datetime(2026, 3, 2, tzinfo=UTC)
        just_before = midnight - timedelta(seconds=1)
        step(1, SHOWN, topics[0], rank=1, at=just_before)
        step(1, SHOWN, topics[1], rank=2, at=midnight)
        step(1, SOLVED, topics[1], at=midnight)
        step(1, OPENED, topics[0], at=midnight)
        step(1, OPENED, topics[1], at=midnight)  # a visit counts once
        step(2, SHOWN, topics[0], rank=1, at=midnight)
        step(2, POSTED, topics[2], at=midnight)
        step(3, POSTED, topics[1], at=midnight)  # shown nothing

        report = online.report(NOON)

        assert report.by_day == {
            date(2026, 3, 1): online.Tally(shown=1, opened=1, solved=1),
            date(2026, 3, 2): online.Tally(shown=1, posted=1),
        }
        assert report.visits == online.Tally(shown=2, opened=1, solved=1, posted=1)
        assert report.visits.solve_rate() is not None

    def test_only_the_period_and_the_company_count(self, topics: list[Topic]) -> None:
        step(1, SHOWN, topics[0], rank=1, at=NOON - timedelta(seconds=1))
        step(1, SOLVED, topics[0])
        step(2, SHOWN, topics[0], rank=1)
        step(2, SHOWN, topics[1], rank=2)

        assert online.report(NOON).places == online.Tally(shown=2)
        its = online.report(NOON, company_id=topics[1].company_id)
        assert its.by_rank == {2: online.Tally(shown=1)}
        assert its.visits == online.Tally(shown=1)

    def test_nothing_shown_has_no_rate(self) -> None:
        report = online.report(NOON)
        assert (report.by_rank, report.by_day) == ({}, {})
        assert report.as_dict()["visits"]["solve_rate"] is None

    def test_what_services_keep_is_what_is_counted(self, topics: list[Topic]) -> None:
        visit = "ab" * 16
        services.record_shown(visit=visit, topic_ids=[t.id for t in topics], query="it broke")
        services.record_step(visit=visit, step=SOLVED, topic_id=topics[1].id, query="it broke")

        report = online.report(clock.now() - timedelta(days=1))

        assert report.by_rank[2] == online.Tally(shown=1, solved=1)
        assert report.visits == online.Tally(shown=1, solved=1)

    def test_the_command_prints_tables_or_json(self, app: Flask, topics: list[Topic]) -> None:
        step(1, SHOWN, topics[0], rank=1, at=clock.now())
        step(1, SOLVED, topics[0], at=clock.now())
        runner = app.test_cli_runner()

        table = runner.invoke(main, ["eval", "online"])
        printed = runner.invoke(main, ["eval", "online", "--json"])

        assert table.exit_code == 0, table.output
        assert "all                1" in table.output
        assert "1 (100.0%)" in table.output
        assert json.loads(printed.output)["by_rank"]["1"]["solve_rate"]["mean"] == 1.0

    def test_the_command_knows_companies(self, app: Flask, topics: list[Topic]) -> None:
        step(1, SHOWN, topics[0], rank=1, at=clock.now())
        other = make_company("Larkspur")
        runner = app.test_cli_runner()

        told = runner.invoke(main, ["eval", "online", "--json", "--company", other.slug])
        refused = runner.invoke(main, ["eval", "online", "--company", "nobody"])

        assert json.loads(told.output)["by_rank"] == {}
        assert refused.exit_code == 2
        assert "No company is at 'nobody'." in refused.output


class TestJudgements:
    def test_what_was_pressed_is_a_grade(self, topics: list[Topic]) -> None:
        step(1, SHOWN, topics[0])
        step(1, OPENED, topics[0])
        assert judgements.typed() == []
        step(1, SOLVED, topics[0])
        step(1, ME_TOO, topics[1])
        step(1, DIFFERS, topics[2])

        (query,) = judgements.typed()

        assert query.grades == {topics[0].id: 2, topics[1].id: 1, topics[2].id: 0}
        assert (query.text, query.asked_at) == ("it broke", NOON)

    def test_the_last_word_of_a_visit_counts(self, topics: list[Topic]) -> None:
        step(1, DIFFERS, topics[0])
        step(1, SOLVED, topics[0], at=NOON + timedelta(minutes=1), query="it broke again")
        (query,) = judgements.typed()
        assert (query.text, query.grades) == ("it broke again", {topics[0].id: 2})

    @pytest.mark.parametrize(
        ("votes", "grade"),
        [([2], 2), ([0], 0), ([0, 2], None), ([0, 1, 2], 2), ([0, 0, 2], 0), ([1, 1], 1)],
    )
    def test_the_majority_decides(self, votes: list[int], grade: int | None) -> None:
        assert judgements.agreed(votes) == grade

    def test_who_types_the_same_is_counted_together(self, topics: list[Topic]) -> None:
        step(1, SOLVED, topics[0], query="It broke")
        step(2, DIFFERS, topics[0], query="it  BROKE")
        step(2, ME_TOO, topics[1], query="it broke")
        (query,) = judgements.typed()
        assert (query.text, query.grades) == ("It broke", {topics[1].id: 1})

    def test_what_is_hidden_or_forgotten_teaches_nothing(self, topics: list[Topic]) -> None:
        step(1, SOLVED, topics[0], query="")
        topics[1].hidden_at = NOON
        step(1, SOLVED, topics[1])
        topics[2].differs_from_id = topics[1].id
        db.session.flush()
        assert judgements.typed() == []
        assert list(judgements.turned_down()) == []


class TestExport:
    def test_a_set_is_written_that_can_be_asked(
        self, app: Flask, topics: list[Topic], tmp_path: Path
    ) -> None:
        step(1, SOLVED, topics[0], query="case zero")
        posted = make_topic(title="Case 1, but on Sundays", body="Only *then*.", language="en")
        posted.differs_from_id = topics[1].id
        runner = app.test_cli_runner()

        told = runner.invoke(main, ["eval", "export", str(tmp_path / "set")])
        assert told.exit_code == 0, told.output
        assert "2 queries with 2 labels" in told.output

        labelled = read_set(tmp_path / "set")
        assert {item.id for item in labelled.corpus} == {str(t.id) for t in [*topics, posted]}
        typed, whole = labelled.queries
        assert (typed.title, typed.created) == ("case zero", NOON.replace(hour=0))
        assert (whole.title, whole.body, whole.language) == (posted.title, "Only then.", "en")
        assert labelled.labels == {
            typed.id: {str(topics[0].id): 2},
            str(posted.id): {str(topics[1].id): 0},
        }
        asked = runner.invoke(main, ["eval", "retrieval", str(tmp_path / "set"), "--json"])
        assert asked.exit_code == 0, asked.output
        outcomes = json.loads(asked.output)["outcomes"]
        assert outcomes[str(posted.id)]["rejected"] is True  # which is how hard it is

    def test_nobody_is_named(self, app: Flask, tmp_path: Path) -> None:
        author = make_user("mira", display_name="Mira Ostrowski")
        words = (
            "ask @mira or mira.o@mail.test.org, see http://localhost/people/mira, +1 212 555 0187"
        )
        topic = make_topic(author=author, title=f"Lost {words}", body=words)
        services.record_step(
            visit="ab" * 16, step=SOLVED, topic_id=topic.id, user=make_user("ola"), query=words
        )

        app.test_cli_runner().invoke(main, ["eval", "export", str(tmp_path / "set")])

        labelled = read_set(tmp_path / "set")
        (item,), (query,) = labelled.corpus, labelled.queries
        for text in (item.title, item.body, query.title):
            assert "ask @somebody or m•••@mail.test.org" in text
            assert "http://localhost/people/somebody" in text
            assert text.endswith("87")  # of the telephone number the last digits are left
        named = ("mira", "Ostrowski", "ola", "555 01")
        assert [word for word in named if word in repr(labelled)] == []
        assert "ab" * 16 not in repr(labelled)

    def test_what_calls_nobody_is_left_alone(self, app: Flask) -> None:
        trace = "sync/<@service.js:1091:13, npm i @scope/part, see 10.0.0.1"
        assert exporting.Mask()(trace) == trace

    def test_another_folder_is_not_written_over(self, app: Flask, tmp_path: Path) -> None:
        (tmp_path / "thesis.txt").write_text("years of work")
        refused = app.test_cli_runner().invoke(main, ["eval", "export", str(tmp_path)])
        assert refused.exit_code == 2
        assert "holds something else" in refused.output


class TestExplain:
    def test_the_parts_of_scores_are_printed(self, app: Flask) -> None:
        topic = make_topic(title="Zebra printer jams")
        make_topic(title="Zebra paper")
        search.index().rebuild(indexing.all_documents())
        runner = app.test_cli_runner()

        every = runner.invoke(main, ["search", "explain", "zebra printer"])
        one = runner.invoke(
            main, ["search", "explain", "zebra", "--topic", str(topic.id), "--body", "jams"]
        )

        assert every.exit_code == 0, every.output
        assert every.output.startswith(f"1. Zebra printer jams (topic {topic.id})\n")
        assert "2. Zebra paper" in every.output
        assert "= relevance" in every.output
        assert "× trust 1.000 × expertise 1.000 × freshness 1.000" in every.output
        assert "of what the words say" in every.output
        assert "confidence, shown\n" in every.output
        assert "title 1" in one.output
        assert " jam " in one.output

    def test_the_languages_that_somebody_reads_count(self, app: Flask) -> None:
        make_topic(title="Zebra printer jams", language="en")
        search.index().rebuild(indexing.all_documents())
        runner = app.test_cli_runner()

        reads, not_ = (
            runner.invoke(main, ["search", "explain", "zebra", "--reads", codes]).output
            for codes in ("id,en", "id")
        )

        assert "language 1.000" in reads
        assert "language 0." in not_

    def test_what_is_not_there_is_said(self, app: Flask) -> None:
        runner = app.test_cli_runner()
        assert "Nothing is found." in runner.invoke(main, ["search", "explain", "zebra"]).output
        refused = runner.invoke(main, ["search", "explain", "zebra", "--topic", "7"])
        assert refused.exit_code == 2
        assert "Topic 7 is not in the index." in refused.output
