"""What the pages of accounts ask of a request, and answer, in common."""

from collections.abc import Callable
from functools import wraps

from flask import Response, flash, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.accounts import naming, sessions
from community.accounts.models import PATH_MAX, SignUp, User
from community.core import clock, config, mail
from community.web.redirects import SEE_OTHER, local_path, see_other

UNPROCESSABLE = 422

View = Callable[[], ResponseReturnValue]


def was_taken(answer: Response) -> bool:
    """Tell whether a form did its work, for limits that count those."""
    return answer.status_code == SEE_OTHER


def was_refused(answer: Response) -> bool:
    """Tell whether a form has to be sent again, for limits that count wrong tries."""
    return answer.status_code != SEE_OTHER


def was_wrong(answer: Response) -> bool:
    """Tell whether a form is shown again with its errors, for forms that answer with a file."""
    return answer.status_code == UNPROCESSABLE


def return_to() -> str:
    """Return the local path to go on at, which the address or the form names."""
    path = local_path(request.values.get("next")) or "/"
    return path if len(path) <= PATH_MAX else "/"


def look_at_your_mail(begun: SignUp) -> ResponseReturnValue:
    """Lead to the page that waits for a sign-up's confirmation, and remember this browser."""
    session["sign_up"] = begun.key
    session["mailed_to"] = begun.email
    return see_other(url_for("accounts.sign_up_sent"))


def sent(template: str, start: str) -> ResponseReturnValue:
    """Say that mail is on its way; if none is, lead to the form at ``start``."""
    if "mailed_to" not in session:
        return see_other(start)
    return render_template(template, email=session["mailed_to"], folder=mail_folder())


def welcome(user: User, return_to: str) -> ResponseReturnValue:
    """Sign in whoever has shown that an address is theirs, and lead on.

    Who came as a guest may choose a name first; who has left may come back.
    """
    if user.deleted_at is not None:
        return offer_to_stay(user)
    sessions.sign_in(user)
    if naming.is_guest_name(user.username):
        flash(_("Your address is confirmed, and you are signed in."))
        return see_other(url_for("accounts.choose_name", next=return_to))
    flash(_("You are signed in as %(username)s.", username=user.username))
    return see_other(return_to)


def offer_to_stay(user: User) -> ResponseReturnValue:
    """Lead somebody who has left, and has shown who they are, to the way back."""
    session["left"] = [user.id, int(clock.now().timestamp())]
    return see_other(url_for("accounts.stay"))


def once_more_known(view: Callable[[User], ResponseReturnValue]) -> View:
    """Let ``view`` be for whoever can show once more who they are.

    By their password, which a `ProofForm` asks for; without one by a link, which signs in anew
    and leads here again.
    """

    @wraps(view)
    def guarded() -> ResponseReturnValue:
        user = sessions.actor()
        if user is None:
            return sessions.sign_in_first()
        if user.password_hash is None and not sessions.is_fresh():
            return render_template("accounts/by_mail_first.html", user=user, back=request.path)
        return view(user)

    return guarded


def mail_folder() -> str | None:
    """Return where mail lies that is not really sent, for whoever develops the site."""
    folder = mail.outbox_folder()
    if folder is None or config.current().is_production:
        return None
    return str(folder)


def stale_link() -> ResponseReturnValue:
    """Say that a link from a mail does not work any more, and what to do."""
    return render_template("accounts/stale_link.html"), 410
