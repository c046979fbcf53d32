"""What can be seen in a post before anything was learnt: planted spam, and what is none."""

import pytest

from community.moderation import spam
from community.moderation.spam import Seen, Sign, Text, Writer

MEMBER = Writer(days=400, standing=12, last_hour=0)
STRANGER = Writer(days=400, standing=2, last_hour=0)


def signs(title: str, body: str = "") -> frozenset[Sign]:
    return spam.signs_of(Text(title, body), MEMBER, Seen())


@pytest.mark.parametrize(
    "text",
    [
        "Rupee Loan App customer care helpline number 9876543210",
        "How do I speak to someone? 1 – 8 6 6 – 5 5 5 – 0 1 9 7 call now",
        "Contact us on +91)-98=76_54/3210",
        "Whatsapp15550109977 for documents",
        "कस्टमर केयर नंबर 98765 43210",
        "客服电话 13800138000",
        "Hubungi layanan kami di 0812-5550-1234",
        "customer care (❾❽❼❻❺❹❸❷❶⓿)",
    ],
)
def test_number_to_call(text: str) -> None:
    assert Sign.NUMBER_TO_CALL in signs("", text)


def test_a_number_counts_once() -> None:
    assert signs("Call support: 1-888-555-0197") == {Sign.CALL_IN_TITLE}


def test_names_and_tags_are_seen() -> None:
    def of(*names: str) -> frozenset[Sign]:
        return spam.signs_of(Text("How to pay", "What is the way?", names), MEMBER, Seen())

    assert of("call-1-888-555-0197") == {Sign.CALL_IN_NAME}
    assert of("Acme", "Call Acme Helpline +1-888-555-0197") == {Sign.CALL_IN_NAME}
    assert of("𝓒𝓪𝓵𝓵 𝓾𝓼") == {Sign.DISGUISED_LETTERS}
    assert of("www.example.com") == {Sign.LINK_IN_TITLE}
    assert of("printer", "windows-11-23h2", "Acme", "7-Eleven", "118 118") == frozenset()


def test_what_a_number_counts_is_told_by_the_word_before_it() -> None:
    assert signs("Call me about order 4471120099317, or nothing happens") == frozenset()
    assert signs("About order 4471120099317 call 1-888-555-0197") == {Sign.CALL_IN_TITLE}
    assert signs("Call me about ticket 1-888-555-0197") == {Sign.CALL_IN_TITLE}  # toll-free


def test_a_complaint_does_not_hide_an_invitation() -> None:
    assert signs("Nobody answers? Call us now: 0800 555 01 99") == {Sign.CALL_IN_TITLE}
    assert signs("Nobody answers at the hotline 0800 555 01 99") == frozenset()


def test_a_code_that_is_refused_is_none_to_redeem() -> None:
    assert signs("Coupon code WELCOME10X is refused") == frozenset()


def test_long_here() -> None:
    for writer, is_long_here in (
        (Writer(30, 24, 0), True),
        (Writer(29, 24, 0), False),
        (Writer(30, 23, 0), False),
        (Writer(30, 24, 0, removed=1), False),
    ):
        found = spam.signs_of(Text("a", "b"), writer, Seen())
        assert found == ({Sign.LONG_HERE} if is_long_here else set())


@pytest.mark.parametrize(
    "text",
    [
        "Since version 131.0.2 build 20241010125056 it crashes",
        "Error 0x80070005 at 2024-10-02 12:30:11.123456",
        "My order 4471120099317 never came and nobody answers",
        "It costs 1,299.00, I paid 1299.00 on 2024-10-02",
        "I tried 192.168.100.200 and 10.0.0.1",
    ],
)
def test_other_numbers_are_none(text: str) -> None:
    found = signs("", text)
    assert Sign.NUMBER_TO_CALL not in found
    assert Sign.DISGUISED_NUMBER not in found


@pytest.mark.parametrize(
    "text", ["call ❾❽❼❻❺❹❸❷❶⓿", "call 9674OOI223", "call 98_76_54_32_10", "helpline 𝟗𝟖𝟕𝟔𝟓𝟒𝟑𝟐𝟏𝟎"]
)
def test_disguised_number(text: str) -> None:
    assert Sign.DISGUISED_NUMBER in signs("", text)


