"""Every route, as every role, on posts that the role's company would like gone (rule N5)."""

from collections.abc import Iterator

from flask import Flask

from community.core.db import Base
from tests.neutrality import table
from tests.neutrality.effects import BARRED as POWERS
from tests.neutrality.effects import COUNTS, TABLES, Effect
from tests.neutrality.world import BARRED, COMPANY, ROLES, STAKED, Stage
from tests.robustness.routes import QUERY, routes

SAFE = {"GET", "HEAD", "OPTIONS"}


def test_every_table_is_looked_at() -> None:
    assert TABLES.keys() == Base.metadata.tables.keys()
    for name, counts in COUNTS.items():
        assert counts <= set(Base.metadata.tables[name].columns.keys())


def test_every_route_that_changes_something_has_a_row(app: Flask) -> None:
    unsafe = {rule.endpoint for rule in app.url_map.iter_rules() if set(rule.methods or ()) - SAFE}

    assert table.ROUTES.keys() == unsafe, "Give each a row in tests/neutrality/table.py."


def test_a_route_does_what_its_row_says_and_nothing_else(app: Flask, stage: Stage) -> None:
    wrong = list(_wrong(app, stage))

    assert not wrong, "\n".join(wrong)


def test_reading_changes_nothing_that_others_see(app: Flask, stage: Stage) -> None:
    wrong = []
    for route in routes(app, "GET"):
        for who in ROLES:
            outcome, done = stage.attempt(route, who, fields=QUERY)
            if outcome.fault or done - {Effect.OWN}:
                wrong.append(f"{route} {who}: {outcome.fault or sorted(done)}")

    assert not wrong, "\n".join(wrong)


def test_the_table_keeps_to_the_rules() -> None:
    """No cell gives a company's people, or a moderator with a stake, a power over others."""
    for endpoint, row in table.ROUTES.items():
        if endpoint in table.OF_THE_SITE:
            continue
        allowed = {Effect.PERSONS} if endpoint in table.BY_LINK else set()
        for who in (*COMPANY, *STAKED, *BARRED):
            assert not row.cell(who) & (POWERS - allowed), f"{endpoint} {who}"


def test_a_mandate_adds_only_the_company_s_own_word() -> None:
    added = {
        effect
        for row in table.ROUTES.values()
        for who in COMPANY
        for effect in row.cell(who) - row.cell("trusted") - {Effect.ORDER, Effect.OWN}
    }

    assert added == {Effect.OFFICIAL, Effect.STATUS, Effect.PAGE, Effect.STAKES}


def _wrong(app: Flask, stage: Stage) -> Iterator[str]:
    for route in routes(app, "POST"):
        row = table.ROUTES.get(route.endpoint)
        if row is None:
            continue  # the test above tells
        if route.endpoint not in stage.good:
            yield f"{route.endpoint}: say in tests/robustness/routes.py what a good form is"
            continue
        good = stage.good[route.endpoint].fields
        for who in ROLES:
            done: set[Effect] = set()
            for one in table.tries(stage, route.endpoint):
                outcome, what = stage.attempt(
                    route, who, fields={**good, **one.fields}, **one.parts
                )
                if outcome.fault:
                    yield f"{route} {who}: {outcome.fault}"
                done |= what
            if not row.fits(who, done):
                yield (
                    f"{route.endpoint} as {who} does {' '.join(sorted(done)) or 'nothing'},"
                    f" its row says {' '.join(sorted(row.cell(who))) or 'nothing'}"
                )
