"""Static files as they are sent: small, made once, at the start."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask

from community.app import home
from community.web.assets import prepared
from tests.conftest import Client


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "css").mkdir(parents=True)
    (folder / "css" / "a.css").write_text("/* why */\nbody {\n  color: red;\n}\n" * 50)
    (folder / "a.js").write_text("// why\nconst text = `two\n  lines`;  \n")
    (folder / "a.svg").write_text("<svg>  </svg>")
    return folder


def test_styles_and_scripts_lose_what_only_authors_read(source: Path, tmp_path: Path) -> None:
    made = prepared(source, tmp_path / "made")

    assert made.joinpath("css/a.css").read_text() == "body{color:red}" * 50
    assert made.joinpath("a.js").read_text().strip() == "const text=`two\n  lines`;"
    assert made.joinpath("a.svg").read_text() == "<svg>  </svg>"
    assert made.joinpath("css/a.css.gz").stat().st_size < 100
    assert source.joinpath("a.js").read_text().startswith("// why")


def test_they_are_made_once_and_again_when_a_file_changes(source: Path, tmp_path: Path) -> None:
    parent = tmp_path / "made"
    first = prepared(source, parent)
    (first / "a.svg").write_text("touched")
    assert prepared(source, parent) == first
    assert (first / "a.svg").read_text() == "touched"

    versions = [first]
    for number in range(3):
        (source / "a.svg").write_text(f"<svg>{number}</svg>")
        versions.append(prepared(source, parent))

    assert len(set(versions)) == 4
    assert set(parent.iterdir()) == set(versions[-2:])  # what is open in a browser can still load


def test_processes_that_start_together_give_the_same_folder(source: Path, tmp_path: Path) -> None:
    parent = tmp_path / "made"
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: prepared(source, parent), range(8)))

    assert len(made) == 1
    assert list(parent.iterdir()) == list(made)


def test_the_site_sends_the_small_files_compressed(app: Flask, client: Client) -> None:
    for name in ("css/tokens.css", "js/drafts.js"):
        written = home("static").joinpath(name).stat().st_size
        plain = client.get(f"/static/{name}")
        small = client.get(f"/static/{name}", headers={"Accept-Encoding": "gzip"})

        assert len(plain.data) < 0.9 * written
        assert small.headers["Content-Encoding"] == "gzip"
        assert len(small.data) < len(plain.data) / 2
        assert "Accept-Encoding" in small.headers["Vary"]
        plain.close()
        small.close()
