"""Taking everything along, leaving, and coming back."""

from datetime import timedelta
from functools import partial

from flask import Response, flash, render_template, request, send_file, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.accounts import exporting, policies, queries, services, sessions
from community.accounts.forms import LeaveForm, ProofForm, StayForm
from community.accounts.models import FRESH_FOR, LEAVE_FOR, User
from community.accounts.views import answers, bp
from community.core import clock, holdings
from community.core.db import transaction
from community.web.forms import status_of
from community.web.limits import EXPORT, POST, SIGN_IN, limiter, spend_or_refuse
from community.web.redirects import see_other


@bp.route("/account/data", methods=["GET", "POST"])
@limiter.limit(SIGN_IN, methods=["POST"], deduct_when=answers.was_wrong)
@answers.once_more_known
def download(user: User) -> ResponseReturnValue:
    """Hand out everything that is kept about whoever asks."""
    form = ProofForm(user)
    if form.validate_on_submit():
        spend_or_refuse(EXPORT, "export", str(user.id))
        return _archive(user)
    return render_template("accounts/data.html", form=form, user=user), status_of(form)


@bp.route("/account/leave", methods=["GET", "POST"])
@limiter.limit(SIGN_IN, methods=["POST"], deduct_when=answers.was_refused)
@answers.once_more_known
def leave(user: User) -> ResponseReturnValue:
    """Say what goes and what stays, and close the account."""
    form = LeaveForm(user)
    if form.validate_on_submit():
        with transaction():
            services.leave(user, for_good=form.when.data == "now")
        sessions.sign_out()
        return see_other(url_for("accounts.left", when=form.when.data))
    page = render_template(
        "accounts/leave.html",
        form=form,
        user=user,
        posts=holdings.posts_of(user),
        days=LEAVE_FOR.days,
    )
    return page, status_of(form)


@bp.get("/account/left")
def left() -> ResponseReturnValue:
    """Say that an account is closed, to whoever it was."""
    return render_template(
        "accounts/left.html", for_good=request.args.get("when") == "now", days=LEAVE_FOR.days
    )


@bp.route("/account/stay", methods=["GET", "POST"])
@limiter.limit(POST, methods=["POST"])
def stay() -> ResponseReturnValue:
    """Let somebody who has left, and has just shown who they are, come back."""
    user = _who_left()
    if user is None or user.deleted_at is None:
        session.pop("left", None)
        return see_other(url_for("accounts.sign_in"))
    policies.can_stay(user, at=clock.now()).require()
    form = StayForm()
    if form.validate_on_submit():
        if "for_good" in request.form:
            with transaction():
                services.leave(user, for_good=True)
            session.clear()
            return see_other(url_for("accounts.left", when="now"))
        with transaction():
            services.stay(user)
        sessions.sign_in(user)
        flash(_("Your account is open again, and everything is as it was."))
        return see_other(url_for("accounts.settings"))
    page = render_template(
        "accounts/stay.html", form=form, user=user, forgotten_at=user.deleted_at + LEAVE_FOR
    )
    return page, status_of(form)


def _archive(user: User) -> Response:
    answer = send_file(
        exporting.archive_of(user, page=partial(render_template, "accounts/export.html")),
        mimetype="application/zip",
        as_attachment=True,
        download_name=f"common-ground-{user.username}.zip",
    )
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _who_left() -> User | None:
    """Return who has left and has shown who they are within the last minutes."""
    user_id, shown_at = session.get("left", (None, 0))
    if user_id is None or clock.now().timestamp() - shown_at > FRESH_FOR / timedelta(seconds=1):
        return None
    user = queries.by_id(user_id)
    return user if user is not None and user.email_verified_at is not None else None
