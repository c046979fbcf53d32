"""Every route, as every role, on posts that the role's company would like gone (rule N5)."""

from flask import Flask

from community.core.db import Base
from tests.neutrality import table
from tests.neutrality.effects import BARRED as POWERS
from tests.neutrality.effects import COUNTS, TABLES, Effect
from tests.neutrality.world import BARRED, COMPANY, STAKED, SUSPENDED, Stage
from tests.robustness.routes import QUERY, routes

SAFE = {"GET", "HEAD", "OPTIONS"}


def test_every_table_is_looked_at() -> None:
    assert TABLES.keys() == Base.metadata.tables.keys()
    for name, counts in COUNTS.items():
        assert counts <= set(Base.metadata.tables[name].columns.keys())


def test_every_route_that_changes_something_has_a_row(app: Flask) -> None:
    assert table.ROUTES.keys() == _unsafe(app), "Give each a row in tests/neutrality/table.py."


def test_a_route_without_a_row_is_noticed() -> None:
    app = Flask(__name__, static_folder=None)
    app.get("/t/<int:topic_id>", endpoint="topics.look")(str)
    app.post("/t/<int:topic_id>/bury", endpoint="topics.bury")(str)

    assert _unsafe(app) - table.ROUTES.keys() == {"topics.bury"}


def test_reading_changes_nothing_that_others_see(app: Flask, stage: Stage) -> None:
    """As everybody whom something binds; of the others `tests/robustness` tells the same."""
    wrong = []
    for route in routes(app, "GET"):
        for who in ("trusted", *COMPANY, SUSPENDED, *STAKED, *BARRED):
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
        for who in (*COMPANY, SUSPENDED, *STAKED, *BARRED):
            assert not row.cell(who) & (POWERS - allowed), f"{endpoint} {who}"


def test_a_mandate_adds_only_the_company_s_own_word() -> None:
    added = {
        effect
        for row in table.ROUTES.values()
        for who in COMPANY
        for effect in row.cell(who) - row.cell("trusted") - {Effect.ORDER, Effect.OWN}
    }

    assert added == {Effect.OFFICIAL, Effect.STATUS, Effect.PAGE, Effect.STAKES}


def _unsafe(app: Flask) -> set[str]:
    """Return the endpoints that may change something."""
    return {rule.endpoint for rule in app.url_map.iter_rules() if set(rule.methods or ()) - SAFE}
