"""How many posts of real floods are held, and how many honest ones.

``python -m bench spam FILE``: support questions, one JSON object a line (``sumo_questions.jsonl.gz``),
judged in the order in which they were asked by the very code that judges posts here. Each day is
judged by what the days before have taught: spam is learnt at the end of its day, as if moderators
had needed as long, and honest posts a week later, as the site does it. Which posts are spam is in
``spam_labels.txt``; `RESULTS.md` tells how they were labelled.
"""

import json
import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import click

from community.moderation import spam
from community.moderation.spam import Counts, Judgement, Learnt, Outcome, Seen, Sign, Text, Writer
from community.search import languages
from community.topics.importing import interchange
from community.topics.importing.lines import Lines

LABELS = Path(__file__).with_name("spam_labels.txt")
BEGUN = date(2024, 6, 1)
LABELLED_UNTIL = date(2025, 4, 1)
PERIODS = (
    ("learning, mostly", BEGUN, date(2024, 9, 15)),
    ("floods of autumn 2024", date(2024, 9, 15), date(2024, 12, 1)),
    ("December 2024, January 2025", date(2024, 12, 1), date(2025, 2, 1)),
    ("after", date(2025, 2, 1), LABELLED_UNTIL),
    ("all measured days", date(2024, 9, 15), LABELLED_UNTIL),
)
HONEST_AFTER = timedelta(days=7)
REPEATED_WITHIN = timedelta(days=2)
AN_HOUR = timedelta(hours=1)
A_DAY = timedelta(days=1)
_MASK = re.compile(r"\[number\]")


class Question(NamedTuple):
    """A post of the file."""

    number: int
    at: datetime
    author: str
    text: Text


@dataclass
class Earlier:
    """An earlier post, as far as later ones are compared with it."""

    at: datetime
    author: str
    fingerprint: int | None
    is_spam: bool = False
    is_held: bool = False


@dataclass
class Replay:
    """A site that learns as the days go by."""

    counts: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    joined: dict[str, datetime] = field(default_factory=dict)
    shown: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    posted: dict[str, deque[datetime]] = field(default_factory=lambda: defaultdict(deque))
    removed: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    recent: deque[Earlier] = field(default_factory=deque)
    today: list[tuple[bool, list[str], Earlier]] = field(default_factory=list)
    waiting: deque[tuple[date, list[str]]] = field(default_factory=deque)

    def judge(self, one: Question, *, is_spam: bool) -> tuple[Judgement, frozenset[Sign]]:
        """Judge a post by what is known; what it is, is learnt when the day has ended."""
        fingerprint = spam.fingerprint(one.text.whole)
        signs = spam.signs_of(one.text, self._writer(one), self._seen(one, fingerprint))
        language = languages.detect(one.text.whole)
        keys = spam.learnable(one.text, signs, language)
        learnt = Learnt({key: Counts(*self.counts[key]) for key in keys if key in self.counts})
        judgement = spam.judge(one.text, signs, learnt, language=language)
        is_held = judgement.outcome is Outcome.HELD
        earlier = Earlier(one.at, one.author, fingerprint, is_held=is_held)
        self.recent.append(earlier)
        self.posted[one.author].append(one.at)
        self.joined.setdefault(one.author, one.at)
        if not is_spam and not is_held:
            self.shown[one.author].append(one.at)
        self.today.append((is_spam, keys, earlier))
        return judgement, signs

    def end_day(self, day: date, *, learns: bool) -> None:
        """Learn what moderators have found by the end of a day, and what has stood for a week."""
        for is_spam, keys, earlier in self.today:
            earlier.is_spam = is_spam
            self.removed[earlier.author] += is_spam
            if is_spam and learns:
                self._learn(keys, spam_posts=1)
            elif learns:
                self.waiting.append((day, keys))
        self.today = []
        while self.waiting and day - self.waiting[0][0] >= HONEST_AFTER:
            self._learn(self.waiting.popleft()[1], honest_posts=1)

    def _learn(self, keys: Iterable[str], *, spam_posts: int = 0, honest_posts: int = 0) -> None:
        for key in keys:
            self.counts[key][0] += spam_posts
            self.counts[key][1] += honest_posts

    def _writer(self, one: Question) -> Writer:
        posted = self.posted[one.author]
        while posted and posted[0] <= one.at - AN_HOUR:
            posted.popleft()
        days = (one.at - self.joined.get(one.author, one.at)) / timedelta(days=1)
        standing = sum(at <= one.at - A_DAY for at in self.shown[one.author])
        removed = self.removed[one.author]
        return Writer(days=days, standing=standing, last_hour=len(posted), removed=removed)

    def _seen(self, one: Question, fingerprint: int | None) -> Seen:
        while self.recent and self.recent[0].at <= one.at - REPEATED_WITHIN:
            self.recent.popleft()
        near = [each for each in self.recent if spam.is_near(fingerprint, each.fingerprint)]
        mine = sum(each.author == one.author for each in near)
        # Copies of what stands are no spam; what was found to be spam stands no more.
        if not near:
            return Seen()
        first = near[0]
        spam_posts = sum(each.is_spam for each in near) if first.is_spam else 0
        is_copied = first.author == one.author and not first.is_spam and not first.is_held
        return Seen(mine, 0 if is_copied else len(near) - mine, spam_posts)


