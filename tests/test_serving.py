"""What is done at the start so that the first visitor does not wait for it."""

import gc
import threading
from collections.abc import Iterator

import pytest

from community import search, serving
from community.search import languages, matching


@pytest.fixture
def _thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_languages_are_loaded_before_the_workers_are_forked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    languages._loaded.cache_clear()
    serving.on_starting(None)
    monkeypatch.setattr(
        "py3langid.langid.LanguageIdentifier.from_model_file", lambda *_, **__: pytest.fail("again")
    )
    assert languages.detect("Ich kann mich heute nicht mehr anmelden") == "de"


@pytest.mark.usefixtures("_thawed")
def test_a_new_worker_asks_before_anybody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()

    def similar(_: str) -> None:
        assert threading.current_thread() is not threading.main_thread()
        asked.set()
        raise search.SearchUnavailable("There is no index yet.")

    monkeypatch.setattr(matching, "similar", similar)
    serving.post_worker_init(None)
    assert asked.wait(10)
