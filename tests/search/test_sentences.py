import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.search import sentences


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences.spans(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Restart it. Then wait!", ["Restart it.", "Then wait!"]),
        ("Version 5.2 is out. Get it.", ["Version 5.2 is out.", "Get it."]),
        ("Open user.js and edit it. Done.", ["Open user.js and edit it.", "Done."]),
        ("Ask Dr. Smith. He knows.", ["Ask Dr. Smith.", "He knows."]),
        ("Use a tool, e.g. Wireshark. Look.", ["Use a tool, e.g. Wireshark.", "Look."]),
        ("Wait ... what? Yes.", ["Wait ... what?", "Yes."]),
        ("So do I. Then it went.", ["So do I.", "Then it went."]),
        ("See fig. 3. It says no. Try.", ["See fig. 3.", "It says no.", "Try."]),
        ("1. Press it. 2. Wait", ["1. Press it.", "2. Wait"]),
        ("He said “stop.” Then it did.", ["He said “stop.”", "Then it did."]),
        ("z. B. der Drucker. Siehe Nr. 5. Ende.", ["z. B. der Drucker.", "Siehe Nr. 5.", "Ende."]),
        ("¿Funciona? Sí. Gracias.", ["¿Funciona?", "Sí.", "Gracias."]),
        (
            "打开设置。点击“重置”。然后重启！好吗？是的",
            ["打开设置。", "点击“重置”。", "然后重启！", "好吗？", "是的"],
        ),
        ("他说：“好。”然后走了。", ["他说：“好。”", "然后走了。"]),
        ("हाँ। ठीक है।", ["हाँ।", "ठीक है।"]),
        ("هل يعمل؟ نعم.", ["هل يعمل؟", "نعم."]),
        ("Coba lagi. Kalau gagal, hubungi kami.", ["Coba lagi.", "Kalau gagal, hubungi kami."]),
        ("First line\nSecond line", ["First line", "Second line"]),
        ("a line that was\nbroken by hand", ["a line that was\nbroken by hand"]),
        ("  spaces around.  ", ["spaces around."]),
        ("", []),
        (" \n ", []),
    ],
)
def test_a_text_is_cut_where_its_sentences_end(text: str, expected: list[str]) -> None:
    assert split(text) == expected


@given(
    st.text(alphabet=st.sampled_from("aB1 .!?\n。？“”\"'…eg,"), max_size=80) | st.text(max_size=80)
)
def test_nothing_but_space_is_lost(text: str) -> None:
    joined = "".join("".join(sentence.split()) for sentence in split(text))
    assert joined == "".join(text.split())


@pytest.mark.parametrize("sentence", ["Which version?", "哪个版本？", "أي إصدار؟", "“Why?”"])
def test_a_question_ends_with_its_mark(sentence: str) -> None:
    assert sentences.is_question(sentence)
    assert not sentences.is_question("Is it? No.")
