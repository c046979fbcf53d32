"""The description of the interchange format, held to the code."""

import ast
import json
import re
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from community.core.db import db
from community.topics.importing import interchange
from community.topics.models import Reply, Topic
from tests.topics.importing.conftest import Run

PAGE = (Path(__file__).parents[3] / "docs" / "import-format.md").read_text(encoding="utf-8")


def test_every_field_that_is_read_is_described() -> None:
    tree = ast.parse(Path(interchange.__file__).read_text(encoding="utf-8"))
    read = {
        call.args[0].value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Constant)
        if ast.unparse(call.func).startswith("fields.")
    }
    cells = re.findall(r"^\| (`[^|]*) \|", PAGE, flags=re.MULTILINE)
    described = {name for cell in cells for name in re.findall(r"`([a-z_]+)`", cell)}

    assert read == described


def test_the_example_can_be_imported(run: Run, jsonl: Callable[..., Path]) -> None:
    found = re.search(r"```json\n(.*?)\n```", PAGE, flags=re.DOTALL)
    assert found is not None

    result = run("jsonl", jsonl(json.loads(found[1])))

    assert "Imported 1 topic, 1 reply, 1 comment by 2 people." in result.output
    assert "rejected" not in result.output
    topic = db.session.scalars(select(Topic)).one()
    assert (topic.language, topic.status, topic.reply_count) == ("en-GB", "solved", 1)
    assert db.session.scalars(select(Reply.parent_id).where(Reply.parent_id.is_not(None))).one()
