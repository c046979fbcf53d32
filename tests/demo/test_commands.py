"""``community demo`` by hand."""

import subprocess
import sys
from pathlib import Path

import pytest

from community.demo import sign_in


@pytest.mark.sqlite
def test_production_refuses_before_anything_is_made(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "community", "demo"],
        env={
            "COMMUNITY_ENV": "production",
            "COMMUNITY_DATA_DIR": str(tmp_path),
            "COMMUNITY_SECRET_KEY": "k" * 32,
            "COMMUNITY_BASE_URL": "https://help.example.org",
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 2
    assert result.stderr == (
        "community: The demonstration content has invented people who can sign in; "
        "it is not loaded where COMMUNITY_ENV is production.\n"
    )
    assert not (tmp_path / sign_in.FILE).exists()
    assert not (tmp_path / "community.sqlite3").exists()
