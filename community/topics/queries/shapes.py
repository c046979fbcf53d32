"""What screens are made of: frozen rows with nothing to load behind them.

Templates read attributes only. Whatever is called HTML here was rendered from
Markdown and sanitised when it was written.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from markupsafe import Markup  # noqa: TID251 (wraps what was sanitised at write time)

from community.companies.models import CompanyState, Stake
from community.search.passages import Passage
from community.topics.models import AskedBy, Rule, Sight, StatusRole, TopicKind, TopicStatus

Level = Literal["member", "helper", "super-user"]

HELPER_FROM = 3  # topics solved at one company
SUPER_USER_FROM = 10  # topics solved at one company
HELPFUL_FROM = 3  # more who call a reply helpful than not, to count among the best


def level(solved_count: int) -> Level:
    """Return what somebody is called who solved so many topics at one company."""
    if solved_count >= SUPER_USER_FROM:
        return "super-user"
    return "helper" if solved_count >= HELPER_FROM else "member"


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A topic in a list.

    ``accepted_count`` is how often "this solved it for me" was said there.
    """

    id: int
    title: str
    slug: str
    language: str | None  # of title and text, as `Topic.language`
    kind: TopicKind
    status: TopicStatus
    company_name: str
    company_slug: str
    author_name: str
    author_username: str
    reply_count: int
    me_too_count: int
    created_at: datetime
    last_activity_at: datetime
    has_official: bool
    accepted_count: int
    excerpt: str  # plain text


@dataclass(frozen=True, slots=True)
class Speaker:
    """A person, and what their words carry in this place.

    ``speaks_for`` names the company whose word this is; ``then_at`` the company whose word it was,
    under a mandate that has ended since; ``works_at`` the company that this is about and that they
    work for, though they speak for themselves: nobody hides that.
    """

    user_id: int
    username: str
    name: str
    level: Level
    solved_count: int
    company_name: str
    speaks_for: str | None
    title: str
    scope: str
    then_at: str | None
    is_asker: bool
    is_former: bool
    is_placeholder: bool
    is_guest: bool = False  # asked with an address alone, which nobody has confirmed
    works_at: str | None = None


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What the company, the asker and everybody else say of a reply."""

    is_official: bool
    accepted_count: int
    accepted_by_asker: bool
    worked_count: int
    failed_count: int
    # Whether its text was changed after the company, or anybody with the issue, vouched for it.
    edited_since_marked: bool = field(default=False, kw_only=True)
    edited_since_accepted: bool = field(default=False, kw_only=True)

    @property
    def is_disputed(self) -> bool:
        """Tell whether those who have the thing contradict who vouches for the reply.

        An official or accepted reply is disputed when it failed for more people than
        it worked for or solved it for.
        """
        return (self.is_official or self.accepted_count > 0) and (
            self.failed_count > self.worked_count + self.accepted_count
        )


@dataclass(frozen=True, slots=True)
class TombstoneView:
    """What stands in place of a post, or of its words: which rule, who asked, when."""

    sight: Sight
    rule: Rule
    asked_by: AskedBy
    log_seq: int  # of the public log's row
    at: datetime


@dataclass(frozen=True, slots=True)
class GoneReply:
    """A reply or comment that is out of sight, at its place in the conversation."""

    id: int
    tombstone: TombstoneView
    own_html: Markup | None  # what it says, for its author alone


@dataclass(frozen=True, slots=True)
class OwnReply:
    """What the reader has written in a topic that is out of sight."""

    created_at: datetime
    body_html: Markup


@dataclass(frozen=True, slots=True)
class GoneTopic:
    """What is left at the address of a topic that is out of sight."""

    company_name: str
    company_slug: str
    tombstone: TombstoneView
    is_mine: bool  # the reader asked it
    own_title: str  # what it says, for its author alone; empty where it is covered
    own_html: Markup | None
    own_replies: tuple[OwnReply, ...]


@dataclass(frozen=True, slots=True)
class CommentView:
    """A comment below a reply.

    ``gone_behind`` are those out of sight between it and the next.
    """

    id: int
    speaker: Speaker
    body_html: Markup
    created_at: datetime
    edited_at: datetime | None
    cover: TombstoneView | None = None
    gone_behind: tuple[GoneReply, ...] = ()


@dataclass(frozen=True, slots=True)
class Comments:
    """The comments below a reply, oldest first: the first, and a stretch of those after them.

    ``earlier_id`` and ``later_id`` are the nearest that are not shown before and after: their
    permanent links lead on.
    """

    first: tuple[CommentView, ...] = ()
    opened: tuple[CommentView, ...] = ()  # if the address asks for one of them
    earlier_id: int | None = None
    later_id: int | None = None
    later_count: int = 0
    gone_first: tuple[GoneReply, ...] = ()  # out of sight, before the first

    @property
    def shown(self) -> tuple[CommentView, ...]:
        """Return all that are on the page."""
        return (*self.first, *self.opened)


@dataclass(frozen=True, slots=True)
class ReplyView(Verdicts):
    """A reply with its three verdicts, and what the viewer has said of it."""

    id: int
    topic_id: int
    speaker: Speaker
    body_html: Markup
    created_at: datetime
    edited_at: datetime | None
    helpful_count: int
    unhelpful_count: int
    helped_count: int  # readers who needed not ask
    last_worked_at: datetime | None
    my_vote: int  # 1, -1, or 0 for none
    my_outcome: bool | None
    i_accepted: bool
    comments: Comments
    cover: TombstoneView | None = None
    gone_behind: tuple[GoneReply, ...] = ()  # those out of sight between it and the next

    @property
    def helps(self) -> bool:
        """Tell whether somebody vouches for it, so that it belongs under "What helps"."""
        if self.is_official or self.accepted_count > 0 or self.worked_count > self.failed_count:
            return True
        return (
            self.worked_count == self.failed_count
            and self.helpful_count - self.unhelpful_count >= HELPFUL_FROM
        )


@dataclass(frozen=True, slots=True)
class Answer(Verdicts):
    """The best reply of a topic, to be read in place of the topic."""

    reply_id: int
    speaker: Speaker
    passage: Passage  # what is shown of it
    html: Markup  # the whole reply
    helped_count: int  # readers who needed not ask


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A topic like the one that somebody is typing, with its answer."""

    topic: TopicRow
    answer: Answer | None
    rank: int  # from 1


