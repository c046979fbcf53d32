"""Joining: the form, the wait for the mail, and the link in it."""

from flask import flash, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.accounts import naming, queries, services, sessions, tokens
from community.accounts.forms import ConfirmForm, SignUpForm
from community.accounts.views import answers, bp
from community.core.db import transaction
from community.core.errors import Invalid
from community.web.forms import status_of
from community.web.limits import MAIL, POST, SIGN_IN, SIGN_UP, limiter, spend_or_refuse
from community.web.redirects import see_other


@bp.route("/signup", methods=["GET", "POST"])
@limiter.limit(POST, methods=["POST"])
@limiter.limit(SIGN_UP, methods=["POST"], deduct_when=answers.was_taken)
def sign_up() -> ResponseReturnValue:
    """Ask to join. Whether or not the address has an account, the answer is the same."""
    return_to = answers.return_to()
    if sessions.actor():
        return see_other(return_to)
    form = SignUpForm()
    if form.validate_on_submit():
        try:
            begun = services.prepare_sign_up(
                username=form.username.data or "",
                email=form.email.data or "",
                password=form.password.data or "",
                return_to=return_to,
            )
        except Invalid as error:
            form.take(error)
        else:
            spend_or_refuse(MAIL, "mail", begun.email)
            with transaction():
                services.begin_sign_up(begun)
            return answers.look_at_your_mail(begun)
    return render_template("accounts/sign_up.html", form=form, next=return_to), status_of(form)


@bp.get("/signup/sent")
def sign_up_sent() -> ResponseReturnValue:
    """Say that mail is on its way, and what to do if it does not come."""
    return answers.sent("accounts/sign_up_sent.html", url_for("accounts.sign_up"))


@bp.route("/confirm/<token>", methods=["GET", "POST"])
@limiter.limit(SIGN_IN, methods=["POST"], deduct_when=answers.was_refused)
def confirm(token: str) -> ResponseReturnValue:
    """Confirm the address of a sign-up, sign in and go on where the visitor left.

    The link shows a button and does nothing by itself: mail servers open links to
    look for harm, and would confirm addresses whose owners never looked.

    In another browser than the one that signed up the password is asked for. Otherwise
    somebody could sign up with another person's address and a password of their own,
    and keep a key to the account once its owner pressed the button.
    """
    begun = tokens.sign_up_of(token)
    if begun is None:
        return answers.stale_link()
    username, email = begun.username, begun.email
    form = ConfirmForm()
    if session.get("sign_up") == begun.key:
        del form.password
    is_free = queries.is_username_free(begun.username_key, naming.look_alike(username))
    if is_free or queries.made_of(begun):  # by this very link, pressed twice
        del form.username
    if form.validate_on_submit():
        try:
            if form.password:
                services.require_chosen_password(begun, form.password.data or "")
            with transaction():
                user = services.confirm_sign_up(
                    begun, username=form.username.data or "" if form.username else ""
                )
        except Invalid as error:
            if error.field == "username" and not form.username:  # taken at this very moment
                return see_other(url_for("accounts.confirm", token=token))
            form.take(error)
        else:
            return_to = begun.return_to
            sessions.sign_in(user)
            flash(_("Your address is confirmed, and you are signed in."))
            return see_other(return_to)
    page = render_template("accounts/confirm.html", form=form, username=username, email=email)
    return page, status_of(form)
