import threading
from pathlib import Path

import pytest

from community.search import NOT_SAID, vectors
from community.search.vectors import INDEXING, OVERLOADED, Spaces, embedders, texts
from community.search.vectors.embedders import Embedder, NoVectors
from tests.search.vectors.models import OtherWords, Words


def make(folder: Path, *models: Embedder) -> Spaces:
    return Spaces(folder, models or (Words(), OtherWords()))


def put(spaces: Spaces, topic: int, text: str, language: str = "en", company: int = 1) -> None:
    space = spaces.of(language)
    found = space.embedder.embed([texts.of(text)], asking=False)
    space.store.put([topic], [company], [texts.fingerprint(company, text)], found)


def complete(spaces: Spaces) -> None:
    for space in spaces.all:
        space.store.folder.mkdir(parents=True, exist_ok=True)
        space.store.complete()


def test_a_query_is_asked_in_the_space_of_its_language(tmp_path: Path) -> None:
    spaces = make(tmp_path)
    put(spaces, 1, "printer jams")
    put(spaces, 2, "printer jams", "id")
    complete(spaces)

    assert set(spaces.neighbours("printer", language="en").found) == {1}
    assert set(spaces.neighbours("printer", language="id").found) == {2}
    assert set(spaces.neighbours("printer", language=NOT_SAID).found) == {1, 2}


def test_where_a_language_has_no_topics_the_others_are_asked(tmp_path: Path) -> None:
    """A short title is easily taken for another language than the site's only one."""
    spaces = make(tmp_path)
    put(spaces, 1, "printer jams")
    complete(spaces)

    assert set(spaces.neighbours("printer", language="nl").found) == {1}


def test_topics_without_a_language_lie_with_english(tmp_path: Path) -> None:
    spaces = make(tmp_path)

    assert spaces.of(NOT_SAID) is spaces.of("en")
    assert spaces.of("zh") is not spaces.of("en")


def test_similarity_is_nought_for_the_unrelated_and_one_for_the_same(tmp_path: Path) -> None:
    model = Words()
    model.unrelated = 0.4  # type: ignore[misc] # of this one
    spaces = make(tmp_path, model)
    put(spaces, 1, "printer jams")
    put(spaces, 2, "a mail was lost")
    complete(spaces)

    found = spaces.neighbours("printer jams").found

    assert found == {1: pytest.approx(1, abs=0.02), 2: 0.0}
    assert list(found) == [1, 2]


def test_the_best_of_a_company_are_returned(tmp_path: Path) -> None:
    spaces = make(tmp_path)
    for topic in range(1, 9):
        put(spaces, topic, "printer" + " jams" * topic, company=topic % 2)
    complete(spaces)

    found = spaces.neighbours("printer", company_id=1, count=3, exclude={1}).found

    assert list(found) == [3, 5, 7]


def test_until_all_is_embedded_it_says_so_and_finds_what_there_is(tmp_path: Path) -> None:
    spaces = make(tmp_path)
    assert spaces.neighbours("printer") == vectors.Neighbours({}, INDEXING)

    put(spaces, 1, "printer jams")

    found = spaces.neighbours("printer", language="en")
    assert (set(found.found), found.reason) == ({1}, INDEXING)


def test_nothing_said_finds_nothing(tmp_path: Path) -> None:
    assert make(tmp_path).neighbours("  ", "\n") == vectors.Neighbours({})


def test_what_is_not_installed_is_named(tmp_path: Path) -> None:
    spaces = make(tmp_path, Words(absent="not installed"))

    assert spaces.neighbours("printer", language="en").reason == "not installed"
    assert spaces.neighbours("printer").reason == "not installed"
    with pytest.raises(NoVectors, match="not installed"):
        spaces.of("en")
    with pytest.raises(NoVectors, match="no model for zh"):
        spaces.of("zh")


def test_what_cannot_be_loaded_is_tried_once_and_named(tmp_path: Path) -> None:
    spaces = make(tmp_path)
    put(spaces, 1, "printer jams")
    broken = make(tmp_path, Words(broken="no such file"))

    for _ in range(2):
        assert broken.neighbours("printer") == vectors.Neighbours({}, "cannot be loaded")


def test_who_finds_the_model_at_work_does_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedders, "PATIENCE", 0.01)
    spaces = make(tmp_path)
    put(spaces, 1, "printer jams")
    complete(spaces)

    with embedders._at_work:
        thread = threading.Thread(target=lambda: answers.append(spaces.neighbours("printer")))
        answers: list[vectors.Neighbours] = []
        thread.start()
        thread.join(5)

    assert answers == [vectors.Neighbours({}, OVERLOADED)]
    assert set(spaces.neighbours("printer").found) == {1}


def test_a_question_is_read_once(tmp_path: Path) -> None:
    class Beginnings(Words):
        asked_max = 2

    model = Beginnings()
    spaces = make(tmp_path, model)
    put(spaces, 1, "printer jams")

    first = spaces.neighbours("printer jams").found
    again = spaces.neighbours("printer jams").found
    typed_on = spaces.neighbours("printer jams on page two").found

    assert first == again == typed_on
    assert model.asked == ["printer jams"]


def test_what_a_model_makes_of_a_text_is_checked(tmp_path: Path) -> None:
    class Failing(Words):
        def compute(self, wanted: object, *, asking: bool) -> embedders.Vectors:
            return super().compute(["x"], asking=asking) * float("nan")

    spaces = make(tmp_path)
    put(spaces, 1, "printer jams")

    assert make(tmp_path, Failing()).neighbours("printer").reason == "the model failed"


def test_a_new_model_is_asked_once_it_is_complete(tmp_path: Path) -> None:
    old = make(tmp_path, Words())
    put(old, 1, "printer jams")
    complete(old)

    class Newer(Words):
        name = "newer"

    both = make(tmp_path, Newer(), Words())
    assert set(both.neighbours("printer", language="en").found) == {1}
    put(both, 2, "printer jams")  # goes to the new one
    assert set(both.neighbours("printer", language="en").found) == {1}

    both.all[0].store.complete()

    assert set(both.neighbours("printer", language="en").found) == {2}


def test_another_version_begins_anew_and_takes_the_place_of_the_old(tmp_path: Path) -> None:
    old = make(tmp_path, Words())
    put(old, 1, "printer jams")
    new = make(tmp_path, Words(release="2"), OtherWords(absent="not installed"))
    (tmp_path / "other-words-1-1").mkdir()

    assert new.neighbours("printer").reason == INDEXING
    put(new, 2, "printer jams")
    new.drop_others()

    assert {folder.name for folder in tmp_path.iterdir()} == {"words-2-1", "other-words-1-1"}
