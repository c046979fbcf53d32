"""Pictures that come with a form of somebody without scripts."""

from community.pictures.views.add import came_with, takes_picture
from community.writing.forms import Review, ReviewedForm
from community.writing.views.review import rendered


def brings_picture(form: ReviewedForm) -> bool:
    """Put a picture that came along into the text of ``form``, before anything is posted.

    Returns:
        True when the form has to be shown again: with the picture in its preview, or with
        the reason why it was refused.
    """
    if not came_with(form):
        return False
    if not form.form_errors:
        form.review = Review(preview=rendered(form.body.data or ""))
    return True


__all__ = ["brings_picture", "takes_picture"]
