"""Weighing signs and words: known values, limits, and explanations that add up."""

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.moderation import spam
from community.moderation.spam import Counts, Learnt, Outcome, Sign, Text, judging
from community.moderation.spam.learning import LANGUAGE, key_of, words_of
from tests.moderation.spam_texts import COMPLAINTS, SCAMS

NOTHING = Learnt({})
PLAIN = Text("My printer jams", "It began yesterday, on the second page.")


def learnt(**words: tuple[int, int]) -> Learnt:
    counts = {key_of(word): Counts(*count) for word, count in words.items()}
    return Learnt({spam.ALL: Counts(100, 400), f"{LANGUAGE}en": Counts(50, 400), **counts})


def test_nothing_learnt_and_nothing_seen_is_the_prior() -> None:
    judgement = spam.judge(PLAIN, [], NOTHING, language="en")
    assert judgement.score == pytest.approx(judging.PRIOR)
    assert judgement.outcome is Outcome.SHOWN


def test_one_sign_before_anything_was_learnt_weighs_what_was_expected() -> None:
    judgement = spam.judge(PLAIN, [Sign.NUMBER_TO_CALL], NOTHING, language="en")
    (part,) = (part for part in judgement.parts if part.name == "number_to_call")
    assert part.weight == pytest.approx(math.log(0.5 / 0.012))


def test_learning_overtakes_what_was_expected() -> None:
    """A sign that a thousand honest posts had weighs nothing any more."""
    counts = {spam.ALL: Counts(1_000, 1_000), "*number_to_call": Counts(900, 900)}
    judgement = spam.judge(PLAIN, [Sign.NUMBER_TO_CALL], Learnt(counts), language="en")
    weight = {part.name: part.weight for part in judgement.parts}["number_to_call"]
    assert abs(weight) < 0.05


def test_no_single_sign_holds_a_post_by_itself() -> None:
    for sign in Sign:
        judgement = spam.judge(PLAIN, [sign], NOTHING, language="en")
        assert judgement.outcome is not Outcome.HELD, sign


@pytest.mark.parametrize("writer", [spam.Writer(0, 0, 0), spam.Writer(2_000, 500, 0)])
def test_no_complaint_with_a_number_is_held(writer: spam.Writer) -> None:
    outcomes = Counter(outcome_of(*words, writer) for words in COMPLAINTS)
    assert len(COMPLAINTS) >= 60
    assert outcomes[Outcome.HELD] == 0
    assert outcomes[Outcome.LOOKED_AT] <= 3


def test_every_scam_with_a_number_is_at_least_looked_at() -> None:
    shown = [words for words in SCAMS if outcome_of(*words, spam.Writer(0, 0, 0)) is Outcome.SHOWN]
    assert len(SCAMS) >= 60
    assert shown == []


def outcome_of(title: str, body: str, writer: spam.Writer) -> Outcome:
    """Return what a site that has learnt nothing does with a post."""
    text = Text(title, body)
    signs = spam.signs_of(text, writer, spam.Seen())
    return spam.judge(text, signs, NOTHING, language=None).outcome


def test_one_sign_holds_nothing_however_much_it_has_come_to_weigh() -> None:
    counts = {spam.ALL: Counts(1_000, 20_000), "*call_in_title": Counts(900, 2)}
    signs = [Sign.CALL_IN_TITLE, Sign.NEW_WRITER]
    one = spam.judge(PLAIN, signs, Learnt(counts), language="en")
    assert one.score > judging.HOLD_FROM
    assert one.outcome is Outcome.LOOKED_AT
    two = spam.judge(PLAIN, [*signs, Sign.REPEATED_BY_OTHERS], Learnt(counts), language="en")
    assert two.outcome is Outcome.HELD


def test_plain_words_are_looked_at_whatever_was_copied_of_them() -> None:
    signs = [Sign.LIKE_SPAM, Sign.REPEATED_OFTEN, Sign.MANY_AT_ONCE, Sign.NEW_WRITER]
    judgement = spam.judge(PLAIN, signs, NOTHING, language="en")
    assert judgement.score > judging.HOLD_FROM
    assert judgement.outcome is Outcome.LOOKED_AT


def test_flood_is_held_before_anything_was_learnt() -> None:
    text = Text("☎️// Loan app customer care number (❾❽❼❻❺❹❸❷❶⓿) //💯", "call")
    signs = spam.signs_of(text, spam.Writer(0, 0, 0), spam.Seen())
    assert spam.judge(text, signs, NOTHING, language="").outcome is Outcome.HELD


