"""Whether the demonstration content holds together: nothing that the site itself would refuse."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from community.accounts.naming import is_guest_name
from community.companies.models import ALIASES_MAX, NAME_MAX
from community.core.names import folded
from community.demo import events, sign_in
from community.demo.drawings import DRAWINGS
from community.demo.shapes import (
    Company,
    Content,
    Edit,
    Keeps,
    Person,
    Reply,
    Role,
    Step,
    Topic,
)
from community.demo.texts import drawings_in
from community.topics.models import STATUSES, TAGS_MAX, StatusRole, TopicStatus
from community.topics.policies import SOLVABLE

ASKER_SAYS = frozenset({TopicStatus.OPEN, TopicStatus.SOLVED})


def complaints(content: Content) -> Iterator[str]:
    """Yield a sentence for everything that is wrong, naming the file and the key."""
    people = {person.username: person for person in content.people}
    yield from _twice("people.toml", "person", [one.username for one in content.people])
    topics = [topic for _company, topic in content.topics()]
    replies = [reply.key for topic in topics for reply in topic.replies]
    yield from _twice("All files", "company", [company.slug for company in content.companies])
    yield from _twice("All files", "topic", [topic.key for topic in topics])
    yield from _twice("All files", "reply", replies)
    for person in content.people:
        yield from _about_person(f"people.toml, person {person.username}", person, content)
    for text, author, _at in content.texts():
        yield from _about_drawings(f"All files, a text of {author}", text)
    yield from events.complaints(
        content.events,
        people={person.username: person.joined for person in content.people},
        posts={topic.key for topic in topics} | {*replies},
        companies={company.slug for company in content.companies},
    )
    for company in content.companies:
        yield from _about_company(company, people)
        for topic in company.topics:
            place = f"{company.file}, topic {topic.key}"
            yield from _about_topic(place, company, topic, people)
            yield from _about_history(place, company, topic, people)
            for reply in topic.replies:
                yield from _about_reply(
                    f"{place}, reply {reply.key}", company, topic, reply, people
                )


def role_in(company: Company, topic: Topic, step: Step, people: Mapping[str, Person]) -> StatusRole:
    """Return in what role somebody changed a status: the first one that allows it."""
    if step.by == topic.author and topic.kind in SOLVABLE and step.to in ASKER_SAYS:
        return StatusRole.ASKER
    if company.employee(step.by, step.at) is not None:
        return StatusRole.COMPANY
    if people[step.by].is_moderator:
        return StatusRole.MODERATOR
    raise LookupError(f"{step.by} has no say")


def _about_person(place: str, person: Person, content: Content) -> Iterator[str]:
    is_guest = is_guest_name(person.username)
    if person.role is Role.GUEST and not is_guest:
        yield f"{place}: 'username' is none that a guest is given."
    if is_guest == bool(person.name):
        yield f"{place}: 'name' is what all have but those with a guest's user name."
    can_sign_in = person.username in sign_in.ACCOUNTS.values()
    if can_sign_in is not (person.keeps is not None):
        yield f"{place}: 'keeps' is for those who can sign in, and all of them have it."
    if person.keeps is not None:
        yield from _about_keeps(f"{place}, keeps", person, person.keeps, content)


def _about_keeps(place: str, person: Person, keeps: Keeps, content: Content) -> Iterator[str]:
    yield from _too_early(place, person.username, keeps.since, {person.username: person})
    companies = {company.slug for company in content.companies}
    known = {
        "company": companies,
        "product": {
            f"{company.slug}/{product.slug}"
            for company in content.companies
            for product in company.products
        },
        "tag": {tag for _company, topic in content.topics() for tag in topic.tags},
        "topic": {topic.key for _company, topic in content.topics()},
        "person": {one.username for one in content.people} - {person.username},
    }
    wanted = {
        "company": [
            *keeps.companies,
            *(one.company for one in keeps.searches if one.company),
            *(one.company for one in keeps.drafts if one.company),
        ],
        "topic": [one.topic for one in keeps.drafts if one.topic],
        "product": keeps.products,
        "tag": keeps.tags,
        "person": keeps.people,
    }
    for what, names in wanted.items():
        yield from (f"{place}: no {what} {name!r}." for name in names if name not in known[what])
    for draft in keeps.drafts:
        if bool(draft.topic) is bool(draft.title):
            yield f"{place}: a draft is of an answer to a 'topic', or else has a 'title'."
    for at in (*_moments_of(person.username, content), *(one.at for one in keeps.drafts)):
        if at > keeps.last_here:
            yield f"{place}: 'last_here' is before what {person.username} did at {at}."


def _moments_of(username: str, content: Content) -> Iterator[datetime]:
    """Yield when somebody did what the files give a moment for."""
    for _company, topic in content.topics():
        posts: list[Topic | Reply] = [topic, *topic.replies]
        for post in posts:
            if post.author == username:
                yield from (post.at, *(edit.at for edit in post.edits))
        comments = (one for reply in topic.replies for one in reply.comments)
        yield from (one.at for one in comments if one.author == username)
        yield from (step.at for step in topic.history if step.by == username)


def _about_drawings(place: str, text: str) -> Iterator[str]:
    for name, words in drawings_in(text):
        if name not in DRAWINGS:
            yield f"{place}: no drawing {name!r}."
        if not words:
            yield f"{place}: nothing is said in place of the drawing {name!r}."
    if text.count("(drawing:") != len(list(drawings_in(text))):
        yield f"{place}: a drawing is written ![what it shows](drawing:name)."


def _about_edits(place: str, post: Topic | Reply, people: Mapping[str, Person]) -> Iterator[str]:
    after = post.at
    for edit in post.edits:
        yield from _too_early(f"{place}, edit", post.author, edit.at, people, after=after)
        if not edit.before and not _files_anew(edit):
            yield f"{place}, edit: nothing is changed."
        if isinstance(post, Reply) and _files_anew(edit):
            yield f"{place}, edit: a reply has neither title nor tags."
        after = edit.at


def _files_anew(edit: Edit) -> bool:
    return bool(edit.title_before or edit.tags_before)


def _members(
    place: str, what: str, names: Iterable[str], people: Mapping[str, Person]
) -> Iterator[str]:
    """Complain of those who did what only somebody with an account can do."""
    for name in names:
        if name in people and not people[name].has_account:
            yield f"{place}: {what!r} names {name}, who has no account."


def _about_company(company: Company, people: Mapping[str, Person]) -> Iterator[str]:
    products = {product.slug for product in company.products}
    for product in company.products:
        if product.parent and product.parent not in products:
            yield f"{company.file}, product {product.slug}: no product {product.parent!r}."
    yield from _twice(company.file, "product", [one.slug for one in company.products])
    named = [company.opened_by, *(one.username for one in company.employees)]
    yield from _unknown(company.file, named, people)
    yield from _twice(company.file, "employee", named[1:])
    if len(company.also_known_as) > ALIASES_MAX:
        yield f"{company.file}, company: 'also_known_as' are more than {ALIASES_MAX}."
    for alias in company.also_known_as:
        if not 1 <= len(alias) <= NAME_MAX or folded(alias) == folded(company.name):
            yield f"{company.file}, company: {alias!r} is no other name."
    if company.official_help_url and not company.official_help_source:
        yield f"{company.file}, company: 'official_help_source' is missing."


def _about_topic(
    place: str, company: Company, topic: Topic, people: Mapping[str, Person]
) -> Iterator[str]:
    yield from _unknown(place, [topic.author, *topic.me_too, *topic.follows], people)
    yield from _members(place, "me_too", topic.me_too, people)
    yield from _members(place, "follows", topic.follows, people)
    yield from _too_early(place, topic.author, topic.at, people)
    yield from _about_edits(place, topic, people)
    products = {product.slug for product in company.products}
    yield from (f"{place}: no product {slug!r}." for slug in topic.products if slug not in products)
    if topic.author in topic.me_too:
        yield f"{place}: 'me_too' names the asker."
    if len(topic.tags) > TAGS_MAX:
        yield f"{place}: 'tags' are more than {TAGS_MAX}."
    earlier = {other.key for other in company.topics if other.at < topic.at}
    if topic.differs_from and topic.differs_from not in earlier:
        yield f"{place}: 'differs_from' names no earlier topic of the company."


def _about_reply(
    place: str, company: Company, topic: Topic, reply: Reply, people: Mapping[str, Person]
) -> Iterator[str]:
    judges = [*reply.worked, *reply.failed, *reply.helpful, *reply.unhelpful]
    yield from _unknown(place, [reply.author, *judges, *reply.accepted_by], people)
    yield from _members(place, "worked", [*judges, *reply.accepted_by], people)
    yield from _too_early(place, reply.author, reply.at, people, after=topic.at)
    yield from _about_edits(place, reply, people)
    for comment in reply.comments:
        yield from _unknown(place, [comment.author], people)
        yield from _too_early(
            f"{place}, comment", comment.author, comment.at, people, after=reply.at
        )
    if reply.author in judges:
        yield f"{place}: {reply.author} judges an own answer."
    if {*reply.worked} & {*reply.failed} or {*reply.helpful} & {*reply.unhelpful}:
        yield f"{place}: somebody says yes and no."
    if reply.speaks_for_company and company.employee(reply.author, reply.at) is None:
        yield f"{place}: {reply.author} has no mandate to speak for {company.name} at the time."
    if reply.is_official and not reply.speaks_for_company:
        yield f"{place}: 'official' but it does not speak for the company."
    yield from _about_acceptance(place, topic, reply)


def _about_acceptance(place: str, topic: Topic, reply: Reply) -> Iterator[str]:
    if reply.accepted_by and topic.kind not in SOLVABLE:
        yield f"{place}: 'accepted_by', but this kind of topic cannot be solved."
    for username in reply.accepted_by:
        if username != topic.author and username not in topic.me_too:
            yield f"{place}: 'accepted_by' names {username}, who does not have the issue."
        if username == reply.author != topic.author:
            yield f"{place}: {username} accepts an own answer."
    if topic.author in reply.accepted_by and topic.status is not TopicStatus.SOLVED:
        yield f"{place}: the asker accepts it, but the topic is not solved."


def _about_history(
    place: str, company: Company, topic: Topic, people: Mapping[str, Person]
) -> Iterator[str]:
    status, at = TopicStatus.OPEN, topic.at
    for step in topic.history:
        yield from _unknown(place, [step.by], people)
        yield from _too_early(f"{place}, history", step.by, step.at, people, after=at)
        if step.to is status or step.to not in STATUSES[topic.kind]:
            yield f"{place}, history: a {topic.kind} that is {status} cannot become {step.to}."
        if step.by in people:
            try:
                role_in(company, topic, step, people)
            except LookupError:
                yield f"{place}, history: {step.by} may not set {step.to!r}."
        status, at = step.to, step.at
    if status is not topic.status:
        yield f"{place}: 'status' is {topic.status}, but the history ends with {status}."


def _unknown(place: str, names: Sequence[str], people: Mapping[str, Person]) -> Iterator[str]:
    yield from (f"{place}: no person {name!r}." for name in names if name not in people)


def _too_early(
    place: str,
    username: str,
    at: datetime,
    people: Mapping[str, Person],
    *,
    after: datetime | None = None,
) -> Iterator[str]:
    if username in people and at < people[username].joined:
        yield f"{place}: 'at' is before {username} joined."
    if after is not None and at < after:
        yield f"{place}: 'at' is before what it follows."


def _twice(place: str, what: str, names: Sequence[str]) -> Iterator[str]:
    yield from (
        f"{place}: there are {count} of {what} {name!r}."
        for name, count in Counter(names).items()
        if count > 1
    )
