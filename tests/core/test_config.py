"""The settings: each is checked, and a wrong one is named."""

import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from community.core.config import Settings, from_environ
from community.core.errors import SettingsError

SECRET = "0123456789abcdef" * 2
PRODUCTION = {
    "COMMUNITY_ENV": "production",
    "COMMUNITY_SECRET_KEY": SECRET,
    "COMMUNITY_BASE_URL": "https://help.example.org",
}


def _read(folder: Path, **environ: str) -> Settings:
    return from_environ({"COMMUNITY_DATA_DIR": str(folder), **environ})


def test_nothing_needs_to_be_set_in_development(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    settings = from_environ({})

    folder = tmp_path / "instance"
    assert settings == Settings(
        environment="development",
        data_dir=folder,
        database_url=f"sqlite:///{folder}/community.sqlite3",
        search_url="whoosh:",
        pictures_url=f"file://{folder}/pictures",
        secret_key=(folder / "secret_key").read_text(),
        base_url="http://localhost:8000",
        mail_url=f"file://{folder}/mail",
        mail_from="Common Ground <no-reply@localhost>",
        mail_bounces="",
        limits_url=f"sqlite://{folder}/limits.sqlite3",
        trusted_proxies=0,
        port=8000,
    )
    assert not settings.is_production
    assert settings.search_dir == folder / "search"


def test_production_takes_what_is_set(tmp_path: Path) -> None:
    settings = _read(
        tmp_path,
        **PRODUCTION,
        COMMUNITY_DATABASE_URL="postgres://me:secret@db.example/community",
        COMMUNITY_SEARCH_URL="whoosh:/var/lib/search",
        COMMUNITY_MAIL_URL="smtps://me:secret@mail.example",
        COMMUNITY_MAIL_FROM="Help <help@example.org>",
        COMMUNITY_LIMITS_URL="redis://cache.example",
        COMMUNITY_TRUSTED_PROXIES="1",
        PORT="9000",
    )

    assert settings.is_production
    assert settings.database_url == "postgresql+psycopg://me:secret@db.example/community"
    assert settings.search_dir == Path("/var/lib/search")
    assert settings.base_url == "https://help.example.org"
    assert settings.mail_url == "smtps://me:secret@mail.example"
    assert settings.limits_url == "redis://cache.example"
    assert (settings.trusted_proxies, settings.port) == (1, 9000)
    assert not (tmp_path / "secret_key").exists()


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("COMMUNITY_ENV", "staging", "'staging'; it can be development or production"),
        ("COMMUNITY_DATA_DIR", "/proc/nowhere", "'/proc/nowhere', which cannot be made"),
        ("COMMUNITY_DATABASE_URL", "community", "cannot be read; write it like postgresql://"),
        ("COMMUNITY_DATABASE_URL", "mysql://host/name", "names 'mysql'"),
        ("COMMUNITY_SEARCH_URL", "whoosh", "'whoosh'; write whoosh: or tantivy:"),
        ("COMMUNITY_SEARCH_URL", "lucene:", "'lucene:'; write whoosh: or tantivy:"),
        ("COMMUNITY_SECRET_KEY", "short", "has 5 characters; it needs 32"),
        ("COMMUNITY_BASE_URL", "help.example.org", "'help.example.org'; write it like https://"),
        ("COMMUNITY_BASE_URL", "https://h.example/?a=1", "write it like https://"),
        ("COMMUNITY_MAIL_URL", "smtp://", "cannot be read; write it like smtp://user"),
        ("COMMUNITY_MAIL_URL", "pigeon://loft", "cannot be read; write it like smtp://user"),
        ("COMMUNITY_TRUSTED_PROXIES", "-1", "'-1'; it must be a whole number from 0 to 10"),
        ("COMMUNITY_TRUSTED_PROXIES", "11", "'11'; it must be a whole number from 0 to 10"),
        ("PORT", "eighty", "'eighty'; it must be a whole number from 1 to 65535"),
        ("PORT", "65536", "'65536'; it must be a whole number from 1 to 65535"),
        ("PORT", "٨٠", "it must be a whole number from 1 to 65535"),
    ],
)
def test_wrong_value_is_named(tmp_path: Path, name: str, value: str, complaint: str) -> None:
    with pytest.raises(SettingsError) as caught:
        from_environ({"COMMUNITY_DATA_DIR": str(tmp_path), name: value})

    assert caught.value.message.startswith(name)
    assert complaint in caught.value.message


@pytest.mark.parametrize("name", ["COMMUNITY_SECRET_KEY", "COMMUNITY_BASE_URL"])
def test_production_needs(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is required in production"):
        _read(tmp_path, **{**PRODUCTION, name: ""})


def test_production_is_not_served_in_the_clear(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="COMMUNITY_BASE_URL must begin with https://"):
        _read(tmp_path, **{**PRODUCTION, "COMMUNITY_BASE_URL": "http://help.example.org"})


def test_empty_value_is_none(tmp_path: Path) -> None:
    assert _read(tmp_path, PORT="", COMMUNITY_TRUSTED_PROXIES="", COMMUNITY_MAIL_URL="") == _read(
        tmp_path
    )


def test_secret_key_is_made_once_and_kept_for_the_owner(tmp_path: Path) -> None:
    first, second = _read(tmp_path), _read(tmp_path)

    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_processes_that_start_together_share_one_secret_key(tmp_path: Path) -> None:
    """The web server and the worker start at the same moment: neither may read half a key."""
    script = (
        "import sys, time\n"
        "from community.core.config import from_environ\n"
        "time.sleep(max(0, float(sys.argv[2]) - time.time()))\n"
        "print(*{from_environ({'COMMUNITY_DATA_DIR': f'{sys.argv[1]}/{n}'}).secret_key"
        " for n in range(100)}, sep='\\n')\n"
    )
    start = f"{time.time() + 1.5}"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path), start], stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    keys = [set(process.communicate(timeout=60)[0].split("\n")) for process in started]

    assert all(process.returncode == 0 for process in started)
    assert keys[0] == keys[1] == keys[2]
    assert len(keys[0] - {""}) == 100


def test_each_search_engine_has_a_folder_of_its_own(tmp_path: Path) -> None:
    settings = _read(tmp_path, COMMUNITY_SEARCH_URL="tantivy:")
    assert settings.search_engine == "tantivy"
    assert settings.search_dir == settings.data_dir / "search-tantivy"