class Judged(NamedTuple):
    """A post, how it was judged, and what it is."""

    question: Question
    judgement: Judgement
    signs: frozenset[Sign]
    is_spam: bool


@click.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--masked", is_flag=True, help="Leave numbers as masked in the file: [number].")
@click.option("--show", is_flag=True, help="List what was held or shown wrongly.")
def main(*, path: Path, masked: bool, show: bool) -> None:
    """Replay the questions in PATH day by day."""
    labels = _labels()
    replay, judged, day = Replay(), list[Judged](), BEGUN
    languages.load()
    begun = perf_counter()
    for question in sorted(_questions(path, masked=masked), key=lambda one: (one.at, one.number)):
        if question.at.date() != day:
            replay.end_day(day, learns=day < LABELLED_UNTIL)
            day = question.at.date()
        is_spam = question.number in labels["spam"]
        judgement, signs = replay.judge(question, is_spam=is_spam)
        if question.number not in labels["unclear"]:
            judged.append(Judged(question, judgement, signs, is_spam))
    took = perf_counter() - begun
    labelled = [one for one in judged if one.question.at.date() < LABELLED_UNTIL]
    _report_periods(labelled)
    _report_floods(labelled)
    _report_signs(labelled)
    _report_calibration(labelled)
    _report_unlabelled(judged)
    click.echo(
        f"\n{len(judged):,} posts, {1e3 * took / len(judged):.2f} ms each; "
        f"{len(replay.counts):,} keys learnt."
    )
    if show:
        _list_wrong(labelled)
        _list_held(judged)


def _questions(path: Path, *, masked: bool) -> Iterator[Question]:
    with Lines(str(path)) as lines:
        for line in lines:
            row = json.loads(line.content)
            at = interchange.moment(row["created"], name="created")
            if at.date() >= BEGUN:
                number = int(row["id"].rpartition("-")[2])
                words = row["title"], row["body"]
                title, body = words if masked else (_unmasked(each, number) for each in words)
                yield Question(number, at, row["author"], Text(title, body))


def _unmasked(text: str, number: int) -> str:
    """Put ten digits where the file has masked a number, of any kind: other ones in every post."""
    digits = str(int(sha256(str(number).encode()).hexdigest(), 16))
    return _MASK.sub(lambda found: _ten(digits, found.start()), text)


def _ten(digits: str, at: int) -> str:
    begin = at % (len(digits) - 10)
    return digits[begin : begin + 10]


def _labels() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {"spam": set(), "unclear": set()}
    name = ""
    for line in LABELS.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            name = line.strip("[]")
        elif not line.startswith("#"):
            found[name].update(map(int, line.split()))
    return {name: frozenset(numbers) for name, numbers in found.items()}


def _share(number: int, of: int, digits: int = 3) -> str:
    return f"{number / of:.{digits}f}" if of else "–"


def _became(judged: Iterable[Judged], outcome: Outcome) -> int:
    return sum(one.judgement.outcome is outcome for one in judged)


def _share_of(judged: Sequence[Judged], outcome: Outcome, digits: int = 3) -> str:
    return _share(_became(judged, outcome), len(judged), digits)


