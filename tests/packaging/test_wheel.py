"""What is in the wheel is enough: installed in an empty environment, it serves the site."""

import os
import re
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen  # noqa: TID251 (asks the server that the test has started)
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parent.parent.parent
BESIDE_THE_PACKAGE = ("templates", "static", "migrations")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel as a release would."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder)
    [wheel] = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel where there is nothing else but the libraries it asks for.

    They are lent by the environment of the tests, so that nothing is downloaded; the
    project itself, which is installed there as a checkout, is not lent along.
    """
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", folder)
    python = folder / "bin" / "python"
    run(
        *(sys.executable, "-m", "pip", "--python", python, "--quiet", "install"),
        *("--no-index", "--no-deps", wheel),
    )
    [packages] = folder.glob("lib/python*/site-packages")
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib"))
    return folder


@pytest.fixture(scope="module")
def site(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve from the environment and return the address."""
    folder = tmp_path_factory.mktemp("site")
    environ = {"COMMUNITY_DATA_DIR": str(folder / "data"), "PATH": os.environ["PATH"]}
    run(environment / "bin" / "community", "db", "upgrade", cwd=folder, env=environ)
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    python = environment / "bin" / "python"
    server = subprocess.Popen(
        [python, "-m", "gunicorn", "--config", "python:community.serving", "--bind", address],
        cwd=folder,
        env=environ,
    )
    try:
        yield f"http://{address}"
    finally:
        server.terminate()
        server.wait(30)


def test_everything_beside_the_package_travels_inside_it(wheel: Path) -> None:
    inside = set(ZipFile(wheel).namelist())
    listed = run("git", "ls-files", "-z", *BESIDE_THE_PACKAGE).split("\0")

    assert {f"community/{name}" for name in listed if name} <= inside


def test_nothing_else_travels(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in ZipFile(wheel).namelist()}

    assert "community" in tops
    assert all(top == "community" or top.endswith(".dist-info") for top in tops)


def test_installed_command_is_the_wheels(environment: Path, tmp_path: Path) -> None:
    where = run(
        *(environment / "bin" / "python", "-c", "import community; print(community.__file__)"),
        cwd=tmp_path,
    )

    assert Path(where.strip()).is_relative_to(environment)
    assert "Common Ground" in run(environment / "bin" / "community", "--help", cwd=tmp_path)


def test_home_page_and_what_it_loads_are_served(site: str) -> None:
    page = get(f"{site}/").decode()
    loaded = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)

    assert "Common Ground" in page
    assert any(".css" in path for path in loaded)
    for path in loaded:
        assert get(site + path)


def get(address: str, *, within_s: float = 20) -> bytes:
    """Return what is at an address, waiting for the server to come up."""
    deadline = time.monotonic() + within_s
    while True:
        try:
            with urlopen(address) as answer:  # noqa: S310 (its scheme is http)
                return bytes(answer.read())
        except URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def run(*command: str | Path, cwd: Path = ROOT, env: dict[str, str] | None = None) -> str:
    """Run a command and return what it prints; what it says when it fails is in the error."""
    done = subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout
