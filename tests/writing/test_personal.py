"""What is told of as personal, what is not, and what is left after masking."""

import json
import os
import time
from gzip import open as open_gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community.writing import personal
from community.writing.personal import Kind

DATA = Path(os.environ.get("COMMUNITY_TEST_DATA_DIR", ""))
SOON = 3.0  # seconds of the processor; the worst takes a quarter of one


def found(text: str) -> list[tuple[str, str]]:
    return [(one.kind.value, one.text) for one in personal.find(text)]


@pytest.mark.parametrize(
    ("text", "kind", "masked"),
    [
        ("me: mira.k@mail-box.org.", Kind.EMAIL, "me: m•••@mail-box.org."),
        ("(jürgen+shop@müller.de)", Kind.EMAIL, "(j•••@müller.de)"),
        ("It is 4242 4242 4242 4242.", Kind.CARD, "It is •••• •••• •••• 4242."),
        ("5555-5555-5555-4444", Kind.CARD, "••••-••••-••••-4444"),
        ("amex 378282246310005", Kind.CARD, "amex •••••••••••0005"),
        (
            "IBAN DE89 3704 0044 0532 0130 00 PLEASE",
            Kind.ACCOUNT,
            "IBAN DE•• •••• •••• •••• •••• •• PLEASE",
        ),
        ("GB82WEST12345698765432", Kind.ACCOUNT, "GB••••••••••••••••••••"),
        ("IMEI: 49-015420-323751-8", Kind.DEVICE, "IMEI: 49-015420-••••••-•"),
        ("its MAC is A4:5E:60:12:34:56", Kind.DEVICE, "its MAC is A4:5E:60:••:••:••"),
        ("my IP address is 81.2.69.142", Kind.NETWORK, "my IP address is 81.•••.•••.•••"),
        ("Your IP: 2600:4041:59b2:8c00:c9fa:28ce:b4cb:4bfc", Kind.NETWORK, "Your IP: 2600:••••"),
        ("order no. 4481-2291", Kind.NUMBER, "order no. [removed]"),
        ("My order number is: #23012630, ok?", Kind.NUMBER, "My order number is: #[removed], ok?"),
        ("S/N: XK29-11882A", Kind.NUMBER, "S/N: [removed]"),
        ("serial number C02XK1JHJG5H", Kind.NUMBER, "serial number [removed]"),
        ("product key ABCDE-12345-FGHIJ-67890", Kind.NUMBER, "product key [removed]"),
        ("nomor pesanan: INV/20240101/MPL/12", Kind.NUMBER, "nomor pesanan: [removed]"),
        ("No. resi JP1234567890 belum tiba", Kind.NUMBER, "No. resi [removed] belum tiba"),
        ("nomor rekening saya 1234567890", Kind.NUMBER, "nomor rekening saya [removed]"),
        ("我的订单号是 2024889912345", Kind.NUMBER, "我的订单号是 [removed]"),
        ("序列号：SN20240088", Kind.NUMBER, "序列号：[removed]"),
        ("身份证 11010519491231002X", Kind.NUMBER, "身份证 [removed]"),
        ("+49 171 2345678", Kind.PHONE, "+49 ••• •••••78"),
        ("call me at (415) 555-2671", Kind.PHONE, "call me at (•••) •••-••71"),
        ("415-555-2671 any time", Kind.PHONE, "•••-•••-••71 any time"),
        ("WA 081234567890", Kind.PHONE, "WA ••••••••••90"),
        ("电话13812345678", Kind.PHONE, "电话•••••••••78"),
        ("请回复 138 1234 5678", Kind.PHONE, "请回复 ••• •••• ••78"),
        ("My mobile is 07400 123456", Kind.PHONE, "My mobile is ••••• ••••56"),
    ],
)
def test_is_found_and_masked(text: str, kind: Kind, masked: str) -> None:
    findings = personal.find(text)

    assert [one.kind for one in findings] == [kind]
    assert text[findings[0].start : findings[0].end] == findings[0].text
    assert personal.mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "Write to support@acme.com or noreply@acme.com.",
        "like name@example.org or mira@shop.example",
        "git@github.com:acme/router.git, https://mira@host.de/x, logo@2x.png, react@18.2.0",
        "@mira and @mira12345678901234567",
        "see https://help.acme.com/order/4481229?phone=4155552671&mail=a@b.de",
        "Firefox 115.0.5790.170, version 3.6.28.1, build 20240102-101112",
        "on 2024-01-02 at 10:11:12, or 02/01/2024 10.11",
        "Error 0x80070005, code 3221225781, event 1001",
        "It costs $1,299.00 or 1.299,00 € or Rp 12.500.000",
        "1920 x 1080, 3840×2160, 2400-2483 MHz, 192.168.1.1, 8.8.8.8",
        "my IP is 192.168.178.20, IP address: 8.8.8.8",
        "model WH-1000XM4, part 9204-0001, RTX 4090, order now, order 2 of 3",
        "account settings, serial port 9600, customer service 24/7",
        "freephone 1-800-275-2273 or 0800 123 4567",
        "4242 4242 4242 4241 and 1234 5678 9012 3456",
        "DE00 3704 0044 0532 0130 00",
        "mac 00:00:00:00:00:00 and at 12:34:56:78:90",
        "commit da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "client id DCD4181DF593497F84B234A5D892A00E",
        "ISBN 978-3-16-148410-0, p. 173–192 (1977), Zbl 0374.46055",
        "order number 2024, invoice no. 12, serial number unknown",
        "订单号在哪里？版本号 115.0.2，2024年1月2日",
    ],
)
def test_is_left_alone(text: str) -> None:
    assert found(text) == []


