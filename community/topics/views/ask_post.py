"""Asking, last step: what is looked at once more before a question is posted, and by whom."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.accounts.sessions import actor, sign_in_first
from community.companies import queries as companies
from community.companies.models import Company
from community.core.db import transaction
from community.core.errors import Conflict, Invalid, NotAllowed, SearchUnavailable
from community.core.names import folded
from community.topics import policies, queries, services, visits
from community.topics.forms.ask import NONE_OF_THESE, AskForm
from community.topics.models import TopicKind
from community.topics.queries import Suggestion
from community.topics.services import Question
from community.topics.views import ask_form, asking, bp, drafting
from community.topics.views.addresses import topic_address
from community.topics.views.ask_form import About
from community.topics.views.disclosing import is_disclosed
from community.topics.views.pictured import brings_picture, takes_picture
from community.web.forms import status_of
from community.web.language import languages_read
from community.web.limits import GUEST, POST, limiter, spend, whose
from community.web.redirects import see_other
from community.writing.models import ASKING
from community.writing.views.review import before_posting


@bp.post("/ask", defaults={"company_slug": None})
@bp.post("/c/<company_slug>/ask")
@limiter.limit(POST)
@takes_picture
def post(company_slug: str | None) -> ResponseReturnValue:
    """Post the topic, after one more look at what is answered already."""
    fixed, form = asking.page_of(company_slug), AskForm()
    if fixed is not None and not form.company.data:
        form.company.data = fixed.name
    was_guessed = not form.company.data and _guess(form)
    about = ask_form.about_of(form, fixed)
    ask_form.offer(form, about)
    if drafting.is_asked_for():
        return _kept_as_asked(form, about)
    if request.form.get("look"):
        return ask_form.page(form, about)
    if brings_picture(form):
        return ask_form.page(form, about), form.status
    if not _is_complete(form, about, was_guessed=was_guessed):
        return ask_form.page(form, about), status_of(form)
    if not before_posting(form, "title", "body") or not is_disclosed(form, actor(), about.company):
        return ask_form.page(form, about), form.status

    items = _last_look(form, about.company)
    if items:
        seen = form.turned_down_ids() | {item.topic.id for item in items}
        form.turned_down.data = " ".join(str(one) for one in sorted(seen))
        # Each row has buttons of its own, which lead away: what was typed waits for a return.
        _keep(form, about)
        return ask_form.page(form, about, items=items)
    if actor() is None and not _is_guest():
        return _keep_and_sign_in(form, about)
    try:
        return _post(form, about)
    except (Invalid, NotAllowed, Conflict) as error:
        form.take(error)
        return ask_form.page(form, _again(form, about, error)), 422


def _is_guest() -> bool:
    """Tell whether somebody without an account asks with an e-mail address alone."""
    form = request.form
    return actor() is None and bool(form.get("guest")) and not form.get("sign_in")


def _guess(form: AskForm) -> bool:
    """Fill in what the words are about, where no company is named. Return whether we could."""
    found = queries.guesses(form.title.data or "", body=form.body.data or "")
    return ask_form.fill_in_guess(form, found)


def _is_complete(form: AskForm, about: About, *, was_guessed: bool) -> bool:
    """Tell whether everything is said that is needed, and add what is wrong to the form."""
    complete = form.validate() and not about.must_say
    if was_guessed:
        form.company.errors = [
            _("We guessed this from your words. Press once more if it is right.")
        ]
        complete = False
    if about.company is not None and not (decision := policies.takes_topics(about.company)):
        form.form_errors.append(decision.reason)
        complete = False
    if about.company is not None and form.new_product.data:
        complete &= _is_new_product(form, about.company)
    if not _is_guest():
        return complete
    if not form.email.data:
        form.email.errors = [_("Write your e-mail address, or sign in.")]
        complete = False
    if form.homepage.data:
        form.homepage.data = ""
        form.form_errors.append(
            _("A field was filled in that people do not see. It is empty now; press once more.")
        )
        complete = False
    return complete


def _is_new_product(form: AskForm, company: Company) -> bool:
    """Tell whether the named product can go; one that is like another is asked about first."""
    name = form.new_product.data or ""
    near = companies.near_products(company.id, name)
    if near and near[0].name_key == folded(name):
        form.product.data, form.new_product.data = near[0].id, ""
    elif near and form.opens_product.data != name:
        form.opens_product.data = name
        form.new_product.errors = [
            _(
                "There is “%(near)s” already. Choose it above, or press once more to add “%(name)s”.",
                near=near[0].name,
                name=name,
            )
        ]
        return False
    return True


def _last_look(form: AskForm, company: Company | None) -> list[Suggestion]:
    """Look once more, now with the details, for answers that the asker has not turned down."""
    if form.kind.data == TopicKind.PRAISE.value:
        return []
    if form.turned_down.data:  # they were shown for this form: the second press posts
        return []
    differs = form.differs_from_id()
    try:
        return queries.suggestions(
            form.title.data or "",
            body=form.body.data or "",
            company_id=company.id if company else None,
            product_id=form.product.data or None,
            exclude={differs} if differs else set(),
            reads=languages_read(),
        )
    except SearchUnavailable:  # answers are a courtesy: posting must work
        return []


def _post(form: AskForm, about: About) -> ResponseReturnValue:
    """Publish the topic, in the name of a member or of a guest."""
    if not _is_guest():
        with transaction():
            topic = services.ask(actor(), _question(form, about))
            drafting.posted(form)
            location, is_held = topic_address(topic), topic.hidden_at is not None
        if not is_held:  # the page itself says that it waits
            flash(_("It is posted. Answers will stand on this page."))
        return see_other(location)
    if not spend(GUEST, "guest", whose()):
        form.form_errors.append(
            _("Several questions were asked from here without an account. Sign in to ask more.")
        )
        return ask_form.page(form, about), 429
    with transaction():
        topic = services.ask_as_guest(form.email.data or "", _question(form, about))
        drafting.posted(form)
        location, is_held = topic_address(topic), topic.hidden_at is not None
    flash(
        _("We sent a link to %(email)s: open it to keep the question yours.", email=form.email.data)
        if is_held
        else _(
            "It is posted. We sent a link to %(email)s: open it to get answers by mail and to"
            " keep the question yours.",
            email=form.email.data,
        )
    )
    return see_other(location)


def _question(form: AskForm, about: About) -> Question:
    return Question(
        kind=TopicKind(form.kind.data),
        title=form.title.data or "",
        body=form.body.data or "",
        company=about.company,
        company_name=form.company.data or "",
        website=form.website.data or "",
        other_slugs=form.seen_slugs() if form.company_choice.data == NONE_OF_THESE else (),
        product_ids=[form.product.data] if form.product.data else [],
        new_product=form.new_product.data or "",
        tags=form.tags.words(),
        differs_from_id=form.differs_from_id(),
        differs_reason=form.reason.data or "",
        visit=visits.current(),
    )


def _again(form: AskForm, about: About, error: Exception) -> About:
    """Return what the form is about after a refusal: somebody may have opened the page meanwhile."""
    if not isinstance(error, Conflict) or about.company is not None:
        return about
    form.company_choice.data = ""
    return ask_form.about_of(form, None)


def _kept_as_asked(form: AskForm, about: About) -> ResponseReturnValue:
    """Save the draft, and go on with it at an address of its own."""
    if not drafting.keep_as_asked(form, ASKING, company_id=_company_id(about)):
        return ask_form.page(form, about), form.status
    return see_other(url_for("topics.draft", key=form.draft.data))


def _keep(form: AskForm, about: About) -> None:
    """Keep everything in a draft, with the company that was chosen and that answers were shown."""
    form.turned_down.data = form.turned_down.data or "none"
    drafting.keep(form, ASKING, company_id=_company_id(about))


def _keep_and_sign_in(form: AskForm, about: About) -> ResponseReturnValue:
    """Keep everything in a draft, then send the visitor to sign in or join, and back."""
    _keep(form, about)
    flash(_("What you wrote is kept. Sign in or join, then press once more to post it."))
    return sign_in_first(url_for("topics.draft", key=form.draft.data))


def _company_id(about: About) -> str:
    return str(about.company.id) if about.company else ""
