"""The table of who may do what, held to the policies in both directions."""

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask

from community import powers
from community.companies.models import MandateKind
from community.core.policy import Decision

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "moderation.md"
ASKED_BY_OTHERS = {
    "community.accounts.policies.has_account",  # by `can_take_part` and `can_appeal`
    "community.topics.policies.takes_topics",  # by `can_post_topic`
}


@pytest.fixture(autouse=True)
def words(app: Flask) -> Iterator[None]:
    """Reasons are given in a language, which is English without a request."""
    with app.test_request_context():
        yield


def test_no_two_roles_have_the_same_powers() -> None:
    """Each column tells something; those that a stake binds differ from a member in nothing."""
    columns = {
        role.name: tuple(bool(power.ask(role)) for power in powers.POWERS) for role in powers.ROLES
    }

    assert columns["champion"] != columns["member"]  # nobody who is bound serves on an appeal
    assert columns["moderator"] != columns["moderator with a stake"]
    assert columns["operator"] != columns["moderator"]


def test_the_page_says_what_the_policies_say() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert page == powers.written_into(page), "The table is behind the policies: run 'make powers'."


def test_every_policy_is_in_the_table() -> None:
    decided = {
        f"{module.__name__}.{name}"
        for module in _policies()
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
        if function.__annotations__.get("return") is Decision
    }
    asked = {f"{power.policy.__module__}.{power.policy.__name__}" for power in powers.POWERS}

    assert asked == decided - ASKED_BY_OTHERS


def test_every_refusal_is_in_the_table() -> None:
    given = [
        decision.reason
        for power in powers.POWERS
        for role in powers.ROLES
        if not (decision := power.ask(role))
    ]
    never = [
        forms[0]
        for module in _policies()
        for forms in _refusals(module)
        if not any(re.fullmatch(_pattern(form), reason) for form in forms for reason in given)
    ]

    assert never == [], "No action and role of `community.powers` meets these refusals."


def test_every_action_tells_roles_or_situations_apart() -> None:
    """An action that is open or closed to everybody stands beside one that is not."""
    for policy in {power.policy for power in powers.POWERS}:
        cells = {
            bool(power.ask(role))
            for power in powers.POWERS
            if power.policy is policy
            for role in powers.ROLES
        }
        assert cells == {True, False}, policy.__name__


def test_no_role_of_a_company_may_more_than_a_member_but_speak_for_it() -> None:
    """Rule N5 in the table: what a mandate adds concerns the company's own word."""
    member = next(role for role in powers.ROLES if role.name == "member")
    added = {
        power.name
        for role in powers.ROLES
        if role.mandate is not None
        for power in powers.POWERS
        if power.ask(role) and not power.ask(member)
    }

    assert added == {
        "speak for the company",
        "mark an answer as the company’s",
        "take that mark back",
        "set the status: acknowledged",
        "set the status: not a problem",
        "set the status: solved",
        "edit what one has said for the company",
        "say which companies compete",
        "take back that they do, as the company said",
        "say where official help is, in place of what one that has joined says",
        "add or take away other names of a company that has joined",
    }


def test_with_a_stake_a_moderator_may_no_more_than_a_member() -> None:
    """Rule N12 in the table."""
    member = next(role for role in powers.ROLES if role.name == "member")
    barred = [role for role in powers.ROLES if role.is_moderator and role.stake is not None]

    added = {
        (power.name, role.name)
        for role in barred
        for power in powers.POWERS
        if power.ask(role) and not power.ask(member)
    }

    assert barred
    assert added == {  # what concerns the site and no company
        (name, "operator with a stake")
        for name in (
            "make the site read-only",
            "make somebody a moderator, or end that",
            "make somebody a trusted member, or end that",
        )
    }


def test_kinds_of_mandate_differ_only_in_what_the_company_says_of_itself() -> None:
    kinds = [role for role in powers.ROLES if role.mandate is not None]

    assert len(kinds) == len(MandateKind)
    assert {
        power.name for power in powers.POWERS if len({bool(power.ask(role)) for role in kinds}) > 1
    } == {"say which companies compete", "take back that they do, as the company said"}


def _policies() -> list[ModuleType]:
    paths = sorted((ROOT / "community").glob("*/policies.py"))
    return [importlib.import_module(f"community.{path.parent.name}.policies") for path in paths]


def _refusals(module: ModuleType) -> Iterator[list[str]]:
    """Yield the words of each ``no(gettext("…"))`` of a module: one form, or singular and plural."""
    for function in ast.parse(inspect.getsource(module)).body:
        if not isinstance(function, ast.FunctionDef):
            continue
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "no":
                yield from _forms(call.args[0])


def _forms(reason: ast.expr) -> Iterator[list[str]]:
    for call in ast.walk(reason):
        if isinstance(call, ast.Call) and ast.unparse(call.func) in {"gettext", "ngettext", "_"}:
            yield [
                part.value
                for part in call.args
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
            ]


def _pattern(words: str) -> str:
    """Return what matches the words with anything in place of their variables."""
    return ".+".join(re.escape(part) for part in re.split(r"%\(\w+\)s", words))
