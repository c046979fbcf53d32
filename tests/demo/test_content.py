"""The files of the demonstration content, and what is said when one is wrong."""

import re
import shutil
from pathlib import Path

import pytest

from community.demo import content
from community.demo.tables import BadContent

COMPANY = "brightwave.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """All files, to spoil one of them."""
    return Path(shutil.copytree(content.FOLDER, tmp_path / "content"))


def test_files_hold_what_was_promised() -> None:
    read = content.read()

    assert len(read.companies) >= 8
    assert len(read.people) >= 40
    assert len(list(read.topics())) >= 200


def test_several_languages_are_written() -> None:
    texts = [
        text
        for _company, topic in content.read().topics()
        for text in (topic.body, *(reply.body for reply in topic.replies))
    ]
    signs = {
        "German": r"\b(nicht|und|ist)\b",
        "Indonesian": r"\b(tidak|yang|sudah)\b",
        "Portuguese": r"\bnão\b",
        "Spanish": r"\b(pero|está|también)\b",
        "Chinese": "[\u4e00-\u9fff]",
    }

    for language, sign in signs.items():
        assert sum(bool(re.search(sign, text)) for text in texts) >= 3, language


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        (
            'kind = "problem"',
            'kind = "complaint"',
            r"topic satellite-orange: 'kind' is 'complaint'",
        ),
        ('author = "gwen-h"', 'author = "nobody"', r"satellite-orange: no person 'nobody'"),
        ('key = "satellite-orange"', "", r"topic 1: 'key' is missing"),
        ("at = ", "when = ", r"topic satellite-orange: 'at' is missing"),
        ('at = "2025-11-21T10:15:05Z"', 'at = "yesterday"', r"'at' is 'yesterday'; write it like"),
        ('product = ["halo-mini", "halo-6"]', 'product = ["halo-7"]', r"no product 'halo-7'"),
        ('me_too = ["chidi"', 'me_too = ["gwen-h"', r"'me_too' names the asker"),
        ('status = "solved"', 'status = "open"', r"'status' is open, but the history ends with"),
        ('status = "solved"', 'status = "solved"\nmood = "sad"', r"'mood' means nothing here"),
        ('accepted_by = ["gwen-h"', 'accepted_by = ["lena-w"', r"lena-w, who does not have the"),
        ("speaks_for_company = true", "speaks_for_company = 1", r"must be true or false"),
        ('state = "listening"', 'state = "asleep"', rf"{COMPANY}, company: 'state' is 'asleep'"),
        ("[company]", "[company", rf"{COMPANY} cannot be read"),
        ("(drawing:shaping)", "(drawing:sharpening)", r"no drawing 'sharpening'"),
        ("(drawing:shaping)", "(drawing: shaping)", r"a drawing is written !\[what it shows\]"),
        ("![Network, Traffic", "![](drawing:shaping) ![Network, Traffic", r"nothing is said in"),
        ('tags_before = ["app"]', 'tags_later = ["app"]', r"'tags_later' means nothing here"),
        (
            'at = "2026-04-08T18:02:44Z"',
            'at = "2026-04-01T18:02:44Z"',
            r"reply nightly-drop-2, edit: 'at' is before what it follows",
        ),
        (
            '[[topic.reply.edit]]\nat = "2026-06-16T17:50:13Z"',
            '[[topic.reply.edit]]\ntitle_before = "Old"\nat = "2026-06-16T17:50:13Z"',
            r"a reply has neither title nor tags",
        ),
        ('me_too = ["chidi"', 'me_too = ["elbradler", "chidi"', r"elbradler, who has no account"),
    ],
)
def test_mistake_is_named_with_its_place(
    folder: Path, right: str, wrong: str, complaint: str
) -> None:
    _spoil(folder / COMPANY, right, wrong)

    with pytest.raises(BadContent, match=complaint) as caught:
        content.read(folder)

    assert caught.value.message.startswith((COMPANY, "All files"))


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ('tags = ["smart-home"]', 'tags = ["smart-hone"]', r"jonas, keeps: no tag 'smart-hone'"),
        ('["brightwave/halo-6"]', '["brightwave/halo-7"]', r"no product 'brightwave/halo-7'"),
        ('people = ["mira"]', 'people = ["jonas"]', r"jonas, keeps: no person 'jonas'"),
        ('company = "tandem"', 'company = "tandum"', r"jonas, keeps: no company 'tandum'"),
        (
            'last_here = "2026-11-17T21:05:00Z"',
            'last_here = "2026-11-13T21:05:00Z"',
            r"jonas, keeps: 'last_here' is before what jonas did",
        ),
        ('topic = "vpn-slow"', 'topic = "vpn-fast"', r"mira, keeps: no topic 'vpn-fast'"),
        ('topic = "vpn-slow"', 'title = ""', r"mira, keeps: a draft is of an answer to a 'topic'"),
        ('helped = "never"', 'helped = "rarely"', r"'helped' is 'rarely'"),
        ('helped = "never"', 'helpful = "never"', r"'helpful' means nothing here"),
        ('role = "guest"', 'role = "visitor"', r"person guest-48213377: 'role' is 'visitor'"),
        ('username = "guest-48213377"', 'username = "guest-4"', r"none that a guest is given"),
        ('name = "Elbradler"', "", r"person elbradler: 'name' is what all have"),
    ],
)
def test_mistake_about_people_is_named(
    folder: Path, right: str, wrong: str, complaint: str
) -> None:
    _spoil(folder / "people.toml", right, wrong)

    with pytest.raises(BadContent, match=complaint) as caught:
        content.read(folder)

    assert caught.value.message.startswith("people.toml")


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ('on = "refund-weeks"', 'on = "refund-weak"', r"no topic or reply 'refund-weak'"),
        ('on = "@oskar-b"', 'on = "@oscar-b"', r"no person 'oscar-b'"),
        ('by = "femke"', 'by = "femka"', r"no person 'femka'"),
        ('jury = ["marisol"', 'jury = ["maria"', r"no person 'maria'"),
        ('move_to = "tandem"', 'move_to = "tandum"', r"no company 'tandum'"),
        ('rule = "off_topic"', 'rule = "criticism"', r"'rule' is 'criticism'; it can be spam"),
        ("days = 30", "days = 0", r"'days' is 0; it must be a whole number above 0"),
        ("minutes = 35", "", r"'minutes' is None; it must be"),
        ('kind = "problem"\n', "", r"a topic has a 'kind' and a 'title', a reply neither"),
        ('topic = "driver-rain"\n', "", r"a post is at a 'company', or else in a 'topic'"),
        ("[[slow]]", "[[slowly]]", r"'slowly' means nothing here"),
        ('at = "2026-11-14T02:10:00Z"', 'at = "2026-11-11T02:10:00Z"', r"has not joined yet"),
    ],
)
def test_mistake_about_moderation_is_named(
    folder: Path, right: str, wrong: str, complaint: str
) -> None:
    _spoil(folder / "moderation.toml", right, wrong)

    with pytest.raises(BadContent, match=complaint) as caught:
        content.read(folder)

    assert caught.value.message.startswith("moderation.toml")


def _spoil(path: Path, right: str, wrong: str) -> None:
    text = path.read_text()
    assert right in text
    path.write_text(text.replace(right, wrong, 1))


def test_nobody_speaks_for_a_company_without_a_mandate(folder: Path) -> None:
    text = (folder / COMPANY).read_text()
    (folder / COMPANY).write_text(text.replace('since = "2025-03-10"', 'since = "2026-11-01"'))

    with pytest.raises(BadContent, match=r"dana has no mandate to speak for Brightwave"):
        content.read(folder)
