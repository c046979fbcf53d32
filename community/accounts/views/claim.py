"""Showing that an address is one's own: guests, imported authors, and signing in by mail."""

from flask import abort, flash, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.accounts import digests, naming, queries, services, sessions, tokens
from community.accounts.forms import ClaimForm, LinkForm, UsernameForm
from community.accounts.models import User
from community.accounts.views import answers, bp
from community.core.db import transaction
from community.core.errors import Invalid, NotAllowed
from community.web.forms import status_of
from community.web.limits import MAIL, POST, SIGN_IN, SIGN_UP, limiter, spend_or_refuse
from community.web.redirects import see_other


@bp.route("/signin/link", methods=["GET", "POST"])
@limiter.limit(POST, methods=["POST"])
@limiter.limit(SIGN_UP, methods=["POST"], deduct_when=answers.was_taken)
def sign_in_link() -> ResponseReturnValue:
    """Ask for a link to sign in with. The answer is the same for every address."""
    return_to = answers.return_to()
    form = LinkForm()
    if form.validate_on_submit():
        email = naming.accepted_email(form.email.data or "")
        spend_or_refuse(MAIL, "mail", email)
        with transaction():
            services.ask_sign_in_link(email=email, return_to=return_to)
        session["mailed_to"] = email
        return see_other(url_for("accounts.sign_in_link_sent"))
    user = sessions.actor()
    if request.method != "POST" and user is not None:
        form.email.data = user.email  # to show once more who they are
    page = render_template("accounts/sign_in_link.html", form=form, next=return_to)
    return page, status_of(form)


@bp.get("/signin/sent")
def sign_in_link_sent() -> ResponseReturnValue:
    """Say that mail is on its way if there is an account."""
    return answers.sent("accounts/sign_in_link_sent.html", url_for("accounts.sign_in_link"))


@bp.route("/people/<username>/claim", methods=["GET", "POST"])
@limiter.limit(POST, methods=["POST"])
@limiter.limit(SIGN_UP, methods=["POST"], deduct_when=answers.was_taken)
def claim_person(username: str) -> ResponseReturnValue:
    """Ask for a link that shows that an imported author is oneself. All addresses look alike."""
    person = queries.by_username(username)
    if person is None or not person.is_placeholder or person.deleted_at is not None:
        abort(404)
    form = LinkForm()
    if form.validate_on_submit():
        email = naming.accepted_email(form.email.data or "")
        spend_or_refuse(MAIL, "mail", email)
        with transaction():
            services.claim_placeholder(person, email=email)
        session["mailed_to"] = email
        session["claimed"] = person.username
        return see_other(url_for("accounts.claim_sent"))
    page = render_template("accounts/claim_person.html", form=form, person=person)
    return page, status_of(form)


@bp.get("/claim/sent")
def claim_sent() -> ResponseReturnValue:
    """Say that mail is on its way if the address is the one from the archive."""
    person = queries.by_username(session.get("claimed", ""))
    if person is None or "mailed_to" not in session:
        return see_other("/")
    return render_template(
        "accounts/claim_sent.html",
        email=session["mailed_to"],
        person=person,
        folder=answers.mail_folder(),
    )


@bp.route("/claim/<token>", methods=["GET", "POST"])
@limiter.limit(SIGN_IN, methods=["POST"], deduct_when=answers.was_refused)
def claim(token: str) -> ResponseReturnValue:
    """Say what a link does, and do it when the button is pressed.

    The link does nothing by itself: mail servers open links to look for harm.
    """
    made = tokens.claim_of(token)
    person = queries.by_id(made.user_id) if made is not None else None
    if made is None or person is None:
        return answers.stale_link()
    form = ClaimForm()
    if form.validate_on_submit():
        if "not_me" in request.form:
            with transaction():
                services.refuse_claim(made)
            flash(_("Nothing is joined with your address."))
            return see_other("/")
        return_to, was_imported = made.return_to, person.is_placeholder
        with transaction():
            user = services.confirm_claim(made)
        if was_imported:  # their page may have gone into another's
            return_to = url_for("pages.person", username=user.username)
        return answers.welcome(user, return_to)
    page = render_template(
        "accounts/claim.html",
        form=form,
        claim=made,
        person=person,
        owner=queries.by_email(made.email),
    )
    return page, status_of(form)


@bp.route("/account/name", methods=["GET", "POST"])
@limiter.limit(POST, methods=["POST"])
def choose_name() -> ResponseReturnValue:
    """Choose a user name in place of the one that a guest was given; later will do as well."""
    user = sessions.actor()
    if user is None:
        return sessions.sign_in_first()
    return_to = answers.return_to()
    if not naming.is_guest_name(user.username):
        return see_other(url_for("accounts.settings"))
    form = UsernameForm()
    if form.validate_on_submit():
        try:
            with transaction():
                services.choose_username(user, form.username.data or "")
        except Invalid as error:
            form.take(error)
        else:
            flash(_("You are %(username)s from now on.", username=user.username))
            return see_other(return_to)
    page = render_template("accounts/choose_name.html", form=form, user=user, next=return_to)
    return page, status_of(form)


@bp.post("/account/claims/<int:user_id>")
@limiter.limit(POST)
def take_over(user_id: int) -> ResponseReturnValue:
    """Take over what was imported under an address that one has shown to be one's own."""
    user = sessions.actor()
    if user is None:
        return sessions.sign_in_first(url_for("accounts.settings"))
    person = next((one for one in written_elsewhere(user) if one.id == user_id), None)
    if person is None:
        raise NotAllowed(_("Whoever wrote this did not have your address in the archive."))
    name = person.name
    with transaction():
        services.take_over(person, user)
    flash(_("What %(name)s wrote is yours now.", name=name))
    return see_other(url_for("accounts.settings"))


def written_elsewhere(user: User) -> list[User]:
    """Return the imported authors who have the confirmed address of ``user``."""
    if user.email is None or user.email_verified_at is None:
        return []
    return list(queries.placeholders_of(digests.of_source_email(user.email)))
