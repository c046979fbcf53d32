"""Joining, signing in and out, forgotten passwords, and one's own account.

Hashing and looking up happen before a transaction is opened; inside it there are only
the writes.
"""

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.accounts import naming, passwords, queries, services, sessions, tokens
from community.accounts.forms import (
    ConfirmEmailForm,
    ConfirmForm,
    EmailForm,
    ForgotForm,
    PasswordForm,
    ProfileForm,
    ResetForm,
    SignInForm,
    SignUpForm,
)
from community.accounts.models import PATH_MAX, SignUp, User
from community.core import mail
from community.core.db import transaction
from community.core.errors import Conflict, Invalid
from community.core.names import folded
from community.web.forms import Form
from community.web.limits import (
    ACCOUNT,
    MAIL,
    POST,
    SIGN_IN,
    SIGN_UP,
    give_back,
    limiter,
    spend,
    spend_or_refuse,
)
from community.web.redirects import local_path

bp = Blueprint("accounts", __name__)

DONE = 303  # the status of an answer to a form that was taken


# --- Joining ---


@bp.route("/signup", methods=["GET", "POST"])
@limiter.limit(POST, methods=["POST"])
@limiter.limit(SIGN_UP, methods=["POST"], deduct_when=lambda answer: answer.status_code == DONE)
def sign_up() -> ResponseReturnValue:
    """Ask to join. Whether or not the address has an account, the answer is the same."""
    return_to = _return_to()
    if sessions.actor():
        return redirect(return_to, DONE)
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
            return _look_at_your_mail(begun)
    return render_template("accounts/sign_up.html", form=form, next=return_to), _status(form)


@bp.get("/signup/sent")
def sign_up_sent() -> ResponseReturnValue:
    """Say that mail is on its way, and what to do if it does not come."""
    return _sent("accounts/sign_up_sent.html", url_for("accounts.sign_up"))


@bp.route("/confirm/<token>", methods=["GET", "POST"])
@limiter.limit(SIGN_IN, methods=["POST"], deduct_when=lambda answer: answer.status_code != DONE)
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
        return _stale_link()
    form = ConfirmForm()
    is_name_free = queries.is_username_free(begun.username_key, naming.look_alike(begun.username))
    is_same_browser = session.get("sign_up") == begun.key
    if form.validate_on_submit():
        try:
            if not is_same_browser:
                services.require_chosen_password(begun, form.password.data or "")
            with transaction():
                user = services.confirm_sign_up(
                    begun, username="" if is_name_free else form.username.data or begun.username
                )
        except Invalid as error:
            form.take(error)
            is_name_free = is_name_free and error.field != "username"
        else:
            return_to = begun.return_to
            sessions.sign_in(user)
            flash(_("Your address is confirmed, and you are signed in."))
            return redirect(return_to, DONE)
    page = render_template(
        "accounts/confirm.html",
        form=form,
        sign_up=begun,
        is_name_free=is_name_free,
        is_same_browser=is_same_browser,
    )
    return page, _status(form)


# --- Signing in and out ---


@bp.route("/signin", methods=["GET", "POST"])
@limiter.limit(SIGN_IN, methods=["POST"], deduct_when=lambda answer: answer.status_code != DONE)
def sign_in() -> ResponseReturnValue:
    """Sign in with a user name or an address, and go on where one wanted to go."""
    return_to = _return_to()
    if sessions.actor():
        return redirect(return_to, DONE)
    form = SignInForm()
    if form.validate_on_submit():
        identifier = form.identifier.data or ""
        # Counted by what was typed, not by whose account it is: if name and address
        # shared one count, using it up through one would tell that the other belongs to it.
        name = folded(naming.identifier(identifier))
        spend_or_refuse(ACCOUNT, "password", name)
        match services.authenticate(identifier=identifier, password=form.password.data or ""):
            case User() as user:
                give_back(ACCOUNT, "password", name)
                _renew_hash(user, form.password.data or "")
                sessions.sign_in(user)
                return redirect(return_to, DONE)
            case SignUp() as begun:
                give_back(ACCOUNT, "password", name)
                return _send_again(begun)
            case None:
                form.form_errors.append(
                    _("The user name or address and the password do not belong together.")
                )
    return render_template("accounts/sign_in.html", form=form, next=return_to), _status(form)


@bp.post("/signout")
def sign_out() -> ResponseReturnValue:
    """Sign out of this browser."""
    sessions.sign_out()
    return redirect("/", DONE)


# --- Forgotten passwords ---


@bp.route("/forgot", methods=["GET", "POST"])
@limiter.limit(POST, methods=["POST"])
@limiter.limit(SIGN_UP, methods=["POST"], deduct_when=lambda answer: answer.status_code == DONE)
def forgot() -> ResponseReturnValue:
    """Ask for mail to choose a new password. The answer is the same for every address."""
    form = ForgotForm()
    if form.validate_on_submit():
        email = naming.accepted_email(form.email.data or "")
        spend_or_refuse(MAIL, "mail", email)
        with transaction():
            services.forget_password(email=email)
        session["mailed_to"] = email
        return redirect(url_for("accounts.forgot_sent"), DONE)
    return render_template("accounts/forgot.html", form=form), _status(form)


@bp.get("/forgot/sent")
def forgot_sent() -> ResponseReturnValue:
    """Say that mail is on its way if there is an account."""
    return _sent("accounts/forgot_sent.html", url_for("accounts.forgot"))


