"""The Tantivy engine: what every engine does, and what only this one can get wrong."""

import json
import os
import random
import sys
import threading
from pathlib import Path

import pytest

from community.core.errors import SettingsError
from community.search import Document, Filters, IndexBusy, Order, SearchUnavailable, open_index
from community.search.engines.whoosh import WhooshIndex
from tests.search.conformance import EVERYTHING, PRINTER, Conformance, ids
from tests.search.documents import NOW, document

pytest.importorskip("tantivy", reason="the extra `tantivy` is not installed")

from community.search.engines.tantivy import TantivyIndex, schema, snapshot, writing
from community.search.entries import entry_of
from community.search.generations import Generations

WORDS = [
    "printer",
    "scanner",
    "paper",
    "tray",
    "toner",
    "cable",
    "screen",
    "battery",
    "charger",
    "update",
    "crash",
    "login",
    "password",
    "invoice",
    "refund",
    "account",
    "browser",
    "cookie",
    "the",
    "how",
    "to",
    "is",
    "my",
    "not",
    "57.0.7",
    "user.js",
    "0x80070005",
    "kamera",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "search"


@pytest.fixture
def index(folder: Path) -> TantivyIndex:
    return TantivyIndex(folder)


class TestTantivy(Conformance):
    """The conformance suite on this engine."""


def files(folder: Path) -> Path:
    return Generations(folder, schema.VERSION).current().folder


# The same answers


def invented(count: int) -> list[Document]:
    """Return documents of a few words each, the same every time."""
    chance = random.Random(4)

    def text(most: int) -> str:
        return " ".join(chance.choices(WORDS, k=chance.randint(1, most)))

    return [
        document(
            n,
            text(6),
            text(40),
            accepted=text(20) if n % 3 else "",
            best=text(60) if n % 2 else "",
            company_id=1 + n % 3,
            tags=(chance.choice(WORDS[:5]),),
            kind=chance.choice(("problem", "question")),
            helped_count=n % 7,
            me_too_count=n % 11,
            created_at=NOW,
            last_activity_at=NOW,
        )
        for n in range(1, count + 1)
    ]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[TantivyIndex, WhooshIndex]:
    folder = tmp_path_factory.mktemp("both")
    indexes = TantivyIndex(folder / "tantivy"), WhooshIndex(folder / "whoosh")
    for index in indexes:
        index.rebuild(invented(300))
        index.put(invented(330)[300:])
    return indexes


@pytest.mark.parametrize("company_id", [None, 2])
@pytest.mark.parametrize(
    "asked",
    [
        "battery charger ",
        "how is my printer not update ",
        "crash 57.0.7 user.js ",
        "password login account cookie browser refund ",
        "kameras 0x80070005 ",
    ],
)
def test_scores_are_those_of_the_other_engine(
    both: tuple[TantivyIndex, WhooshIndex], asked: str, company_id: int | None
) -> None:
    tantivy, whoosh = (
        index.similar(asked, body="toner cable", company_id=company_id, limit=20, at=NOW)
        for index in both
    )
    in_both = {match.topic_id: match for match in whoosh}
    assert len(tantivy) == len(whoosh)
    assert ids(tantivy[:5]) == ids(whoosh[:5])
    # Of nearly equal ones far down, each engine takes others as candidates.
    common = [match for match in tantivy if match.topic_id in in_both]
    assert len(common) >= 0.8 * len(tantivy)
    for match in common:
        assert match.score == pytest.approx(in_both[match.topic_id].score)


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize(
    "filters", [Filters(), Filters(company_id=2), Filters(kind="problem", tag="tray")]
)
@pytest.mark.parametrize("asked", ["battery charger", "screen", ""])
def test_hits_and_facets_are_those_of_the_other_engine(
    both: tuple[TantivyIndex, WhooshIndex], asked: str, filters: Filters, order: Order
) -> None:
    tantivy, whoosh = (
        index.search(asked, filters, order=order, limit=300, at=NOW) for index in both
    )
    assert {*ids(tantivy.matches)} == {*ids(whoosh.matches)}
    assert tantivy.facets == whoosh.facets
    assert (tantivy.total, tantivy.total_is_exact) == (whoosh.total, whoosh.total_is_exact)


def test_a_hit_holds_half_of_the_query(index: TantivyIndex) -> None:
    index.rebuild(
        [
            document(1, "Zebra"),
            document(2, "Zebra lion"),
            document(3, "Zebra lion tiger"),
            document(4, "Panther"),
        ]
    )
    assert set(ids(index.search("lion tiger panther wolf").matches)) == {3}
    assert set(ids(index.search("zebra lion").matches)) == {2, 3}


def test_more_hits_than_are_counted_are_said_to_be_more(index: TantivyIndex) -> None:
    index.rebuild(document(n, "Crash on start") for n in range(1, 1_003))
    results = index.search("crash")
    assert (results.total, results.total_is_exact) == (1_000, False)


# What is written


def test_a_term_is_repeated_for_its_weight() -> None:
    entry = entry_of(document(1, "Battery", "charger " + "lamp " * 200))
    written = str(schema.document_of(entry).get_first("terms")).split(" ")
    assert set(written) == set(entry.terms)
    assert written.count("batteri") > written.count("charger") >= 1
    assert len(written) <= schema.REPEATED_MOST * len(entry.terms)


def test_a_document_without_terms_is_kept(index: TantivyIndex) -> None:
    index.rebuild([document(1, "?!"), document(2, "")])
    index.put([document(3, "the")])
    assert index.ids() == {1, 2, 3}
    assert set(ids(index.search("").matches)) == {1, 2, 3}
    index.remove([1])
    index.compact()
    assert index.ids() == {2, 3}


def test_compacting_leaves_no_segment_with_something_deleted(
    index: TantivyIndex, folder: Path
) -> None:
    written = invented(60)
    index.rebuild(written)
    index.put(written[:3])
    index.remove([5])

    index.compact()

    contents = json.loads((files(folder) / "meta.json").read_text("utf-8"))
    assert [one["deletes"] for one in contents["segments"] if one["deletes"]] == []
    assert sum(one["max_doc"] for one in contents["segments"]) == 59
    left = [one for one in written if one.topic_id != 5]
    assert index.fingerprints() == {one.topic_id: one.fingerprint() for one in left}
    anew = TantivyIndex(folder.with_name("anew"))
    anew.rebuild(left)
    asked = "printer update "
    found, expected = (one.similar(asked, limit=60, at=NOW) for one in (index, anew))
    assert {match.topic_id: pytest.approx(match.score) for match in expected} == {
        match.topic_id: match.score for match in found
    }


def test_documents_are_stored_in_small_blocks(index: TantivyIndex, folder: Path) -> None:
    index.rebuild(invented(3))
    index.put(invented(4)[3:])
    index.remove([1])
    index.compact()
    contents = json.loads((files(folder) / "meta.json").read_text("utf-8"))
    assert contents["index_settings"]["docstore_blocksize"] == writing.STORE_BLOCK


def test_what_a_topic_is_filed_under_changes_with_it(index: TantivyIndex) -> None:
    index.rebuild([document(1, "Crash", tags=("old",))])
    assert index.search("crash").facets.tags == {"old": 1}
    index.put([document(1, "Crash", tags=("new",))])
    assert index.search("crash").facets.tags == {"new": 1}
    index.rebuild([document(1, "Crash", tags=("anew",))])
    assert index.search("crash").facets.tags == {"anew": 1}


def test_only_so_many_traits_are_remembered(
    index: TantivyIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "TRAITS_KEPT", 2)
    index.rebuild(invented(9))
    assert sum(index.search("").facets.kinds.values()) == 9
    assert sum(index.search("").facets.kinds.values()) == 9


def test_segments_stay_few(index: TantivyIndex, folder: Path) -> None:
    index.rebuild([])
    for n in range(1, 41):
        index.put([document(n, f"Topic {n}")])
    contents = json.loads((files(folder) / "meta.json").read_text("utf-8"))
    assert len(contents["segments"]) <= 15
    assert index.count() == 40


# Several processes


def test_other_readers_see_a_commit_at_once(folder: Path) -> None:
    writer, reader = TantivyIndex(folder), TantivyIndex(folder)
    writer.rebuild([])
    assert reader.similar("paper") == []
    writer.put([PRINTER])
    assert ids(reader.similar("paper")) == [PRINTER.topic_id]
    writer.remove([PRINTER.topic_id])
    assert reader.similar("paper") == []
    writer.rebuild(EVERYTHING)
    assert reader.count() == len(EVERYTHING)


def test_second_writer_is_told_to_come_back(folder: Path) -> None:
    TantivyIndex(folder).rebuild([])
    second = TantivyIndex(folder, wait=0.1)
    with Generations(folder, schema.VERSION).writing(wait=0):
        with pytest.raises(IndexBusy):
            second.put([PRINTER])
        assert second.count() == 0  # reading goes on
    second.put([PRINTER])
    assert second.count() == 1


def test_threads_share_an_index_while_it_changes(folder: Path) -> None:
    index = TantivyIndex(folder)
    index.rebuild(document(n, "Printer jams", f"page {n}") for n in range(1, 100))
    done = threading.Event()
    errors: list[Exception] = []

    def read() -> None:
        while not done.is_set():
            try:
                assert len(index.similar("printer jams")) == 5
            except Exception as error:  # noqa: BLE001  # handed to the main thread
                errors.append(error)
                return

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for n in range(100, 110):
        TantivyIndex(folder).put([document(n, "Printer jams", f"page {n}")])
    done.set()
    for thread in threads:
        thread.join()
    assert errors == []
    assert index.count() == 109


# Moving


def test_an_index_of_the_other_engine_is_refused_until_rebuilt(folder: Path) -> None:
    WhooshIndex(folder).rebuild(EVERYTHING)
    index = TantivyIndex(folder)
    with pytest.raises(SearchUnavailable, match="reindex"):
        index.similar("printer")
    index.rebuild(EVERYTHING)
    assert ids(index.similar("printer jams"))[0] == PRINTER.topic_id


def test_the_setting_opens_it(tmp_path: Path) -> None:
    assert isinstance(open_index("tantivy", tmp_path), TantivyIndex)


def test_without_the_extra_the_setting_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [
        name for name in sys.modules if name.startswith("community.search.engines.tantivy")
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "tantivy", None)
    with pytest.raises(SettingsError, match=r"pip install .*tantivy"):
        open_index("tantivy", tmp_path / "not installed")


# Whatever people type


def test_naughty_strings_are_only_text(index: TantivyIndex) -> None:
    folder = os.environ.get("COMMUNITY_TEST_DATA_DIR")
    path = Path(folder or ".", "robustness", "naughty_strings", "blns.json")
    if not folder or not path.is_file():
        pytest.skip("COMMUNITY_TEST_DATA_DIR names no folder with robustness/naughty_strings")
    naughty: list[str] = json.loads(path.read_text("utf-8"))
    written = [
        document(n, text, text, tags=(text,), kind=text, status=text)
        for n, text in enumerate(naughty, 1)
    ]
    assert index.rebuild(written) == len(naughty)
    assert index.fingerprints() == {d.topic_id: d.fingerprint() for d in written}
    for number, text in enumerate(naughty, 1):
        found = index.similar(text, body=text, limit=len(naughty))
        assert not found or number in ids(found)
        index.search(text)
        index.search("", page=number)


@pytest.mark.parametrize("text", ["\ud800 half", "a\x00b", "😀" * 500, "a" * 100_000])
def test_any_text_is_only_text(index: TantivyIndex, text: str) -> None:
    index.rebuild([*EVERYTHING, document(9, text, text, tags=(text[:50],), kind=text)])
    index.similar(text, body=text)
    index.search(text)
    assert index.count() == 4
