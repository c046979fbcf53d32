"""Take checks away, one at a time, and show that the proof fails for each.

What stands before a customer's words are the policies (``return no(…)``) and the services that ask
them (``.require()``). A copy of the site loses one of these lines, drawn at random, and the tests
of `tests/neutrality` are run in it; a change that they let through is named, and ends the run with
a 1. So is a route without a row. Run it by ``make prove``::

    python -m tests.neutrality.mutate --seed 7 --count 5
"""

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
COPIED = ("community", "docs", "migrations", "static", "templates", "tests", "pyproject.toml")
# The quick ones first: the run ends with the first that fails.
PROOF = (
    "tests/neutrality/test_powers.py",
    "tests/neutrality/test_services.py",
    "tests/neutrality/test_routes.py",
)
ROUTE = '''

@bp.post("/t/<int:topic_id>/bury")
def bury(topic_id: int) -> ResponseReturnValue:
    """Do what no row of the table tells of."""
    return "", 204
'''


@dataclass(frozen=True)
class Check:
    """A statement that keeps somebody from something."""

    path: Path  # from the root
    line: int
    end: int
    code: str  # on one line

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.code}"


def checks() -> Iterator[Check]:
    """Yield every check there is: refusals of policies, and where services insist on a yes."""
    for path in sorted((ROOT / "community").rglob("*.py")):
        parts = path.relative_to(ROOT).parts
        is_service = "services" in parts or path.name == "services.py"
        if not (is_service or path.name == "policies.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if _insists(node) if is_service else _refuses(node):
                assert isinstance(node, ast.stmt)
                code = " ".join(ast.unparse(node).split())
                yield Check(Path(*parts), node.lineno, node.end_lineno or node.lineno, code[:100])


def _insists(node: ast.AST) -> bool:
    """Tell whether a statement is ``policies.can_…(…).require()``."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Attribute)
        and node.value.func.attr == "require"
    )


def _refuses(node: ast.AST) -> bool:
    """Tell whether a statement returns ``no(…)``, perhaps only if something is so."""
    return isinstance(node, ast.Return) and any(
        isinstance(part, ast.Call) and ast.unparse(part.func) == "no" for part in ast.walk(node)
    )


def taken_away(check: Check, text: str) -> str:
    """Return a module without a check: nothing is insisted on, and a no is a yes."""
    lines = text.splitlines(keepends=True)
    first = lines[check.line - 1]
    indent = first[: len(first) - len(first.lstrip())]
    instead = "return YES" if check.path.name == "policies.py" else "pass"
    return "".join([*lines[: check.line - 1], f"{indent}{instead}\n", *lines[check.end :]])


def is_noticed(folder: Path) -> bool:
    """Run the proof in a copy; return whether it failed, as it should."""
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *PROOF],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if ran.returncode not in {0, 1}:  # neither passed nor failed: it could not run
        sys.exit(f"The proof could not be run:\n{ran.stdout[-2000:]}")
    return ran.returncode == 1


def try_check(folder: Path, check: Check) -> bool:
    """Take a check away in a copy, run the proof, and put the check back."""
    module = folder / check.path
    text = module.read_text(encoding="utf-8")
    module.write_text(taken_away(check, text), encoding="utf-8")
    try:
        return is_noticed(folder)
    finally:
        module.write_text(text, encoding="utf-8")


def try_route(folder: Path) -> bool:
    """Add a route without a row in a copy, run the proof, and take it away again."""
    module = folder / "community" / "topics" / "views" / "press.py"
    text = module.read_text(encoding="utf-8")
    module.write_text(text + ROUTE, encoding="utf-8")
    try:
        return is_noticed(folder)
    finally:
        module.write_text(text, encoding="utf-8")


def main() -> int:
    """Take checks away and say what the proof made of each."""
    options = _options()
    every = list(checks())
    chosen = every
    if options.count:
        chosen = random.Random(options.seed).sample(every, options.count)
    print(f"seed {options.seed}: {len(chosen)} of {len(every)} checks")  # noqa: T201 (a script)
    missed = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        _copy_into(folder)
        for check in (*chosen, None):
            began = time.monotonic()
            noticed = try_route(folder) if check is None else try_check(folder, check)
            missed += not noticed
            word = "noticed" if noticed else "MISSED"
            what = check or "a route without a row"
            print(f"{word} in {time.monotonic() - began:.0f} s: {what}", flush=True)  # noqa: T201
    return 1 if missed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--count", type=int, default=5, help="how many; 0 for all")
    return parser.parse_args()


def _copy_into(folder: Path) -> None:
    without = shutil.ignore_patterns("__pycache__")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=without)
        else:
            shutil.copy2(source, folder / name)


if __name__ == "__main__":
    sys.exit(main())