@bp.route("/reset/<token>", methods=["GET", "POST"])
@limiter.limit(POST, methods=["POST"])
def reset(token: str) -> ResponseReturnValue:
    """Choose a new password by link. It signs in: whoever reads the mail could do so anyway."""
    user = tokens.user_to_reset(token)
    if user is None:
        return _stale_link()
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
            return redirect("/", DONE)
    return render_template("accounts/reset.html", form=form, user=user), _status(form)


# --- One's own account ---


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
            return redirect(url_for("accounts.settings"), DONE)
    return render_template("accounts/settings.html", form=form, user=user), _status(form)


@bp.route("/account/password", methods=["GET", "POST"])
@limiter.limit(SIGN_IN, methods=["POST"], deduct_when=lambda answer: answer.status_code != DONE)
def change_password() -> ResponseReturnValue:
    """Change one's password. Other browsers are signed out, this one stays."""
    user = sessions.actor()
    if user is None:
        return sessions.sign_in_first()
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            services.require_password(user, form.current.data or "")
            password_hash = services.prepare_password(user, form.password.data or "")
        except Invalid as error:
            form.take(error)
        else:
            with transaction():
                services.change_password(user, password_hash)
            sessions.sign_in(user)
            flash(_("Your password is changed. Other browsers were signed out."))
            return redirect(url_for("accounts.settings"), DONE)
    return render_template("accounts/change_password.html", form=form, user=user), _status(form)


@bp.route("/account/email", methods=["GET", "POST"])
@limiter.limit(SIGN_IN, methods=["POST"], deduct_when=lambda answer: answer.status_code != DONE)
def change_email() -> ResponseReturnValue:
    """Ask for another address. The present one stays until the other is confirmed."""
    user = sessions.actor()
    if user is None:
        return sessions.sign_in_first()
    form = EmailForm()
    if form.validate_on_submit():
        try:
            services.require_password(user, form.current.data or "")
            spend_or_refuse(MAIL, "mail", naming.accepted_email(form.email.data or ""))
            with transaction():
                services.ask_new_email(user, email=form.email.data or "")
        except Invalid as error:
            form.take(error)
        else:
            flash(_("Mail is on its way to %(email)s.", email=user.new_email))
            return redirect(url_for("accounts.change_email"), DONE)
    page = render_template(
        "accounts/change_email.html", form=form, user=user, folder=_mail_folder()
    )
    return page, _status(form)


@bp.post("/account/email/keep")
def keep_email() -> ResponseReturnValue:
    """Stop a change of address that was asked for."""
    user = sessions.actor()
    if user is None:
        return sessions.sign_in_first()
    with transaction():
        services.drop_new_email(user)
    flash(_("Your address stays as it is."))
    return redirect(url_for("accounts.change_email"), DONE)


@bp.route("/account/email/<token>", methods=["GET", "POST"])
@limiter.limit(POST, methods=["POST"])
def confirm_email(token: str) -> ResponseReturnValue:
    """Confirm a new address, by a button, signed in or not."""
    user = tokens.user_with_new_email(token)
    if user is None:
        return _stale_link()
    form = ConfirmEmailForm()
    if form.validate_on_submit():
        with transaction():
            services.confirm_new_email(user)
        flash(_("Your new address is confirmed."))
        return redirect(url_for("accounts.settings"), DONE)
    return render_template("accounts/confirm_email.html", form=form, user=user), _status(form)


@bp.post("/account/signout-everywhere")
def sign_out_everywhere() -> ResponseReturnValue:
    """Sign out of every browser, this one too."""
    user = sessions.actor()
    if user is None:
        return sessions.sign_in_first()
    with transaction():
        services.sign_out_everywhere(user)
    sessions.sign_out()
    flash(_("You are signed out everywhere."))
    return redirect(url_for("accounts.sign_in"), DONE)


# --- Between the lines ---


def _return_to() -> str:
    """Return the local path to go on at, which the address or the form names."""
    path = local_path(request.values.get("next")) or "/"
    return path if len(path) <= PATH_MAX else "/"


def _status(form: Form) -> int:
    """Return 422 for a form that is shown again with its errors."""
    return 422 if form.errors else 200


def _look_at_your_mail(begun: SignUp) -> ResponseReturnValue:
    session["sign_up"] = begun.key
    session["mailed_to"] = begun.email
    return redirect(url_for("accounts.sign_up_sent"), DONE)


def _send_again(begun: SignUp) -> ResponseReturnValue:
    """Mail the link of a sign-up once more, and say why."""
    if spend(MAIL, "mail", begun.email):
        with transaction():
            services.ask_confirmation(begun)
        flash(_("Your address is not confirmed yet, so the mail was sent once more."), "warning")
    else:
        flash(_("Your address is not confirmed yet. The mail was sent several times."), "warning")
    return _look_at_your_mail(begun)


def _sent(template: str, start: str) -> ResponseReturnValue:
    if "mailed_to" not in session:
        return redirect(start, DONE)
    return render_template(template, email=session["mailed_to"], folder=_mail_folder())


def _mail_folder() -> str | None:
    """Return where mail lies that is not really sent, for whoever develops the site."""
    folder = mail.outbox_folder()
    if folder is None or current_app.config["SETTINGS"].is_production:
        return None
    return str(folder)


def _stale_link() -> ResponseReturnValue:
    return render_template("accounts/stale_link.html"), 410


def _renew_hash(user: User, password: str) -> None:
    """Bring the stored hash up to today's parameters, now that the password is at hand."""
    if user.password_hash is None or not passwords.is_outdated(user.password_hash):
        return
    password_hash = passwords.hashed(password)
    try:
        with transaction():
            services.renew_hash(user, password_hash)
    except Conflict:
        return  # changed at this very moment: that hash is new enough
