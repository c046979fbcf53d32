"""One's own account: profile, time and language, password, address."""

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.accounts import naming, services, sessions, tokens
from community.accounts.forms import (
    ConfirmEmailForm,
    EmailForm,
    PasswordForm,
    ProfileForm,
    ReadingForm,
)
from community.accounts.models import User
from community.accounts.views import answers, bp
from community.accounts.views.claim import written_elsewhere
from community.core import clock, holdings
from community.core.db import transaction
from community.core.errors import Invalid
from community.web import zones
from community.web.forms import status_of
from community.web.language import LANGUAGES, name_of
from community.web.limits import MAIL, POST, SIGN_IN, limiter, spend_or_refuse
from community.web.redirects import see_other


@bp.route("/account", methods=["GET", "POST"])
@limiter.limit(POST, methods=["POST"])
def settings() -> ResponseReturnValue:
    """Show one's account, and change what others see of it."""
    user = sessions.actor()
    if user is None:
        return sessions.sign_in_first()
    form = ProfileForm(obj=user)
    if form.validate_on_submit():
        try:
            with transaction():
                services.describe_oneself(
                    user, display_name=form.display_name.data or "", about=form.about.data or ""
                )
        except Invalid as error:
            form.take(error)
        else:
            flash(_("It is saved."))
            return see_other(url_for("accounts.settings"))
    page = render_template(
        "accounts/settings.html",
        form=form,
        user=user,
        has_given_name=naming.is_guest_name(user.username),
        elsewhere=[(person, holdings.posts_of(person)) for person in written_elsewhere(user)],
    )
    return page, status_of(form)


@bp.route("/account/reading", methods=["GET", "POST"])
@limiter.limit(POST, methods=["POST"])
def reading() -> ResponseReturnValue:
    """Choose the time zone and the language of pages."""
    user = sessions.actor()
    if user is None:
        return sessions.sign_in_first()
    form = ReadingForm(obj=user)
    form.time_zone.choices = {
        _("No region"): [("", _("As my device")), (zones.UTC, _("UTC, universal time"))],
        **zones.by_region(),
    }
    form.language.choices = [("", _("As my browser"))] + [
        (code, name_of(code)) for code in LANGUAGES
    ]
    if form.validate_on_submit():
        with transaction():
            services.choose_reading(
                user, time_zone=form.time_zone.data or "", language=form.language.data or ""
            )
        flash(_("It is saved."))
        return see_other(url_for("accounts.reading"))
    page = render_template("accounts/reading.html", form=form, now=clock.now())
    return page, status_of(form)


@bp.route("/account/password", methods=["GET", "POST"])
@limiter.limit(SIGN_IN, methods=["POST"], deduct_when=answers.was_refused)
@answers.once_more_known
def change_password(user: User) -> ResponseReturnValue:
    """Change one's password, or set the first one. Other browsers are signed out, this one stays."""
    form = PasswordForm(user)
    if form.validate_on_submit():
        try:
            password_hash = services.prepare_password(user, form.password.data or "")
        except Invalid as error:
            form.take(error)
        else:
            with transaction():
                services.change_password(user, password_hash)
            sessions.sign_in(user)
            flash(_("Your password is set. Other browsers were signed out."))
            return see_other(url_for("accounts.settings"))
    return render_template("accounts/change_password.html", form=form, user=user), status_of(form)


@bp.route("/account/email", methods=["GET", "POST"])
@limiter.limit(SIGN_IN, methods=["POST"], deduct_when=answers.was_refused)
@answers.once_more_known
def change_email(user: User) -> ResponseReturnValue:
    """Ask for another address. The present one stays until the other is confirmed."""
    form = EmailForm(user)
    if form.validate_on_submit():
        try:
            spend_or_refuse(MAIL, "mail", naming.accepted_email(form.email.data or ""))
            with transaction():
                services.ask_new_email(user, email=form.email.data or "")
        except Invalid as error:
            form.take(error)
        else:
            flash(_("Mail is on its way to %(email)s.", email=user.new_email))
            return see_other(url_for("accounts.change_email"))
    page = render_template(
        "accounts/change_email.html", form=form, user=user, folder=answers.mail_folder()
    )
    return page, status_of(form)


@bp.post("/account/email/keep")
def keep_email() -> ResponseReturnValue:
    """Stop a change of address that was asked for."""
    user = sessions.actor()
    if user is None:
        return sessions.sign_in_first(url_for("accounts.change_email"))
    with transaction():
        services.drop_new_email(user)
    flash(_("Your address stays as it is."))
    return see_other(url_for("accounts.change_email"))


@bp.route("/account/email/<token>", methods=["GET", "POST"])
@limiter.limit(POST, methods=["POST"])
def confirm_email(token: str) -> ResponseReturnValue:
    """Confirm a new address, by a button, signed in or not."""
    user = tokens.user_with_new_email(token)
    if user is None:
        return answers.stale_link()
    form = ConfirmEmailForm()
    if form.validate_on_submit():
        with transaction():
            services.confirm_new_email(user)
        flash(_("Your new address is confirmed."))
        return see_other(url_for("accounts.settings"))
    return render_template("accounts/confirm_email.html", form=form, user=user), status_of(form)