@dataclass(frozen=True, slots=True)
class Odds:
    """What one may hope for when asking at a company, measured over questions and problems."""

    asked_count: int
    answered_count: int
    solved_count: int
    median_first_reply: timedelta | None
    company_answered_count: int
    waiting_count: int  # for an answer
    topic_count: int  # of any kind
    computed_at: datetime


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody who answers at a company."""

    user_id: int
    username: str
    name: str
    level: Level
    solved_count: int
    reply_count: int
    speaks_for_company: bool  # under a mandate that is valid now


@dataclass(frozen=True, slots=True)
class Label:
    """A product or a tag: what to call it and where it is."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class StatusStep:
    """One step in a topic's history: who, in what role, when and why."""

    actor_name: str
    actor_is_former: bool
    role: StatusRole
    old: TopicStatus
    new: TopicStatus
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TopicLink:
    """Another topic, as a link."""

    id: int
    title: str
    slug: str
    language: str | None


@dataclass(frozen=True, slots=True)
class RelatedRow(TopicLink):
    """A topic that reads like another."""

    kind: TopicKind
    status: TopicStatus


@dataclass(frozen=True, slots=True)
class Mine:
    """What the viewer has to do with a topic.

    What is new was written by others after ``read_until``; comments count.
    """

    user_id: int | None = None  # None: a reader without an account
    is_asker: bool = False
    has_this_too: bool = False
    follows: bool = False
    speaks_for_company: bool = False  # under a mandate that is valid now
    stake: Stake | None = None  # in its company; asked for of moderators only
    read_until: datetime | None = None  # None: they have not been here
    new_count: int = 0
    first_new_id: int | None = None


@dataclass(frozen=True, slots=True)
class TopicPage:
    """One page of a topic: the topic, what helps, and a stretch of the conversation.

    ``best`` are the replies that somebody vouches for, best first, wherever in the
    conversation they stand; ``replies`` is the stretch, by time. At the beginning of a
    long conversation ``newest`` are its last replies, and ``skipped_count`` how many
    stand between the two.
    """

    id: int
    company_id: int
    company_name: str
    company_slug: str
    company_state: CompanyState
    author: Speaker
    kind: TopicKind
    status: TopicStatus
    title: str
    slug: str
    language: str | None  # as `Topic.language`
    summary: str  # the first words of the text, plain
    body_html: Markup
    created_at: datetime
    edited_at: datetime | None
    last_activity_at: datetime
    reply_count: int
    me_too_count: int
    follower_count: int
    helped_count: int
    differs_from: TopicLink | None
    differs_reason: str
    products: tuple[Label, ...]
    tags: tuple[Label, ...]
    history: tuple[StatusStep, ...]  # oldest first
    best: tuple[ReplyView, ...]
    replies: tuple[ReplyView, ...]
    newest: tuple[ReplyView, ...]
    skipped_count: int
    related: tuple[RelatedRow, ...]
    earlier: str | None  # the cursor of the stretch before
    later: str | None  # and of the one after
    mine: Mine
    cover: TombstoneView | None = None
    gone_first: tuple[GoneReply, ...] = ()  # replies out of sight, before the first
    gone_is_cut: bool = False  # more are out of sight than are named

    @property
    def set_by(self) -> StatusStep | None:
        """Return the step that led to the present status; none if it never changed."""
        return self.history[-1] if self.history else None

    @property
    def shown(self) -> tuple[ReplyView, ...]:
        """Return every reply on the page, each once."""
        views = (*self.best, *self.replies, *self.newest)
        return tuple({view.id: view for view in views}.values())

    def read_until(self, now: datetime) -> datetime | None:
        """Return how far the viewer has read with this page, or None if no further than before.

        Whoever opens a topic for the first time finds nothing new in it. Later, what is
        new has been read once it has all been shown.

        Args:
            now: when the page was made.
        """
        since = self.mine.read_until
        if since is None:
            return now
        if not self.mine.new_count:
            return None
        posts: list[ReplyView | CommentView] = [*self.shown]
        for reply in self.shown:
            posts += reply.comments.shown
        new = {
            post.id: post.created_at
            for post in posts
            if post.created_at > since and post.speaker.user_id != self.mine.user_id
        }
        if len(new) >= self.mine.new_count:
            return now
        if self.mine.first_new_id not in new:
            return None
        # The first of what is new is here, and what follows it up to the end of the stretch.
        stretch: list[ReplyView | CommentView] = [*self.replies]
        for comments in (reply.comments for reply in self.shown):
            for part in (comments.first, comments.opened):
                if any(comment.id == self.mine.first_new_id for comment in part):
                    stretch += part
        return max([new[self.mine.first_new_id], *(post.created_at for post in stretch)])
