"""An answer that helped is flagged, removed, appealed and brought back by a jury, in a real browser."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from community.core import clock
from community.core.db import transaction
from community.topics import services
from tests.factories import make_company, make_reply, make_topic
from tests.journeys import screens
from tests.journeys.conftest import Site
from tests.journeys.sight import faults

OpenWindow = Callable[..., Page]
TITLE = "It breaks again and again"
HELPS = "Call the maker: they replace it, whatever the shop says."
BACK = "It answers what was asked, and the number is that of the maker."
JURY = ("jo", "kim", "lee")
AGO = re.compile(r"just now|\d+ (?:second|minute)s? ago")
# What stands where on a topic's page, answer for answer, by the marks that links lead to.
PLACES = "[...document.querySelectorAll('main .replies > li')].map(({ id }) => id)"


class Play:
    """The people of the journey, each in a window of their own, and the answer that it is about."""

    def __init__(self, site: Site, open_window: OpenWindow, *, scripts: bool) -> None:
        self.site = site
        self.scripts = scripts
        self._open = open_window
        self.topic, self.answer_id = _furnish(site)
        self.visitor = self.window()

    @property
    def mark(self) -> str:
        """The mark at which the answer stands on the page."""
        return f"reply-{self.answer_id}"

    def window(self, who: str = "", path: str = "/") -> Page:
        """Open a window, signed in as somebody."""
        page = self._open(java_script_enabled=self.scripts)
        if who:
            page.goto(f"/signin?next={path}")
            screens.sign_in(page, who)
            page.wait_for_url(f"**{path}")
        return page

    def look(self, page: Page) -> None:
        """Look whether a screen serves everybody. What looks is a script itself."""
        if self.scripts:
            assert faults(page) == []

    def sight(self) -> tuple[list[str], list[str]]:
        """Return what a visitor sees of the topic: what stands where, and what it says."""
        self.visitor.goto(self.topic)
        places = self.visitor.evaluate(PLACES)
        said = self.visitor.locator("main .replies > li").all_inner_texts()
        return places, [AGO.sub("some time ago", text) for text in said]


def _furnish(site: Site) -> tuple[str, int]:
    """Let Mira's answer have helped, between two others; return the path and the answer's id."""
    ada, mira, eva, tom = (
        site.join(name, display_name=f"{name.title()} Berg")
        for name in ("ada", "mira", "eva", "tom")
    )
    site.join("nora", display_name="Nora Berg")
    site.join("mona", display_name="Mona Lind", is_moderator=True)
    for name in JURY:  # as many as a jury has, so that each of them is drawn
        site.join(name, trusted_since=clock.now() - timedelta(days=30))
    with site.app.app_context(), transaction():
        topic = make_topic(make_company("Acme"), ada, title=TITLE)
        make_reply(topic, eva, body="Mine broke as well.")
        answer = make_reply(topic, mira, body=HELPS)
        make_reply(topic, tom, body="Keep the receipt.")
        services.accept(ada, topic, answer)
        services.record_outcome(answer, user=eva, worked=True, version="5.2")
        for person in (eva, tom):
            services.vote(person, answer, 1)
        return f"/t/{topic.id}/{topic.slug}", answer.id


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_what_a_jury_brings_back_is_as_it_was(
    site: Site, open_window: OpenWindow, scripts: bool
) -> None:
    play = Play(site, open_window, scripts=scripts)
    before = play.sight()
    assert HELPS in "".join(before[1])

    nora = _flags(play)
    _removes(play)
    _is_a_tombstone(play, before[0])
    mira = _appeals(play)
    _judge(play)
    site.work()

    assert play.sight() == before
    play.visitor.goto(f"/r/{play.answer_id}")
    expect(play.visitor).to_have_url(re.compile(rf"{play.topic}.*#{play.mark}$"))
    expect(play.visitor.locator(f"#{play.mark}")).to_contain_text(HELPS)
    play.look(play.visitor)
    _is_public(play)
    _are_told(play, mira, nora)


def _flags(play: Play) -> Page:
    """Nora takes the answer for spam."""
    nora = play.window("nora", play.topic)
    nora.locator(f"#{play.mark}").get_by_role("link", name="Flag").first.click()
    play.look(nora)
    nora.get_by_label("Spam").check()
    nora.get_by_label("What else should moderators know?").fill("It wants me to call somebody.")
    nora.get_by_role("button", name="Ask moderators to look at it").click()
    expect(nora.get_by_text("Moderators look at it, and you hear")).to_be_visible()
    play.look(nora)
    return nora


def _removes(play: Play) -> None:
    """Mona takes the case from the queue and removes the answer."""
    mona = play.window("mona", "/moderation")
    play.look(mona)
    mona.get_by_role("button", name="Take it for 10 minutes").click()
    expect(mona.get_by_text("It wants me to call somebody.")).to_be_visible()
    play.look(mona)
    mona.get_by_label("Remove it").check()
    mona.get_by_label("Rule", exact=True).select_option("spam")
    mona.get_by_label("Why?").fill("It advertises a hotline.")
    mona.get_by_role("button", name="Decide", exact=True).click()
    expect(mona.get_by_role("status").filter(has_text="The author will read this")).to_be_visible()
    play.look(mona)
    mona.get_by_role("button", name="Decide it so").click()
    expect(mona.get_by_text("Nothing waits for a decision.")).to_be_visible()
    play.look(mona)
    play.site.work()


def _is_a_tombstone(play: Play, places: list[str]) -> None:
    """A visitor sees that something stood there, why it is gone, and where that can be read."""
    visitor = play.visitor
    visitor.goto(f"/r/{play.answer_id}")
    assert visitor.evaluate(PLACES) == sorted(one for one in places if one)  # by their age
    stone = visitor.locator(f"#{play.mark}")
    expect(stone).to_contain_text("A reply was removed. Rule: spam; asked for by a member")
    expect(stone.locator("time")).to_be_visible()
    expect(stone.get_by_role("link", name="appeal")).to_be_visible()
    expect(visitor.get_by_text(HELPS)).to_have_count(0)
    play.look(visitor)

    stone.get_by_role("link", name="public log, row 1").click()
    expect(visitor.get_by_role("heading", level=1)).to_contain_text("Removed: answer")
    expect(visitor.get_by_text("It advertises a hotline.")).to_be_visible()
    expect(visitor.get_by_text("Rule: Spam")).to_be_visible()
    play.look(visitor)
    visitor.goto("/log")
    expect(visitor.locator("#row-1")).to_contain_text("It advertises a hotline.")
    play.look(visitor)


def _appeals(play: Play) -> Page:
    """Mira appeals: from what she was told, or from the tombstone."""
    mira = play.window("mira", "/notifications")
    if play.scripts:
        play.look(mira)
        mira.get_by_role("link", name="What you wrote was removed").click()
        expect(mira.get_by_text("It advertises a hotline.")).to_be_visible()
        play.look(mira)
        mira.get_by_role("link", name="Appeal", exact=True).click()
    else:
        mira.goto(f"/r/{play.answer_id}")
        mira.locator(f"#{play.mark}").get_by_role("link", name="appeal").click()
    play.look(mira)
    mira.get_by_label("Why is the decision wrong?").fill("It is the number of the maker.")
    mira.get_by_role("button", name="Appeal", exact=True).click()
    expect(mira.get_by_text("Your appeal is being judged. You hear how it ends.")).to_be_visible()
    play.look(mira)
    play.site.work()
    return mira


def _judge(play: Play) -> None:
    """Three members are drawn, and two of them find that the decision falls."""
    said = (("It holds", "It names a hotline."), ("It falls", BACK), ("It falls", "It is a maker."))
    for number, (who, (vote, reason)) in enumerate(zip(JURY, said, strict=True)):
        juror = play.window(who, "/notifications")
        juror.get_by_role("link", name="You were drawn to judge an appeal").click()
        expect(juror.get_by_text(HELPS)).to_be_visible()
        expect(juror.get_by_text("It is the number of the maker.")).to_be_visible()
        for other in said[:number]:
            expect(juror.get_by_text(other[1])).to_have_count(0)  # each judges alone
        play.look(juror)
        juror.get_by_label(vote).check()
        juror.get_by_label("Why?").fill(reason)
        juror.get_by_role("button", name="Send your vote").click()
        expect(juror.get_by_text("Thank you. What you said is public when")).to_be_visible()
        play.look(juror)


def _is_public(play: Play) -> None:
    """Everybody reads in the log what the jury said, and not who it was."""
    visitor = play.visitor
    visitor.goto("/log/1")
    visitor.get_by_role("link", name="row 2", exact=True).click()
    expect(visitor.get_by_role("heading", level=1)).to_contain_text("Restored: answer")
    expect(visitor.get_by_text("Jury of three members")).to_be_visible()
    expect(visitor.get_by_role("link", name="takes back row 1")).to_be_visible()
    expect(visitor.get_by_text(BACK)).to_be_visible()
    play.look(visitor)
    visitor.goto("/appeals")
    play.look(visitor)
    visitor.get_by_role("link", name="Appeal 1").click()
    main = visitor.get_by_role("main")
    for said in ("It names a hotline.", BACK, "It is a maker.", "It is the number of the maker."):
        expect(main.get_by_text(said)).to_be_visible()
    for name in JURY:
        expect(main.get_by_text(name, exact=True)).to_have_count(0)
    play.look(visitor)


def _are_told(play: Play, mira: Page, nora: Page) -> None:
    """The author hears that it is back, and whoever flagged it that it was judged again."""
    mira.goto("/notifications")
    expect(mira.get_by_text("Your appeal has ended: the decision was overturned")).to_be_visible()
    expect(mira.get_by_text("A decision about you was taken back")).to_be_visible()
    play.look(mira)
    nora.goto("/notifications")
    nora.get_by_role("link", name="What you flagged was judged again").click()
    expect(nora.get_by_text("This decision was taken back")).to_be_visible()
    play.look(nora)
    nora.goto("/account/flags")
    expect(nora.get_by_text("Declined")).to_be_visible()
    play.look(nora)
