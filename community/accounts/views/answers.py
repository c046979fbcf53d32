"""What the pages of accounts ask of a request, and answer, in common."""

from flask import Response, current_app, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from community.accounts.models import PATH_MAX, SignUp
from community.core import mail
from community.web.redirects import SEE_OTHER, local_path, see_other


def was_taken(answer: Response) -> bool:
    """Tell whether a form did its work, for limits that count those."""
    return answer.status_code == SEE_OTHER


def was_refused(answer: Response) -> bool:
    """Tell whether a form has to be sent again, for limits that count wrong tries."""
    return answer.status_code != SEE_OTHER


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


def mail_folder() -> str | None:
    """Return where mail lies that is not really sent, for whoever develops the site."""
    folder = mail.outbox_folder()
    if folder is None or current_app.config["SETTINGS"].is_production:
        return None
    return str(folder)


def stale_link() -> ResponseReturnValue:
    """Say that a link from a mail does not work any more, and what to do."""
    return render_template("accounts/stale_link.html"), 410
