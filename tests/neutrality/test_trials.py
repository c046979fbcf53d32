"""What each role's pressing and calling does, and that the proof would notice if it did more.

All of it happens on one stage: every trial is undone, and so is every change of the code.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from flask import Flask

from community import powers
from tests.neutrality.checks import Check, every_check, watched, without
from tests.neutrality.trials import Trial, every_trial
from tests.neutrality.world import Stage

PAGE = Path(__file__).parents[2] / "docs" / "moderation.md"
# Checks that no trial misses, each with the reason why no stake could use it that they are gone.
OF_NO_USE = {
    "community.accounts.policies.can_ask: return _is_not_suspended": (
        "A guest holds no mandate, and asks as anybody does."
    ),
    "community.accounts.services.leaving.stay: policies.can_stay": "It is about one's own account.",
    "community.companies.services.stakes.declare_employer: policies.can_declare_employer": (
        "Saying where one works takes powers away."
    ),
    "community.companies.services.stakes.end_employment: policies.can_declare_employer": (
        "It refuses who has no confirmed account, and so no power that ending it could give back."
    ),
    "community.companies.services.pages.company_to_ask: policies.can_open_page": (
        "It spares a look for the name: before anything is opened, open_company asks the same."
    ),
    "community.companies.services.pages.product_to_ask: policies.can_open_page": (
        "It spares a look for the name: before anything is opened, open_product asks the same."
    ),
    "community.moderation.services.lease.release: moderator = require_judge": (
        "One lets go of one's own lease alone, and nobody who may not judge has one."
    ),
    "community.pictures.policies.can_see_withheld: return no": (
        "It is about reading, of which tests/pictures tells."
    ),
    "community.pictures.services.add_picture: actor = require_may_add": (
        "Before a file is stored the form asks the same; what nobody's text has, nobody sees."
    ),
    "community.topics.services.moving.move_topic: policies.takes_topics": (
        "It keeps moderators, who were asked for before, from filing where no topics are taken."
    ),
    "community.topics.services.searches.keep_search: raise NotAllowed": (
        "It is a limit to one's own searches."
    ),
}

Refused = dict[Check, list[tuple[str, str]]]  # by check: the trials that it refused something


@pytest.fixture(scope="module")
def refused() -> Refused:
    """Which checks refused what: filled by the first test, asked by the second."""
    return defaultdict(list)


def test_every_role_does_what_the_rows_say_and_nothing_else(
    app: Flask, stage: Stage, refused: Refused
) -> None:
    wrong = list(_tried(every_trial(app, stage), refused))

    assert not wrong, "\n".join(wrong)


def test_checks_of_no_use_are_there() -> None:
    assert OF_NO_USE.keys() <= {check.name for check in every_check()}


@pytest.mark.sqlite
def test_a_check_that_is_taken_away_is_noticed(
    app: Flask, stage: Stage, refused: Refused, pytestconfig: pytest.Config
) -> None:
    """Some checks, drawn at random: `make prove` draws as many as it is told."""
    seed, chosen = _drawn(pytestconfig)
    trials = {(one.name, one.who): one for one in every_trial(app, stage)}
    if not refused:
        assert not list(_tried(trials.values(), refused))

    missed = []
    for check in chosen:
        noticed = _noticed(check, [trials[key] for key in refused[check]])
        print(f"{noticed or OF_NO_USE.get(check.name, 'MISSED')}: {check}", flush=True)  # noqa: T201 (read with `make prove`)
        if not noticed and check.name not in OF_NO_USE:
            missed.append(str(check))

    assert not missed, f"Nobody notices without (seed {seed}):\n" + "\n".join(missed)


def _tried(trials: Iterable[Trial], refused: Refused) -> Iterator[str]:
    """Yield what is wrong, and note which checks refused what."""
    met: set[Check] = set()
    with watched(every_check(), met.add):
        for trial in trials:
            met.clear()
            try:
                wrong = trial.wrong()
            except Exception as error:  # noqa: BLE001 (one must not hide the others)
                wrong = f"{trial.name} as {trial.who} fails: {error!r}"
            if wrong:
                yield wrong
            for check in met:
                refused[check].append((trial.name, trial.who))


def _drawn(config: pytest.Config) -> tuple[int, list[Check]]:
    """Return the checks that are taken away, and the seed that draws the same again."""
    every = every_check()
    seed = config.getoption("--seed", None) or random.SystemRandom().randrange(10**6)
    count = config.getoption("--count", 5) or len(every)
    print(f"\nseed {seed}: {count} of {len(every)} checks")  # noqa: T201 (read with `make prove`)
    return seed, random.Random(seed).sample(every, count)


def _noticed(check: Check, trials: Iterable[Trial]) -> str:
    """Do without a check; return who notices, or an empty text."""
    with without(check):
        for trial in trials:
            with suppress(Exception):  # that it fails is no effect; another one may do harm
                if wrong := trial.wrong():
                    return wrong
        if powers.written_into(page := PAGE.read_text(encoding="utf-8")) != page:
            return "the table of powers"
    return ""