def test_addresses_of_the_site_itself_are_nobodys() -> None:
    text = "from hans.dampf@ground.org"

    assert personal.find(text, own_hosts={"ground.org"}) == ()
    assert len(personal.find(text)) == 1


def test_several_are_in_order_and_do_not_overlap() -> None:
    text = "order no. 4242424242424242, a@b.de, +49 171 2345678, a@b.de"

    findings = personal.find(text)

    assert [one.kind for one in findings] == [Kind.CARD, Kind.EMAIL, Kind.PHONE, Kind.EMAIL]
    assert personal.mask(text, findings[1:2]) == text.replace("a@b.de", "a•••@b.de", 1)


_PIECES = st.sampled_from(
    [
        *("mira@mail.de", "4242424242424242", "+49 171 2345678", "order no. ", "S/N ", "IMEI "),
        *(
            "49-015420-323751-8",
            "DE89370400440532013000",
            "81.2.69.142",
            "my ip ",
            "订单号",
            "call ",
        ),
        *(
            "a4:5e:60:12:34:56",
            "2024-01-02",
            "0",
            "1",
            "-",
            " ",
            "\n",
            "@",
            ".",
            "(",
            "+",
            "http://",
            "é",
        ),
    ]
)


@settings(deadline=None, max_examples=300)
@given(st.lists(_PIECES | st.text(max_size=6), max_size=12).map("".join))
def test_positions_are_true_and_nothing_is_left_to_mask(text: str) -> None:
    findings = personal.find(text)

    end = 0
    for one in findings:
        assert end <= one.start < one.end
        assert text[one.start : one.end] == one.text
        assert one.masked != one.text
        end = one.end
    masked = personal.mask(text)
    for one in findings:
        if one.text not in text[: one.start] + text[one.end :]:
            assert one.text not in masked


@pytest.mark.parametrize(
    "piece",
    [
        *("1", "1 ", "1-", "(1", "+1", "0", "0 ", "a@", "a.", "@a.", "a@b.", "order no ", "S/N ", "DE1"),
        *("IMEI ", "00:", "ip ", "ip 1.", "http://", "call 0812-3456-7890 ", "4242 ", "订单号", "é@", "A1 "),
        *("my ip a:", "order no. " * 3 + "x", "+49 171 2345678 ", "a1:", "nomor pesanan "),
    ],
)  # fmt: skip
def test_the_longest_text_is_looked_at_soon(piece: str) -> None:
    text = (piece * 50_000)[:50_000]

    start = time.process_time()
    personal.find(text)
    assert time.process_time() - start < SOON


def test_real_support_texts_raise_few_warnings() -> None:
    file = DATA / "threads" / "sumo_threads.jsonl.gz"
    if not DATA.name or not file.exists():
        pytest.skip("COMMUNITY_TEST_DATA_DIR names no folder with threads/sumo_threads.jsonl.gz.")
    texts = []
    with open_gzip(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            topic = json.loads(line)
            texts += [topic["title"] + "\n" + topic["body"], *(a["body"] for a in topic["answers"])]

    warned = sum(bool(personal.find(text)) for text in texts)

    # Their own addresses and numbers are masked, so nearly every warning would be a wrong one.
    assert len(texts) > 40_000
    assert warned / len(texts) < 1 / 5_000
