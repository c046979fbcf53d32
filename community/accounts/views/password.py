"""Forgotten passwords, replaced by a link in a mail."""

from flask import flash, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.accounts import naming, services, sessions, tokens
from community.accounts.forms import ForgotForm, ResetForm
from community.accounts.views import answers, bp
from community.core.db import transaction
from community.core.errors import Invalid
from community.core.names import folded
from community.web.forms import status_of
from community.web.limits import (
    ACCOUNT,
    MAIL,
    POST,
    SIGN_UP,
    give_back,
    limiter,
    spend_or_refuse,
)
from community.web.redirects import see_other


@bp.route("/forgot", methods=["GET", "POST"])
@limiter.limit(POST, methods=["POST"])
@limiter.limit(SIGN_UP, methods=["POST"], deduct_when=answers.was_taken)
def forgot() -> ResponseReturnValue:
    """Ask for mail to choose a new password. The answer is the same for every address."""
    form = ForgotForm()
    if form.validate_on_submit():
        email = naming.accepted_email(form.email.data or "")
        spend_or_refuse(MAIL, "mail", email)
        with transaction():
            services.forget_password(email=email)
        session["mailed_to"] = email
        return see_other(url_for("accounts.forgot_sent"))
    return render_template("accounts/forgot.html", form=form), status_of(form)


@bp.get("/forgot/sent")
def forgot_sent() -> ResponseReturnValue:
    """Say that mail is on its way if there is an account."""
    return answers.sent("accounts/forgot_sent.html", url_for("accounts.forgot"))


@bp.route("/reset/<token>", methods=["GET", "POST"])
@limiter.limit(POST, methods=["POST"])
def reset(token: str) -> ResponseReturnValue:
    """Choose a new password by link. It signs in: whoever reads the mail could do so anyway."""
    user = tokens.user_to_reset(token)
    if user is None:
        return answers.stale_link()
    form = ResetForm()
    if form.validate_on_submit():
        try:
            password_hash = services.prepare_password(user, form.password.data or "")
        except Invalid as error:
            form.take(error)
        else:
            with transaction():
                services.change_password(user, password_hash)
            for name in (user.username, user.email or ""):
                give_back(ACCOUNT, "password", folded(name))
            sessions.sign_in(user)
            flash(_("Your new password is set, and you are signed in. Other browsers are not."))
            return see_other("/")
    return render_template("accounts/reset.html", form=form, user=user), status_of(form)
