from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community.core import markup
from community.core.blocks import Kind, blocks
from community.search import passages
from community.search.passages import LENGTH, Question, Reply

FILLER = "Many thanks for writing to us about this today, it is much appreciated. " * 6
SCAN = "Turn off the nightly channel scan under Wi-Fi."


def reply(text: str) -> Reply:
    return Reply(markup.render(text))


def shown(text: str, question: str = "", *, length: int = LENGTH) -> str:
    return reply(text).passage(Question(question), length=length).text


def test_a_short_reply_is_shown_whole() -> None:
    assert shown(SCAN, "router drops") == SCAN


def test_the_passage_is_the_one_about_the_question() -> None:
    text = f"{FILLER}\n\n{SCAN}\n\n{FILLER}"
    assert SCAN in shown(text, "router scans channels nightly")
    assert SCAN not in shown(text, "thanks for writing")


def test_without_a_question_it_is_the_beginning() -> None:
    passage = shown(f"{SCAN} {FILLER}")
    assert passage.startswith(SCAN)
    assert passage.endswith("appreciated. …")
    assert len(passage) <= LENGTH


def test_what_was_left_out_is_marked_on_its_side() -> None:
    text = f"{FILLER}\n\n{SCAN}"
    assert shown(text, "nightly channel scan").startswith("… ")
    assert not shown(text, "nightly channel scan").endswith("…")


def test_the_question_weighs_more_than_its_details() -> None:
    text = f"The light blinks. {FILLER} The battery leaks."
    question = Question("battery leaks", "the light blinks")
    assert "battery leaks" in reply(text).passage(question).text
    assert "light blinks" in reply(text).passage(Question(body="the light blinks")).text


def test_steps_keep_their_numbers() -> None:
    assert shown("Do this:\n\n1. Unplug it.\n2. Wait.") == "Do this:\n1. Unplug it.\n2. Wait."


def test_what_only_announces_ends_no_passage() -> None:
    text = f"Unplug the router. Then do this:\n\n{'x' * 70}"
    assert shown(text, "router", length=60) == "Unplug the router. …"


def test_code_is_whole_or_left_out() -> None:
    code = "\n".join(f"option_{number} = {number}" for number in range(40))
    text = f"Write this into the file.\n\n```\n{code}\n```\n\nThen restart the daemon."
    assert shown(text, "which file") == "Write this into the file. …"
    assert shown(text, "daemon") == "… Then restart the daemon."
    parts = reply("Run it:\n\n```\na = 1\n  b\n```").passage(Question()).parts
    assert [(part.kind, part.text) for part in parts] == [
        (Kind.TEXT, "Run it:"),
        (Kind.CODE, "a = 1\n  b"),
    ]


def test_words_of_others_are_no_answer_unless_there_are_no_others() -> None:
    assert shown("> Does the router drop?\n\nNo.", "router drop") == "No."
    assert shown("> Turn it off.") == "Turn it off."


def test_chinese_sentences_are_whole() -> None:
    text = "感谢您的来信。" * 70 + "请在设置里关闭夜间扫描。" + "祝您生活愉快。" * 70
    passage = shown(text, "怎么关闭夜间扫描")
    assert "请在设置里关闭夜间扫描。" in passage
    assert passage.strip("… ").endswith("。")
    assert len(passage) <= LENGTH


def test_a_sentence_that_is_too_long_is_cut_at_a_word() -> None:
    passage = shown("word " * 200)
    assert passage == "word " * ((len(passage) - 2) // 5) + "word …"
    assert LENGTH / 2 < len(passage) <= LENGTH


def test_code_that_is_too_long_is_cut_at_a_line_where_there_is_nothing_else() -> None:
    code = "\n".join(f"option_{number} = {number}" for number in range(60))
    passage = shown(f"```\n{code}\n```")
    assert code.startswith(passage.removesuffix("\n…") + "\n")
    assert len(passage) <= LENGTH


def test_nothing_gives_nothing() -> None:
    assert shown("") == ""
    assert Reply("<p></p>").fit(Question("router"), 1) == pytest.approx(passages.FOR_PLACE)


def best(*texts: str, question: str = "The router drops at night") -> int:
    return passages.best([reply(text) for text in texts], Question(question))


def test_a_reply_that_answers_beats_one_that_asks_back() -> None:
    assert best("Which router do you have? Which version?", f"{SCAN} The router drops then.") == 1


def test_a_reply_about_the_question_beats_one_about_something_else() -> None:
    assert best("I prefer tea with some milk.", "At night the router scans and drops.") == 1


def test_a_reply_that_says_something_beats_one_that_says_nothing() -> None:
    assert best("Same.", "Open the settings, turn off the scan, and save them. " + SCAN * 2) == 1


def test_of_like_replies_the_first_is_the_answer() -> None:
    assert best(SCAN, SCAN) == 0


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "Do. ",
                "Why? ",
                "\n\n",
                "\n1. ",
                "\n- ",
                "```\n",
                "> ",
                "# ",
                "好。",
                "a" * 90,
                "b " * 50,
            ]
        )
        | st.text(max_size=40),
        max_size=30,
    ).map("".join),
    st.text(max_size=30),
)
def test_no_passage_is_too_long_or_says_what_the_reply_does_not(text: str, question: str) -> None:
    html = markup.render(text)
    passage = Reply(html).passage(Question(question))
    assert len(passage.text) <= LENGTH
    said = "".join(block.text for block in blocks(html))
    for part in passage.parts:
        words = part.text.strip("… ").split("\n")
        assert all(line.removeprefix("• ").lstrip("0123456789. ") in said for line in words)


def test_a_huge_reply_takes_no_longer_than_its_beginning() -> None:
    html = markup.plain_paragraphs("Press the red button. Why? " * 40_000)
    started = process_time()
    passage = Reply(html).passage(Question("red button"))
    assert "red button" in passage.text
    assert process_time() - started < 2  # some 20 ms on an idle machine


def test_a_reply_is_taken_apart_once() -> None:
    assert passages.read("<p>Once.</p>") is passages.read("<p>Once.</p>")
