"""Every service that changes something, as every role."""

import ast
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType

import pytest

import community
from community.accounts.models import User
from tests.neutrality.effects import BARRED as POWERS
from tests.neutrality.services import (
    ASKED_BY_VIEWS,
    GUARDS,
    OF_ONESELF,
    OF_THE_SITE,
    READS,
    SERVICES,
    STEPS,
)
from tests.neutrality.world import BARRED, COMPANY, STAKED, SUSPENDED


def test_every_service_has_a_row() -> None:
    told = [SERVICES.keys(), GUARDS.keys(), READS, OF_ONESELF, STEPS]

    assert sum(map(len, told)) == len(set().union(*told)), "One service stands in two lists."
    assert set().union(*told) == _functions().keys(), (
        "Give each service a row or a reason in tests/neutrality/services.py."
    )


def test_steps_are_named_for_a_reason() -> None:
    """What is excused has to be there, and what asks nobody must not be able to ask."""
    assert ASKED_BY_VIEWS <= STEPS
    assert SERVICES.keys() >= OF_THE_SITE


def test_whoever_is_asked_for_is_called_as_every_role() -> None:
    """A service whose first argument may be a visitor has a policy to ask, and so has a row."""
    asking = {name for name, function in _functions().items() if _asks_who(function)}

    assert asking <= SERVICES.keys() | GUARDS.keys() | READS | OF_ONESELF
    assert not asking & STEPS


def test_the_rows_keep_to_the_rules() -> None:
    for name, service in SERVICES.items():
        if name in OF_THE_SITE:
            continue
        for who in (*COMPANY, SUSPENDED, *STAKED, *BARRED):
            assert not service.row.cell(who) & POWERS, f"{name} {who}"


@pytest.mark.usefixtures("app")
def test_no_view_calls_what_asks_nobody() -> None:
    """The steps below the services check nothing: only what has asked may take them."""
    called = {
        f"{view}: {name}"
        for view, functions in _views()
        for name in functions & STEPS - ASKED_BY_VIEWS
    }

    assert called == set()


def _functions() -> dict[str, FunctionType]:
    """Return every public function of the services, by a name like ``topics.verdicts.vote``."""
    found = {}
    for module in _modules("services"):
        area, _services, rest = module.__name__.removeprefix("community.").partition(".services")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                found[f"{area}{rest}.{name}"] = function
    return found


def _modules(part: str) -> Iterator[ModuleType]:
    """Yield every module that lies in a ``part`` of a feature."""
    for module in pkgutil.walk_packages(community.__path__, "community."):
        if part in module.name.split("."):
            yield importlib.import_module(module.name)


def _loaded(part: str) -> Iterator[ModuleType]:
    """Yield those that the application has loaded; a view that is not has no route."""
    for name, module in sorted(sys.modules.items()):
        if name.startswith("community.") and part in name.split("."):
            yield module


def _asks_who(function: Callable[..., object]) -> bool:
    first = next(iter(inspect.signature(function).parameters.values()), None)
    return first is not None and first.annotation == User | None


def _views() -> Iterator[tuple[str, set[str]]]:
    """Yield, for each module of views, the services that it names."""
    named = {function: name for name, function in _functions().items()}
    for module in _loaded("views"):
        yield (
            module.__name__,
            {
                named[value]
                for node in ast.walk(ast.parse(inspect.getsource(module)))
                if isinstance(node, ast.Attribute | ast.Name)
                if isinstance(value := _value(module, node), FunctionType) and value in named
            },
        )


def _value(module: ModuleType, node: ast.expr) -> object:
    """Return what a dotted name means in a module, through modules alone."""
    value: object = module
    for name in ast.unparse(node).split("."):
        value = vars(value).get(name) if isinstance(value, ModuleType) else None
    return value
