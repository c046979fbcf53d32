from community.core import markup
from community.core.blocks import Block, Kind, blocks


def test_each_block_is_what_it_is() -> None:
    found = blocks(
        markup.render(
            "# Before you start\n\nIt is **known**.\n\n> My words.\n\n```\nfoo = 1\n  bar\n```\n\nEnd."
        )
    )
    assert found == [
        Block(Kind.HEADING, "Before you start"),
        Block(Kind.TEXT, "It is known."),
        Block(Kind.QUOTE, "My words."),
        Block(Kind.CODE, "foo = 1\n  bar"),
        Block(Kind.TEXT, "End."),
    ]


def test_items_keep_their_numbers_and_what_belongs_to_them() -> None:
    found = blocks(
        "<ol><li>Open it.</li><li><p>Close it.</p><p>Wait.</p><ul><li>a</li><li>b</li></ul></li>"
        "<li>Go.</li></ol>"
    )
    assert found == [
        Block(Kind.ITEM, "Open it.", 1),
        Block(Kind.ITEM, "Close it.", 2),
        Block(Kind.TEXT, "Wait."),
        Block(Kind.ITEM, "a"),
        Block(Kind.ITEM, "b"),
        Block(Kind.ITEM, "Go.", 3),
    ]


def test_lines_that_were_broken_stay_broken() -> None:
    assert blocks(markup.render("one  two\nthree")) == [Block(Kind.TEXT, "one two\nthree")]


def test_a_row_of_a_table_is_one_block() -> None:
    found = blocks(markup.render("|a|b|\n|-|-|\n|1|2|"))
    assert [block.text for block in found] == ["a b", "1 2"]


def test_signs_are_what_they_stand_for() -> None:
    assert blocks("<p>a &lt; b &amp; c&#x27;s</p>") == [Block(Kind.TEXT, "a < b & c's")]


def test_a_picture_is_what_is_said_in_its_place() -> None:
    found = blocks('<p>See <img alt="the red light" src="/p/1.webp"> there</p>')
    assert found == [Block(Kind.TEXT, "See the red light there")]


def test_nothing_holds_no_block() -> None:
    assert blocks("") == blocks("<p> </p><hr>") == []


def test_html_that_was_cut_is_read_up_to_there() -> None:
    assert blocks("<ul><li>One</li><li>Tw") == [Block(Kind.ITEM, "One"), Block(Kind.ITEM, "Tw")]


def test_an_empty_item_and_one_of_code_number_nothing_else() -> None:
    assert blocks("<ol><li></li></ol><p>End.</p>") == [Block(Kind.TEXT, "End.")]
    found = blocks("<ol><li><pre><code>a = 1\n</code></pre></li><li>Go.</li></ol>")
    assert found == [Block(Kind.CODE, "a = 1"), Block(Kind.ITEM, "Go.", 2)]