@pytest.mark.parametrize(
    "text", ["𝓗𝓸𝔀 𝓓𝓸 𝓘 𝓬𝓪𝓵𝓵", "Cc Credit ʟᴏᴀɴ ᴀᴘᴘ", "C U S T O M E R care", "cаll suppоrt nоw"]
)
def test_disguised_letters(text: str) -> None:
    assert Sign.DISGUISED_LETTERS in signs(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ünïcode im Tätigkeitsbericht",
        "मेरा प्रिंटर काम नहीं कर रहा",
        "Привет, Firefox не работает",
        "打印机不工作了，怎么办？",
        "Fläche in m², a² + b² = c²",
        "naïve café, Đà Nẵng, Ελλάδα",
    ],
)
def test_every_language_is_plain(text: str) -> None:
    assert signs(text, text) == frozenset()


def test_decorated_title() -> None:
    assert Sign.DECORATED in signs("☎️//💯//🌀 call me")
    assert Sign.DECORATED in signs("{{**HELP🔜}} refund ((FAST))")
    assert Sign.DECORATED not in signs("Crash :-( please help!!! [solved]")
    assert Sign.DECORATED not in signs("about:config (browser.tabs.*) has no effect")


def test_code_to_redeem() -> None:
    assert Sign.CODE_TO_REDEEM in signs("Get $100 off with coupon code {abc934948}")
    assert Sign.CODE_TO_REDEEM not in signs("Error code 0x80070005 after the update")
    assert Sign.CODE_TO_REDEEM not in signs("My coupon does not work at the till")


def test_links() -> None:
    many = "https://a.example https://b.example www.c.example"
    assert signs("https://a.example", many) == {Sign.LINK_IN_TITLE, Sign.MANY_LINKS}
    assert signs("It crashes", "see https://a.example and https://b.example") == frozenset()


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (Seen(), set()),
        (Seen(by_author=1), {Sign.REPEATED_BY_AUTHOR}),
        (Seen(by_others=2), {Sign.REPEATED_BY_OTHERS}),
        (Seen(by_author=2, by_others=1), {Sign.REPEATED_OFTEN}),
        (Seen(by_others=1, spam=1), {Sign.REPEATED_BY_OTHERS, Sign.LIKE_SPAM}),
    ],
)
def test_repetition(seen: Seen, expected: set[Sign]) -> None:
    assert spam.signs_of(Text("a", "b"), STRANGER, seen) == expected


def test_who_has_taken_part_before_may_answer_many_in_the_same_words() -> None:
    helper = Writer(days=400, standing=3, last_hour=30)
    assert spam.signs_of(Text("", "Try this."), helper, Seen(by_author=30)) == frozenset()
    copied = spam.signs_of(Text("", "Try this."), helper, Seen(by_author=1, by_others=1))
    assert copied == {Sign.REPEATED_BY_OTHERS}


@pytest.mark.parametrize(
    ("writer", "expected"),
    [
        (Writer(0, 0, 0), {Sign.NEW_WRITER}),
        (Writer(0, 1, 0), set()),
        (Writer(30, 0, 2), set()),
        (Writer(30, 2, 3), {Sign.MANY_AT_ONCE}),
    ],
)
def test_writer(writer: Writer, expected: set[Sign]) -> None:
    assert spam.signs_of(Text("a", "b"), writer, Seen()) == expected


def test_near_same_texts() -> None:
    first = (
        "Sunrise loan app customer care helpline number 9876543210 call now, all problems solved"
    )
    again = "SUNRISE  Loan App CUSTOMER care helpline number (❾❽❼❻❺) call now!! all problem solved"
    other = "After the update my printer prints empty pages, although the ink is new and it is on"
    assert spam.is_near(spam.fingerprint(first), spam.fingerprint(again))
    assert not spam.is_near(spam.fingerprint(first), spam.fingerprint(other))


def test_short_texts_are_like_no_other() -> None:
    assert spam.fingerprint("Firefox keeps crashing") is None
    assert not spam.is_near(None, None)


def test_fingerprint_fits_a_column() -> None:
    for number in range(200):
        found = spam.fingerprint(
            f"this is quite a long text to be read, {'and more of it ' * number}, the end"
        )
        assert found is not None
        assert -(2**63) <= found < 2**63