def test_words_by_robinson_and_fisher() -> None:
    """Worked by hand: S = 100, H = 400, "casino" in 9 spam posts, "printer" in 36 honest ones."""
    found = learnt(casino=(9, 0), printer=(0, 36))
    casino = (0.5 + 9 * 1.0) / 10
    printer = 0.5 / 37
    for text, rates in (
        (Text("", "casino"), [casino]),
        (Text("", "printer"), [printer]),
        (Text("", "casino printer"), [casino, printer]),
    ):
        spamminess = _chi2(-2 * sum(map(math.log, rates)), 2 * len(rates))
        hamminess = _chi2(-2 * sum(math.log(1 - rate) for rate in rates), 2 * len(rates))
        indicator = (1 + spamminess - hamminess) / 2
        part = spam.judge(text, [], found, language="en").parts[-1]
        assert part.name == "words"
        assert part.weight == pytest.approx(math.log(indicator / (1 - indicator)))


def _chi2(value: float, degrees: int) -> float:
    """Return the survival function of chi squared by its series, for even degrees of freedom."""
    half = value / 2
    return sum(
        math.exp(-half + step * math.log(half) - math.lgamma(step + 1))
        for step in range(degrees // 2)
    )


def test_few_posts_learnt_say_nothing() -> None:
    few = Learnt({spam.ALL: Counts(19, 4_000), key_of("casino"): Counts(19, 0)})
    judgement = spam.judge(Text("", "casino"), [], few, language="en")
    assert judgement.score == pytest.approx(judging.PRIOR)


def test_words_of_a_language_that_only_spam_was_in_do_not_count_against_it() -> None:
    """Or the first honest post in a language would be held for being in it."""
    counts = {**learnt().counts, key_of("कैसे"): Counts(90, 0), key_of("करें"): Counts(90, 0)}
    text = Text("कैसे करें", "कैसे करें")
    unknown = spam.judge(text, [], Learnt(counts), language="hi")
    assert unknown.score == pytest.approx(judging.PRIOR)
    known = {**counts, f"{LANGUAGE}hi": Counts(90, 20)}
    assert spam.judge(text, [], Learnt(known), language="hi").score > 0.5


def test_what_reads_like_others_is_looked_at_and_not_held() -> None:
    honest = learnt(printer=(0, 300), ink=(0, 300), paper=(0, 300))
    text = Text("printer ink paper", "customer service 9876543210")
    signs = [Sign.NUMBER_TO_CALL, Sign.CALL_IN_TITLE, Sign.REPEATED_OFTEN, Sign.MANY_AT_ONCE]
    assert spam.judge(text, signs, honest, language="en").outcome is Outcome.LOOKED_AT


def test_explanation_adds_up_to_the_score() -> None:
    found = learnt(casino=(9, 0), printer=(0, 36))
    judgement = spam.judge(Text("casino", "printer"), list(Sign), found, language="en")
    total = sum(part.weight for part in judgement.parts)
    assert judgement.score == pytest.approx(1 / (1 + math.exp(-total)))


def test_explanation_names_the_words_that_told() -> None:
    found = learnt(casino=(90, 0), bonus=(90, 0), printer=(0, 3))
    part = spam.judge(Text("casino bonus", "printer"), [], found, language="en").parts[-1]
    assert set(part.words) == {"casino", "bonus"}


def test_words_in_disguise_are_the_same_words() -> None:
    assert words_of(Text("𝓒𝓪𝓼𝓲𝓷𝓸", "")) == words_of(Text("casino", "")) == ["casino"]


@given(
    title=st.text(max_size=80),
    body=st.text(max_size=400),
    counts=st.dictionaries(
        st.text(min_size=1, max_size=8),
        st.builds(Counts, st.integers(0, 10**6), st.integers(0, 10**6)),
        max_size=20,
    ),
    everything=st.builds(Counts, st.integers(0, 10**7), st.integers(0, 10**7)),
)
def test_any_text_has_a_score(
    title: str, body: str, counts: dict[str, Counts], everything: Counts
) -> None:
    text = Text(title, body)
    signs = spam.signs_of(text, spam.Writer(0, 0, 0), spam.Seen())
    known = {key_of(word): counts[word] for word in words_of(text) if word in counts}
    known |= {spam.ALL: everything, f"{LANGUAGE}": everything}
    judgement = spam.judge(text, signs, Learnt(known), language="")
    assert 0 <= judgement.score <= 1
    spam.fingerprint(text.whole)
