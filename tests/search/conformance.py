"""What every engine must do. A test module of an engine inherits and gives the ``index``."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community.search import NOT_SAID, Document, Filters, Order, SearchIndex, Spread
from community.search.confidence import Weights
from community.search.ranking import Asker
from tests.search.documents import NOW, document

PRINTER = document(1, "Printer jams on page two", "The paper crumples in the tray.", company_id=1)
INVOICE = document(2, "Where is my invoice?", "I moved and need last year's bill.", company_id=1)
TOASTER = document(3, "Toaster jams bread", "The bread is stuck in the slot.", company_id=2)
EVERYTHING = (PRINTER, INVOICE, TOASTER)
FITTING = Weights(-2.0, 4.0, 4.0, 1.0)


def ids(matches: object) -> list[int]:
    assert isinstance(matches, list | tuple)
    return [match.topic_id for match in matches]


class Meaning:
    """What a query means, as the test says."""

    def __init__(self, **similarities: float) -> None:
        self.known = {int(name.removeprefix("t")): value for name, value in similarities.items()}
        self.found = self.known

    def similarities(self, topic_ids: Iterable[int]) -> dict[int, float]:
        return {topic_id: self.known[topic_id] for topic_id in topic_ids if topic_id in self.known}

    def judge(self, topic_id: int) -> tuple[float, Weights] | None:
        return (self.known[topic_id], FITTING) if topic_id in self.known else None


class Conformance:
    """The behaviour that callers rely on."""

    @pytest.fixture
    def filled(self, index: SearchIndex) -> SearchIndex:
        index.rebuild(EVERYTHING)
        return index

    # Leaving nothing behind

    def test_what_was_replaced_or_removed_is_gone_after_compacting(
        self, filled: SearchIndex
    ) -> None:
        filled.put([replace(PRINTER, body="The tray is empty.")])
        filled.remove([TOASTER.topic_id])

        filled.compact()

        assert filled.ids() == {PRINTER.topic_id, INVOICE.topic_id}
        assert ids(filled.similar("empty tray")) == [PRINTER.topic_id]
        assert filled.similar("crumples") == []
        filled.compact()  # there is nothing left to do
        assert filled.count() == 2

    # By meaning

    def test_finds_what_means_the_same_in_other_words(self, filled: SearchIndex) -> None:
        near = Meaning(t1=0.2, t2=0.9)
        assert ids(filled.similar("an account of charges", near=near)) == [2, 1]
        assert filled.similar("an account of charges") == []

    def test_words_and_meaning_decide_together(self, filled: SearchIndex) -> None:
        assert ids(filled.similar("jams page two")) == [1, 3]
        assert ids(filled.similar("jams page two", near=Meaning(t1=0.5, t3=0.6))) == [1, 3]
        assert ids(filled.similar("jams page two", near=Meaning(t1=0.1, t3=0.9))) == [3, 1]

    def test_what_has_no_vector_yet_is_found_by_its_words(self, filled: SearchIndex) -> None:
        found = ids(filled.similar("where is my invoice", near=Meaning(t3=0.6)))
        assert found == [INVOICE.topic_id, TOASTER.topic_id]

    def test_meaning_brings_in_nothing_that_was_left_out(self, filled: SearchIndex) -> None:
        near = Meaning(t1=0.7, t2=0.8, t3=0.9, t999=1.0)
        assert ids(filled.similar("jams", company_id=2, near=near)) == [3]
        assert ids(filled.similar("jams", exclude={3}, near=near)) == [1, 2]
        assert ids(filled.similar("jams", among={2}, near=near)) == [2]

    @pytest.mark.parametrize("near", [None, Meaning(t1=0.4, t2=0.7)])
    def test_explains_the_score_that_it_gives(
        self, filled: SearchIndex, near: Meaning | None
    ) -> None:
        for match in filled.similar("printer jams", near=near, at=NOW):
            told = filled.explain("printer jams", match.topic_id, near=near, at=NOW)
            assert told is not None
            assert told.score == pytest.approx(match.score)
            assert told.signs == pytest.approx(match.signs)
            assert told.confidence == pytest.approx(match.confidence)
            assert told.similarity == (near.known.get(match.topic_id) if near else None)

    def test_is_found_by_what_it_is_filed_under(self, index: SearchIndex) -> None:
        """Who writes on the page of a company leaves its name out; who asks elsewhere says it."""
        index.rebuild([replace(PRINTER, names=("Zebra Works", "Stripe 300")), TOASTER])
        assert ids(index.similar("zebra jams")) == [1, 3]
        assert ids(index.similar("the stripe 300")) == [1]

    # How sure it is

    def test_confidence_grows_with_what_is_said(self, filled: SearchIndex) -> None:
        title = PRINTER.title
        all_of_it, less, hardly = (
            filled.similar(asked, limit=1)[0]
            for asked in (
                f"{title} ",
                f"{title} and eats zebras ",
                f"{title.split()[0]} eats zebras ",
            )
        )
        assert 1 > all_of_it.confidence > less.confidence > hardly.confidence > 0
        assert all_of_it.signs.coverage > less.signs.coverage > hardly.signs.coverage
        assert all_of_it.signs.evidence == pytest.approx(less.signs.evidence)

    def test_meaning_makes_it_surer(self, filled: SearchIndex) -> None:
        alike, unlike = (
            filled.similar("page jams", limit=1, near=Meaning(t1=similarity, t3=0.0))[0]
            for similarity in (0.9, 0.1)
        )
        assert alike.topic_id == unlike.topic_id == 1
        assert alike.confidence > unlike.confidence
        assert alike.signs.coverage == unlike.signs.coverage

    # How common a word is

    def test_says_who_else_uses_a_word(self, filled: SearchIndex) -> None:
        pairs = [("jams", 1), ("invoices", 1), ("invoice", 2), ("zyxwvu", 1), ("?!", 1)]
        spread = filled.spread(pairs)
        assert [(one.everywhere, one.at_company) for one in spread] == [
            (2, 1),
            (1, 1),
            (1, 0),
            (0, 0),
            (0, 0),
        ]

    def test_a_stop_word_is_nobodys(self, filled: SearchIndex) -> None:
        [spread] = filled.spread([("the", 1)])
        assert spread.everywhere > 0
        assert spread.at_company == 0

    # Finding what is similar

    def test_finds_other_forms_of_the_words(self, filled: SearchIndex) -> None:
        assert ids(filled.similar("printers jamming"))[0] == PRINTER.topic_id

    def test_finds_by_the_body_alone(self, filled: SearchIndex) -> None:
        assert ids(filled.similar("crumpled paper")) == [PRINTER.topic_id]

    def test_finds_by_the_words_of_an_answer(self, index: SearchIndex) -> None:
        index.rebuild([replace(PRINTER, accepted="Clean the rollers with isopropyl."), INVOICE])
        assert ids(index.similar("isopropyl")) == [PRINTER.topic_id]

    @pytest.mark.parametrize("typed", ["inv", "invo", "invoic", "where is my inv"])
    def test_completes_the_word_being_typed(self, filled: SearchIndex, typed: str) -> None:
        assert INVOICE.topic_id in ids(filled.similar(typed))

    def test_does_not_complete_a_finished_word(self, filled: SearchIndex) -> None:
        assert filled.similar("inv ") == []

    @pytest.mark.parametrize("nothing", ["", " ", "?!", "zyxwvu", "\x00"])
    def test_finds_nothing_for_nothing(self, filled: SearchIndex, nothing: str) -> None:
        assert filled.similar(nothing) == []

    def test_looks_only_at_the_company(self, filled: SearchIndex) -> None:
        assert ids(filled.similar("jams", company_id=1)) == [PRINTER.topic_id]
        assert ids(filled.similar("jams", company_id=2)) == [TOASTER.topic_id]
        assert filled.similar("jams", company_id=3) == []

    def test_rare_company_is_found_among_a_common_word(self, index: SearchIndex) -> None:
        many = [document(n, f"Crash number {n}", company_id=1) for n in range(10, 400)]
        index.rebuild([*many, document(1, "It crashes", company_id=2)])
        assert ids(index.similar("crash", company_id=2)) == [1]

    def test_leaves_out_what_is_excluded(self, filled: SearchIndex) -> None:
        assert ids(filled.similar("jams", exclude={PRINTER.topic_id})) == [TOASTER.topic_id]

    def test_excluding_the_best_still_finds_the_rest(self, index: SearchIndex) -> None:
        index.rebuild(document(n, "Crash on start") for n in range(1, 501))
        left = {7, 8, 9}
        assert set(ids(index.similar("crash", exclude=set(range(1, 501)) - left))) == left

    def test_ranks_only_the_topics_asked_for(self, filled: SearchIndex) -> None:
        found = filled.similar("jams paper invoice", among=[TOASTER.topic_id, INVOICE.topic_id])
        assert set(ids(found)) == {TOASTER.topic_id, INVOICE.topic_id}

    def test_returns_at_most_the_limit(self, index: SearchIndex) -> None:
        index.rebuild(document(n, "Crash on start") for n in range(1, 30))
        assert len(index.similar("crash")) == 5
        assert len(index.similar("crash", limit=7)) == 7

    def test_title_weighs_more_than_details(self, index: SearchIndex) -> None:
        in_title = document(1, "Battery", "It is about the charger and the lamp.")
        in_body = document(2, "Charger", "It is about the battery and the lamp.")
        index.rebuild([in_title, in_body])
        assert ids(index.similar("battery")) == [1, 2]

    # Trust and freshness

    @pytest.mark.parametrize(
        "better",
        [
            {"is_solved": True},
            {"has_accepted": True},
            {"has_official": True},
            {"helped_count": 12},
            {"expertise": 3},
        ],
    )
    def test_trusted_topic_comes_first(self, index: SearchIndex, better: dict[str, Any]) -> None:
        index.rebuild([document(1, "Crash on start"), document(2, "Crash on start", **better)])
        assert ids(index.similar("crash on start", at=NOW)) == [2, 1]

    def test_what_was_confirmed_lately_comes_first(self, index: SearchIndex) -> None:
        old = document(1, "Crash on start", confirmed_at=NOW - timedelta(days=900))
        index.rebuild([old, document(2, "Crash on start")])
        assert ids(index.similar("crash on start", at=NOW)) == [2, 1]

    def test_talk_makes_nothing_fresh(self, index: SearchIndex) -> None:
        week = NOW - timedelta(days=7)
        talked = document(1, "Crash on start", created_at=week, last_activity_at=NOW)
        index.rebuild([talked, document(2, "Crash on start", created_at=week)])
        first, second = index.similar("crash on start", at=NOW)
        assert first.score == second.score

    @pytest.mark.parametrize(
        "asker",
        [
            Asker(languages=frozenset({"de", "id"})),
            Asker(company_ids=frozenset({2, 7})),
            Asker(product_ids=frozenset({5})),
        ],
    )
    def test_what_is_for_the_asker_comes_first(self, index: SearchIndex, asker: Asker) -> None:
        index.rebuild(
            [
                document(1, "Crash on start", language="en", company_id=1, product_ids=(4,)),
                document(2, "Crash on start", language="id", company_id=2, product_ids=(5, 6)),
            ]
        )
        found = index.similar("crash on start", at=NOW, asker=asker)
        assert ids(found) == [2, 1]
        for match in found:
            told = index.explain("crash on start", match.topic_id, at=NOW, asker=asker)
            assert told is not None
            assert told.score == pytest.approx(match.score)
            assert told.signs == pytest.approx(match.signs)
            assert told.confidence == pytest.approx(match.confidence)
        alike = [match.score for match in index.similar("crash on start", at=NOW)]
        assert alike[0] == alike[1]

    def test_trust_does_not_lift_what_does_not_fit(self, index: SearchIndex) -> None:
        trusted = document(
            1, "Crash of the lamp", is_solved=True, has_accepted=True, helped_count=9999
        )
        index.rebuild([trusted, document(2, "Crash on start of the printer")])
        assert ids(index.similar("crash on start of the printer", at=NOW))[0] == 2

    def test_explains_its_score(self, filled: SearchIndex) -> None:
        match = filled.similar("printer jams ", at=NOW)[0]
        explained = filled.explain("printer jams ", match.topic_id, at=NOW)
        assert explained is not None
        assert explained.score == pytest.approx(match.score)
        assert explained.relevance == pytest.approx(sum(term.share for term in explained.terms))
        product = explained.relevance
        for factor in explained.factors.values():
            product *= factor
        assert product == pytest.approx(explained.score)
        assert {term.term for term in explained.terms} == {"printer", "jam"}
        assert filled.explain("printer", 999) is None

    # Languages and names

    def test_finds_chinese_without_spaces(self, index: SearchIndex) -> None:
        index.rebuild([document(1, "花呗额度怎么提高"), document(2, "如何关闭自动还款")])
        assert ids(index.similar("提高花呗额度")) == [1]
        assert ids(index.similar("还款"))[0] == 2

    def test_finds_indonesian_words(self, index: SearchIndex) -> None:
        index.rebuild([document(1, "Kenapa tagihan saya naik?"), document(2, "Ganti kata sandi")])
        assert ids(index.similar("tagihan naik")) == [1]

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ("I forgot the password of my account", 1),
            ("saya lupa sandi akun ini", 2),
            ("忘记了账户密码", 3),
            ("olvidé mis contraseñas y no puedo entrar", 4),
            ("şifremi değiştirmek istiyorum ama yapamıyorum", 5),
        ],
    )
    def test_a_question_finds_its_topic_among_other_languages(
        self, index: SearchIndex, asked: str, found: int
    ) -> None:
        index.rebuild(
            [
                document(1, "Forgotten account passwords", language="en"),
                document(2, "Bagaimana cara mengganti sandi yang terlupa?", language="id"),
                document(3, "账户密码忘记了怎么办", language="zh"),
                document(4, "He olvidado la contraseña", language="es"),
                document(5, "Şifre nereden değiştirilir?", language="tr"),
                document(6, "The printer jams", language="en"),
                document(7, "Cara mencetak tagihan", language="id"),
            ]
        )
        assert ids(index.similar(asked))[0] == found
        assert found in ids(index.search(asked).matches)

    def test_english_words_are_found_in_every_language(self, index: SearchIndex) -> None:
        index.rebuild(
            [
                document(1, "Sincronizar bookmarks entre dispositivos", language="es"),
                document(2, "Sinkronkan bookmarks saya", language="id"),
                document(3, "Sync my bookmarks", language="en"),
                document(4, "Sync my passwords", language="en"),
            ]
        )
        assert set(ids(index.similar("bookmarks "))) == {1, 2, 3}
        assert set(ids(index.search("bookmarks").matches)) == {1, 2, 3}
        assert set(ids(index.search("bookmarks", Filters(language="es")).matches)) == {1}

    def test_a_name_spread_over_languages_is_counted_in_all(self, index: SearchIndex) -> None:
        index.rebuild(
            [
                document(1, "Orange no funciona", language="es", company_id=2),
                document(2, "Orange is down", language="en"),
            ]
        )
        assert index.spread([("Orange", 2)]) == [Spread(everywhere=2, at_company=1)]

    @pytest.mark.parametrize(
        "asked",
        ["SEC_ERROR_UNKNOWN_ISSUER", "error 0x80070005 ", "57.0.7 ", "user.js ", "cafe"],
    )
    def test_finds_names_and_codes(self, index: SearchIndex, asked: str) -> None:
        named = "sec_error_unknown_issuer 0x80070005 57.0.7 user.js Café"
        index.rebuild([document(1, named), document(2, "Something else")])
        assert ids(index.similar(asked)) == [1]

    # Searching

    def test_search_counts_facets(self, filled: SearchIndex) -> None:
        results = filled.search("jams")
        assert set(ids(results.matches)) == {PRINTER.topic_id, TOASTER.topic_id}
        assert results.total == 2
        assert results.total_is_exact
        assert results.facets.companies == {1: 1, 2: 1}
        assert results.facets.kinds == {"problem": 2}

    def test_facet_ignores_its_own_filter(self, index: SearchIndex) -> None:
        index.rebuild(
            [
                document(1, "Crash", kind="problem", product_ids=(7,), has_official=True),
                document(2, "Crash", kind="idea", product_ids=(7, 8), tags=("start",)),
                document(3, "Crash", kind="idea", status="planned", has_accepted=True),
            ]
        )
        results = index.search("crash", Filters(kind="idea"))
        assert set(ids(results.matches)) == {2, 3}
        assert results.facets.kinds == {"idea": 2, "problem": 1}
        assert results.facets.products == {7: 1, 8: 1}
        assert results.facets.statuses == {"open": 1, "planned": 1}
        assert results.facets.tags == {"start": 1}
        assert (results.facets.official, results.facets.accepted) == (0, 1)

    @pytest.mark.parametrize(
        ("filters", "left"),
        [
            (Filters(company_id=2), {3}),
            (Filters(product_id=5), {2}),
            (Filters(kind="idea"), {2}),
            (Filters(status="solved"), {1}),
            (Filters(tag="paper"), {1}),
            (Filters(has_official=True), {1}),
            (Filters(has_accepted=True), {3}),
            (Filters(is_unanswered=True), {1, 2}),
            (Filters(language="id"), {2}),
            (Filters(language=NOT_SAID), {1, 3}),
            (Filters(language="id", is_unanswered=True), {2}),
            (Filters(kind="idea", status="solved"), set()),
        ],
    )
    @pytest.mark.parametrize("text", ["jams", ""])
    def test_search_narrows(
        self, index: SearchIndex, filters: Filters, left: set[int], text: str
    ) -> None:
        index.rebuild(
            [
                document(1, "Jams", status="solved", tags=("paper",), has_official=True),
                document(2, "Jams", kind="idea", product_ids=(4, 5), language="id"),
                document(3, "Jams", company_id=2, has_accepted=True, is_answered=True),
            ]
        )
        assert set(ids(index.search(text, filters).matches)) == left

    def test_languages_and_the_unanswered_are_counted(self, index: SearchIndex) -> None:
        index.rebuild(
            [
                document(1, "Jams", language="en", is_answered=True),
                document(2, "Jams", language="en"),
                document(3, "Jams"),
            ]
        )
        facets = index.search("jams", Filters(language="en")).facets
        assert facets.languages == {"en": 2, NOT_SAID: 1}
        assert facets.unanswered == 1

    @pytest.mark.parametrize(
        ("order", "first_to_last"),
        [
            (Order.NEWEST, [3, 2, 1]),
            (Order.ACTIVITY, [1, 3, 2]),
            (Order.ME_TOO, [2, 1, 3]),
        ],
    )
    @pytest.mark.parametrize(
        ("text", "company_id"), [("jams", None), ("jams", 1), ("", None), ("", 1)]
    )
    def test_search_puts_in_order(
        self,
        index: SearchIndex,
        order: Order,
        first_to_last: list[int],
        text: str,
        company_id: int | None,
    ) -> None:
        def asked(topic_id: int, days_ago: int, active_days_ago: int, me_toos: int) -> Document:
            return document(
                topic_id,
                "Jams",
                created_at=NOW - timedelta(days=days_ago),
                last_activity_at=NOW - timedelta(days=active_days_ago),
                me_too_count=me_toos,
            )

        index.rebuild([asked(1, 9, 1, 3), asked(2, 5, 5, 70_000)])
        index.put([asked(3, 4, 2, 3), document(4, "Something else", company_id=2)])
        found = index.search(text, Filters(company_id=company_id), order=order)
        assert [one for one in ids(found.matches) if one != 4] == first_to_last

    def test_best_first_is_the_order_if_nothing_is_said(self, index: SearchIndex) -> None:
        index.rebuild([document(1, "Lamp", "Battery."), document(2, "Battery")])
        assert ids(index.search("battery").matches) == [2, 1]
        assert ids(index.search("battery", order=Order.BEST).matches) == [2, 1]

    def test_search_for_nothing_lists_newest_first(self, index: SearchIndex) -> None:
        index.rebuild(
            document(n, f"Topic {n}", last_activity_at=NOW - timedelta(days=n)) for n in range(1, 9)
        )
        results = index.search("", limit=3, page=2)
        assert ids(results.matches) == [4, 5, 6]
        assert (results.total, results.page, results.page_count) == (8, 2, 3)

    def test_newest_first_whenever_it_came_in(self, index: SearchIndex) -> None:
        def active(topic_id: int, days_ago: int) -> Document:
            return document(topic_id, "Crash", last_activity_at=NOW - timedelta(days=days_ago))

        index.rebuild(active(n, days_ago=2 * n) for n in range(1, 31))
        index.update(put=[active(31, days_ago=9), active(32, days_ago=21)], remove=[4])

        found = ids(index.search("", limit=40).matches)
        assert found == [1, 2, 3, 31, 5, 6, 7, 8, 9, 10, 32, *range(11, 31)]

    def test_pages_hold_every_hit_once(self, index: SearchIndex) -> None:
        index.rebuild(document(n, "Crash on start", "crash " * (n % 7)) for n in range(1, 451))
        pages = [index.search("crash", page=page, limit=50) for page in range(1, 11)]
        assert pages[0].page_count == 9
        found = [match.topic_id for results in pages for match in results.matches]
        assert sorted(found) == list(range(1, 451))
        assert pages[-1].matches == ()

    def test_slips_are_mended_in_words_that_no_topic_holds(self, filled: SearchIndex) -> None:
        assert filled.mended("Pritner jams") == "printer jams"
        assert filled.mended("printers jammed") == "printers jammed"

    def test_search_offers_a_correction(self, filled: SearchIndex) -> None:
        assert filled.search("pritner jams").correction == "printer jams"
        assert filled.search("printer jams").correction == ""

    # Changing

    def test_put_replaces(self, filled: SearchIndex) -> None:
        filled.put([replace(PRINTER, title="Scanner hums", body="")])
        assert filled.count() == 3
        assert filled.similar("crumpled paper") == []
        assert ids(filled.similar("scanner hums")) == [PRINTER.topic_id]

    def test_removed_is_not_found(self, filled: SearchIndex) -> None:
        filled.remove([PRINTER.topic_id, 999])
        assert filled.count() == 2
        assert ids(filled.similar("jams")) == [TOASTER.topic_id]
        assert ids(filled.search("jams").matches) == [TOASTER.topic_id]
        assert filled.explain("jams", PRINTER.topic_id) is None

    def test_update_is_one_change(self, filled: SearchIndex) -> None:
        filled.update(
            put=[document(4, "First"), document(4, "Second"), document(5, "Third")],
            remove=[5, INVOICE.topic_id],
        )
        assert filled.ids() == {1, 3, 4}
        assert ids(filled.similar("second")) == [4]

    def test_fingerprint_changes_with_the_content(self, filled: SearchIndex) -> None:
        assert filled.fingerprints() == {d.topic_id: d.fingerprint() for d in EVERYTHING}
        solved = replace(PRINTER, is_solved=True)
        filled.put([solved])
        assert filled.fingerprints()[PRINTER.topic_id] == solved.fingerprint()
        assert solved.fingerprint() != PRINTER.fingerprint()

    def test_rebuild_replaces_everything(self, filled: SearchIndex) -> None:
        assert filled.rebuild([TOASTER]) == 1
        assert filled.ids() == {TOASTER.topic_id}

    def test_failed_rebuild_leaves_the_live_index(self, filled: SearchIndex) -> None:
        def documents() -> object:
            yield TOASTER
            raise OSError("the database went away")

        with pytest.raises(OSError, match="went away"):
            filled.rebuild(documents())  # type: ignore[arg-type]
        assert filled.ids() == {1, 2, 3}
        filled.put([document(4, "Written after the failure")])
        assert filled.count() == 4

    @settings(
        max_examples=25,
        deadline=None,
        # The suite is inherited: one test, run by every engine.
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.differing_executors,
        ],
    )
    @given(
        batches=st.lists(
            st.tuples(
                st.dictionaries(
                    st.integers(1, 12), st.sampled_from(["apple", "pear", "plum"]), max_size=6
                ),
                st.sets(st.integers(1, 12), max_size=4),
            ),
            max_size=12,
        )
    )
    def test_any_updates_equal_a_dict(
        self, index: SearchIndex, batches: list[tuple[dict[int, str], set[int]]]
    ) -> None:
        index.rebuild([])
        expected: dict[int, str] = {}
        for put, remove in batches:
            index.update(put=[document(n, title) for n, title in put.items()], remove=remove)
            expected |= put
            expected = {n: title for n, title in expected.items() if n not in remove}
        assert index.count() == len(expected)
        assert index.ids() == set(expected)
        for fruit in ("apple", "pear", "plum"):
            found = index.similar(fruit + " ", limit=20)
            assert set(ids(found)) == {n for n, title in expected.items() if title == fruit}
