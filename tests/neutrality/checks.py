"""The statements that keep somebody from something, and the same code without one of them.

What stands before a customer's words are the policies, each ``return`` of which may be a no, and
the services that ask them (``.require()``, ``require_judge(…)``, ``raise NotAllowed(…)``).
"""

import ast
import importlib
import inspect
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import indent
from types import CodeType, FunctionType, ModuleType

ROOT = Path(__file__).parents[2]
# Steps of services that let through or raise. Others of that name look at what was typed.
GUARDS = {
    "require",
    "require_judge",
    "require_may_add",
    "require_moderator",
    "require_seen",
    "require_uncovered",
}
TOLD = "__told__"  # what the code of a watched module calls


@dataclass(frozen=True, order=True)
class Check:
    """A statement that keeps somebody from something."""

    path: str  # of the module, from the root
    line: int
    function: str  # at the top of the module, around it
    code: str  # on one line
    statement: ast.stmt = field(compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.code}"

    @property
    def name(self) -> str:
        """Its function and how it begins: what it is called as long as lines come and go."""
        module = self.path.removesuffix(".py").replace("/", ".")
        return f"{module}.{self.function}: {self.code.partition('(')[0]}"


ByLine = Mapping[int, Check]


def every_check() -> list[Check]:
    """Return every check there is: refusals of policies, and where services insist on a yes."""
    return sorted(_checks())


@contextmanager
def watched(checks: Iterable[Check], refused: Callable[[Check], None]) -> Iterator[None]:
    """Tell meanwhile of each check that keeps somebody from something."""
    by_module: dict[str, list[Check]] = defaultdict(list)
    for check in checks:
        by_module[check.path].append(check)
    with ExitStack() as stack:
        for path, these in by_module.items():
            module, by_line = _module(path), {check.line: check for check in these}

            def told(line: int, value: object = None, by_line: ByLine = by_line) -> object:
                if not value:
                    refused(by_line[line])
                return value

            vars(module)[TOLD] = told
            stack.callback(vars(module).pop, TOLD)
            instead = {check.line: _telling(check) for check in these}
            stack.enter_context(_changed(module, instead, {check.function for check in these}))
        yield


@contextmanager
def without(check: Check) -> Iterator[None]:
    """Do without a check meanwhile: nothing is insisted on, and a no is a yes."""
    if isinstance(check.statement, ast.Return):
        instead = ast.parse("return YES").body
    elif isinstance(check.statement, ast.Raise):
        instead = [ast.Pass()]
    else:
        instead = [_LetThrough().visit(deepcopy(check.statement))]
    with _changed(_module(check.path), {check.line: instead}, {check.function}):
        yield


def _checks() -> Iterator[Check]:
    for path in (ROOT / "community").rglob("*.py"):
        name = path.relative_to(ROOT)
        is_check = _may_refuse if _is_policy(name) else _insists
        if not (_is_policy(name) or "services" in name.with_suffix("").parts):
            continue
        for function in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(function, ast.FunctionDef):
                continue
            if _is_policy(name) and ast.unparse(function.returns or function) != "Decision":
                continue
            for node in ast.walk(function):
                if isinstance(node, ast.stmt) and is_check(node):
                    code = " ".join(ast.unparse(node).split())[:100]
                    yield Check(name.as_posix(), node.lineno, function.name, code, node)


def _is_policy(path: Path) -> bool:
    return path.name == "policies.py"


def _may_refuse(node: ast.stmt) -> bool:
    """Tell whether a statement of a policy returns what may be a no."""
    return isinstance(node, ast.Return) and ast.unparse(node) != "return YES"


def _insists(node: ast.stmt) -> bool:
    """Tell whether a statement of a service raises unless something may be."""
    if isinstance(node, ast.Raise):
        return isinstance(node.exc, ast.Call) and ast.unparse(node.exc.func) == "NotAllowed"
    return isinstance(node, ast.Expr | ast.Assign) and any(map(_guards, ast.walk(node)))


def _guards(node: ast.AST) -> bool:
    """Tell whether something is the call of a step that lets through or raises."""
    return isinstance(node, ast.Call) and _name(node).lstrip("_") in GUARDS


def _name(call: ast.Call) -> str:
    return ast.unparse(call.func).rpartition(".")[2]


def _module(path: str) -> ModuleType:
    return importlib.import_module(
        path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    )


def _telling(check: Check) -> list[ast.stmt]:
    """Return a check that tells when it is a no."""
    if isinstance(check.statement, ast.Return):
        said = ast.unparse(check.statement.value or ast.Constant(None))
        return ast.parse(f"return {TOLD}({check.line}, {said})").body
    code = indent(ast.unparse(check.statement), "    ")
    return ast.parse(f"try:\n{code}\nexcept Exception:\n    {TOLD}({check.line})\n    raise").body


class _LetThrough(ast.NodeTransformer):
    """Has every guard return whom it was asked about."""

    def visit_Call(self, call: ast.Call) -> ast.expr:
        if not _guards(call):
            return call
        return call.args[0] if call.args else ast.Constant(None)


class _Instead(ast.NodeTransformer):
    """Puts statements in the place of those that begin in certain lines."""

    def __init__(self, by_line: dict[int, list[ast.stmt]]) -> None:
        self._by_line = by_line

    def visit(self, node: ast.AST) -> ast.AST | list[ast.stmt]:
        if isinstance(node, ast.Return | ast.Expr | ast.Assign | ast.Raise):
            return self._by_line.get(node.lineno, node)
        return self.generic_visit(node)


@contextmanager
def _changed(
    module: ModuleType, instead: dict[int, list[ast.stmt]], functions: Iterable[str]
) -> Iterator[None]:
    """Give loaded functions the code of a changed module, and their own again afterwards.

    Whoever has imported one of them has the same object, and so calls the changed code.
    """
    tree = _Instead(instead).visit(ast.parse(inspect.getsource(module)))
    assert isinstance(tree, ast.Module)
    code = compile(ast.fix_missing_locations(tree), module.__file__ or "", "exec")
    changed = {one.co_name: one for one in code.co_consts if isinstance(one, CodeType)}
    loaded = [inspect.unwrap(vars(module)[name]) for name in functions]
    before: list[tuple[FunctionType, CodeType]] = [(one, one.__code__) for one in loaded]
    for function in loaded:
        function.__code__ = changed[function.__name__]
    try:
        yield
    finally:
        for function, own in before:
            function.__code__ = own