def _apart(judged: Iterable[Judged]) -> tuple[list[Judged], list[Judged]]:
    """Return the spam and the honest posts."""
    bad, good = list[Judged](), list[Judged]()
    for one in judged:
        (bad if one.is_spam else good).append(one)
    return bad, good


def _report_periods(judged: list[Judged]) -> None:
    click.echo(
        "| days | spam | held | looked at | honest | held | held, share | looked at, share |"
    )
    click.echo("|---|---|---|---|---|---|---|---|")
    for name, since, until in PERIODS:
        bad, good = _apart(one for one in judged if since <= one.question.at.date() < until)
        click.echo(
            f"| {name}, {since} to {until} | {len(bad)} "
            f"| {_share_of(bad, Outcome.HELD)} | {_share_of(bad, Outcome.LOOKED_AT)} "
            f"| {len(good):,} | {_became(good, Outcome.HELD)} "
            f"| {_share_of(good, Outcome.HELD, 5)} | {_share_of(good, Outcome.LOOKED_AT, 5)} |"
        )


def _report_floods(judged: list[Judged]) -> None:
    """Report the days with the most spam, each by itself."""
    days: dict[date, list[Judged]] = defaultdict(list)
    for one in judged:
        days[one.question.at.date()].append(one)
    worst = sorted(days, key=lambda day: -sum(one.is_spam for one in days[day]))[:10]
    click.echo("\n| day | spam | held | looked at | honest | held |")
    click.echo("|---|---|---|---|---|---|")
    for day in sorted(worst):
        bad, good = _apart(days[day])
        click.echo(
            f"| {day} | {len(bad)} | {_share_of(bad, Outcome.HELD)} "
            f"| {_share_of(bad, Outcome.LOOKED_AT)} | {len(good)} | {_became(good, Outcome.HELD)} |"
        )


def _report_signs(judged: list[Judged]) -> None:
    bad, good = _apart(judged)
    click.echo("\n| sign | of spam | of honest posts |")
    click.echo("|---|---|---|")
    for sign in Sign:
        shares = (
            _share(sum(sign in one.signs for one in some), len(some), 4) for some in (bad, good)
        )
        click.echo(f"| {sign.value} | {' | '.join(shares)} |")


def _report_calibration(judged: list[Judged]) -> None:
    bins: dict[int, list[Judged]] = defaultdict(list)
    for one in judged:
        bins[min(9, int(one.judgement.score * 10))].append(one)
    click.echo("\n| score | posts | mean score | share of spam |")
    click.echo("|---|---|---|---|")
    for tenth, some in sorted(bins.items()):
        mean = sum(one.judgement.score for one in some) / len(some)
        share = _share(sum(one.is_spam for one in some), len(some))
        click.echo(
            f"| {tenth / 10:.1f} to {(tenth + 1) / 10:.1f} | {len(some):,} | {mean:.3f} | {share} |"
        )


def _report_unlabelled(judged: list[Judged]) -> None:
    later = [one for one in judged if one.question.at.date() >= LABELLED_UNTIL]
    months: dict[str, list[Judged]] = defaultdict(list)
    for one in later:
        months[f"{one.question.at:%Y-%m}"].append(one)
    click.echo("\n| month without labels or learning | posts | held | looked at |")
    click.echo("|---|---|---|---|")
    for month, some in sorted(months.items()):
        click.echo(
            f"| {month} | {len(some):,} | {_became(some, Outcome.HELD)} "
            f"| {_became(some, Outcome.LOOKED_AT)} |"
        )


def _list_wrong(judged: list[Judged]) -> None:
    for one in judged:
        is_held = one.judgement.outcome is Outcome.HELD
        if is_held and not one.is_spam:
            click.echo(f"held, honest: {one.question.number} {one.question.text.title[:80]}")
        if one.is_spam and one.judgement.outcome is Outcome.SHOWN:
            click.echo(f"shown, spam: {one.question.number} {one.question.text.title[:80]}")


def _list_held(judged: list[Judged]) -> None:
    """List what was held when there were no labels any more, to be read."""
    for one in judged:
        is_later = one.question.at.date() >= LABELLED_UNTIL
        if is_later and one.judgement.outcome is Outcome.HELD:
            question = one.question
            click.echo(f"held: {question.at:%Y-%m-%d} {question.number} {question.text.title[:80]}")


if __name__ == "__main__":
    main()
