"""Who may do what to a topic. Pure: whatever a rule depends on is an argument.

No role that a company holds can hide, lock, re-order or edit what a customer wrote
(rule N5): a mandate appears below only where the company speaks for itself, and where
it says how far it has come with a topic.
"""

from datetime import datetime

from flask_babel import gettext

from community.accounts.models import User
from community.accounts.policies import can_ask, can_take_part
from community.companies.models import Company, CompanyState, Mandate, Stake
from community.companies.policies import can_moderate
from community.core.policy import YES, Decision, no
from community.topics.models import (
    STATUSES,
    Reply,
    StatusRole,
    Topic,
    TopicKind,
    TopicStatus,
)

SOLVABLE = frozenset({TopicKind.QUESTION, TopicKind.PROBLEM})
ASKER_SAYS = (TopicStatus.OPEN, TopicStatus.SOLVED)
CLOSED = frozenset({TopicStatus.SOLVED, TopicStatus.NOT_A_PROBLEM})


def takes_topics(company: Company) -> Decision:
    """A company that has asked for *elsewhere* takes no new topics (rule N10)."""
    if company.state is CompanyState.ELSEWHERE:
        return no(gettext("%(name)s gives help at its own desk; ask there.", name=company.name))
    return YES


def can_post_topic(actor: User | None, company: Company, *, at: datetime) -> Decision:
    """Everybody who may take part and guests, at every company that takes topics."""
    return takes_topics(company) and can_ask(actor, at)


def can_reply(actor: User | None, *, at: datetime) -> Decision:
    """Everybody who may take part may answer and comment, at every company and at any time."""
    return can_take_part(actor, at)


def can_speak_for(mandate: Mandate | None) -> Decision:
    """Only who holds a mandate that is valid now speaks for the company.

    Args:
        mandate: the actor's, valid now, at the topic's company; or None.
    """
    if mandate is None:
        return no(gettext("You have no mandate to speak for this company."))
    return YES


def can_keep_searches(actor: User | None, *, at: datetime) -> Decision:
    """Everybody who may take part may keep searches."""
    return can_take_part(actor, at)


def can_follow(actor: User | None, target: object, *, at: datetime) -> Decision:
    """Everybody who may take part may follow anything and anybody but themselves."""
    if actor is not None and isinstance(target, User) and target.id == actor.id:
        return no(gettext("This is you. Follow others, and you hear what they post."))
    return can_take_part(actor, at)


def can_say_me_too(actor: User | None, topic: Topic, *, at: datetime) -> Decision:
    """Everybody but the asker, who is counted as having the issue anyway."""
    if actor is not None and actor.id == topic.author_id:
        return no(gettext("You asked this yourself."))
    return can_take_part(actor, at)


def can_judge(actor: User | None, reply: Reply, *, at: datetime) -> Decision:
    """Vote, or say that it worked: everybody but the author, and about answers only."""
    decision = can_judge_unknown(reply)
    if decision and actor is not None and actor.id == reply.author_id:
        return no(gettext("You wrote this answer; others judge it."))
    return decision and can_take_part(actor, at)


def can_judge_unknown(reply: Reply) -> Decision:
    """Say that it worked, on a visit without an account: about answers only."""
    if reply.parent_id is not None:
        return no(gettext("A comment is not an answer; judge the answer above it."))
    return YES


def can_accept(
    actor: User | None, topic: Topic, reply: Reply, *, has_me_too: bool, at: datetime
) -> Decision:
    """The asker and those with the same issue say what solved it for them.

    The asker may accept an own answer ("I found it myself"): it closes the topic and
    earns its author nothing. Others may not accept their own.
    """
    decision = can_take_part(actor, at)
    if not decision:
        return decision
    assert actor is not None  # can_take_part refuses None
    if topic.kind not in SOLVABLE:
        return no(gettext("Only a question or a problem can be solved."))
    if reply.parent_id is not None:
        return no(gettext("A comment is not an answer; accept the answer above it."))
    if actor.id == topic.author_id:
        return YES
    if actor.id == reply.author_id:
        return no(gettext("You wrote this answer; others judge it."))
    if not has_me_too:
        return no(gettext("Say “I have this too” first; then say what solved it for you."))
    return YES


