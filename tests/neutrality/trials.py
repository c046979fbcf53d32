"""The rows of the table, tried one role at a time."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from flask import Flask

from community.core.errors import NotAllowed
from tests.neutrality import table
from tests.neutrality.effects import Effect
from tests.neutrality.services import FURTHER, GUARDS, SERVICES
from tests.neutrality.table import Row
from tests.neutrality.world import Stage
from tests.neutrality.worlds import WORLDS
from tests.robustness.routes import Fields, Route, routes

Attempt = Callable[[], frozenset[Effect]]


class Faulty(Exception):
    """A request that would have been answered with a 500."""


@dataclass(frozen=True)
class Trial:
    """One row as one role: what its attempts do together is what the cell says."""

    name: str
    who: str
    row: Row
    attempts: tuple[Attempt, ...]

    def wrong(self) -> str:
        """Try it. Return what is otherwise than the row says, or an empty text."""
        done: frozenset[Effect] = frozenset()
        for attempt in self.attempts:
            done |= attempt()
        if self.row.fits(self.who, done):
            return ""
        return (
            f"{self.name} as {self.who} does {' '.join(sorted(done)) or 'nothing'},"
            f" its row says {' '.join(sorted(self.row.cell(self.who))) or 'nothing'}"
        )


def every_trial(app: Flask, stage: Stage) -> Iterator[Trial]:
    """Yield every service and every route as every role, and who is let through by what guards."""
    for name, service in [*SERVICES.items(), *FURTHER, *WORLDS]:
        for who in stage.roles:
            calls = (partial(call, stage, stage.actor(who)) for call in service.calls)
            attempts = tuple(partial(stage.call, call, who) for call in calls)
            yield Trial(name, who, service.row, attempts)
    for name, (call, through) in GUARDS.items():
        row = Row(others=dict.fromkeys(through, "own"))
        for who in stage.roles:
            passing = partial(_passes, partial(call, stage, stage.actor(who)))
            yield Trial(name, who, row, (passing,))
    for route in routes(app, "POST"):
        if route.endpoint in table.ROUTES:  # a test of its own tells of others
            for who in stage.roles:
                row, pressed = table.ROUTES[route.endpoint], table.tries(stage, route.endpoint)
                attempts = tuple(partial(_sent, stage, route, who, one) for one in pressed)
                yield Trial(f"POST {route.endpoint}", who, row, attempts)


def _passes(guard: Callable[[], object]) -> frozenset[Effect]:
    """Being let through is no effect on anything; it stands as one, so that a row can say it."""
    try:
        guard()
    except NotAllowed:
        return frozenset()
    return frozenset({Effect.OWN})


def _sent(stage: Stage, route: Route, who: str, one: table.Try) -> frozenset[Effect]:
    good = stage.good[route.endpoint].fields
    outcome, done = stage.attempt(route, who, fields=_fields(good, one), **one.parts)
    if outcome.fault:
        raise Faulty(f"{route} as {who}: {outcome.fault}")
    return done


def _fields(good: Mapping[str, str], one: table.Try) -> Fields:
    return {**good, **one.fields}