def can_mark_official(
    actor: User | None, mandate: Mandate | None, reply: Reply | None, *, at: datetime
) -> Decision:
    """Who speaks for the company marks its official answer, and takes the mark back.

    Args:
        reply: what is to be marked; None when the mark is taken back.
    """
    decision = can_take_part(actor, at)
    if not decision:
        return decision
    if mandate is None:
        return no(gettext("Only this company’s representatives can mark an official answer."))
    if reply is not None and reply.parent_id is not None:
        return no(gettext("A comment is not an answer; mark the answer above it."))
    return YES


def can_set_status(
    actor: User | None,
    topic: Topic,
    new: TopicStatus,
    *,
    role: StatusRole | None,
    asker_said: TopicStatus | None,
    at: datetime,
) -> Decision:
    """Who may say where a topic stands.

    * The **asker** says whether an own question or problem is solved or open.
    * The **company** says how far it has come, with any status of the kind, but has no
      power over the asker's word: what the asker called solved stays solved, and what
      the asker opened again is closed (solved, not a problem) by the asker alone.
    * A **moderator** without a stake in the company sets any status of the kind.

    Args:
        role: in which the actor acts, or None for none.
        asker_said: the asker's last word on it (open or solved), or None.
    """
    decision = can_take_part(actor, at)
    if not decision:
        return decision
    if new not in STATUSES[topic.kind]:
        return no(gettext("A topic of this kind cannot have that status."))
    if role is StatusRole.MODERATOR:
        return YES
    if role is StatusRole.ASKER:
        if topic.kind in SOLVABLE and new in ASKER_SAYS:
            return YES
        return no(gettext("You can say whether it is solved or open."))
    if role is StatusRole.COMPANY:
        if topic.status is TopicStatus.SOLVED and asker_said is TopicStatus.SOLVED:
            return no(gettext("The asker said that it is solved; only the asker opens it again."))
        if new in CLOSED and asker_said is TopicStatus.OPEN:
            return no(gettext("The asker opened it again; only the asker says that it is solved."))
        return YES
    return no(gettext("The asker, the company and moderators say where a topic stands."))


def can_sort(actor: User | None, topic: Topic, *, stake: Stake | None, at: datetime) -> Decision:
    """Change kind or tags: the asker, and moderators without a stake in the company.

    Args:
        stake: the actor's, in the topic's company.
    """
    decision = can_take_part(actor, at)
    if not decision:
        return decision
    assert actor is not None  # can_take_part refuses None
    if actor.id == topic.author_id:
        return YES
    if actor.is_moderator or actor.is_admin:
        return can_moderate(actor, stake, at)
    return no(gettext("The asker and moderators say what kind of topic this is."))


def can_edit_topic(editor: User | None, topic: Topic, *, at: datetime) -> Decision:
    """Change the words of a topic and what it is about: whoever asked, and no company (rule N5)."""
    decision = can_take_part(editor, at)
    if not decision:
        return decision
    assert editor is not None  # can_take_part refuses None
    if editor.id != topic.author_id:
        return no(gettext("Only who asked this can change its words."))
    return YES


def can_edit_reply(
    editor: User | None, reply: Reply, *, mandate: Mandate | None, at: datetime
) -> Decision:
    """Change the words of a reply or comment: its author, and no company (rule N5).

    What was said for a company is the company's word: its author changes it only as long
    as they speak for it.

    Args:
        mandate: the editor's, valid now, at the topic's company; or None.
    """
    decision = can_take_part(editor, at)
    if not decision:
        return decision
    assert editor is not None  # can_take_part refuses None
    if editor.id != reply.author_id:
        return no(gettext("Only who wrote this can change its words."))
    if reply.speaks_for_company and mandate is None:
        return no(gettext("You said this for the company, and you speak for it no more."))
    return YES
