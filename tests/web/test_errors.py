"""What went wrong, in our words, and with everything that was typed."""

from collections.abc import Callable

import pytest

from community.accounts.models import User
from tests.conftest import Client
from tests.factories import make_topic, make_user

SAME = {"Sec-Fetch-Site": "same-origin"}


def test_a_form_from_before_signing_in_again_is_sent_by_pressing_once_more(
    sign_in: Callable[[User], Client],
) -> None:
    topic, browser = make_topic(), sign_in(make_user(display_name="Mira K."))
    typed = {"body": 'Step <one>\n"two"', "as_company": "", "csrf_token": "of another session"}

    answer = browser.post(f"/t/{topic.id}/replies?x=1", data=typed, headers=SAME)

    assert answer.status_code == 400
    assert "Step &lt;one&gt;\n&#34;two&#34;</textarea>" in answer.text
    assert f'action="/t/{topic.id}/replies?x=1"' in answer.text
    assert "of another session" not in answer.text
    assert "Send it as Mira K." in answer.text
    assert "CSRF" not in answer.text


@pytest.mark.parametrize("path", ["/account/password", "/account/email"])
def test_a_password_is_not_sent_back(sign_in: Callable[[User], Client], path: str) -> None:
    browser = sign_in(make_user())

    answer = browser.post(path, data={"current": "plum-river-44"}, headers=SAME)

    assert answer.status_code == 400
    assert "plum-river-44" not in answer.text
    assert "CSRF" not in answer.text


def test_nothing_is_offered_to_a_form_of_unknown_origin(sign_in: Callable[[User], Client]) -> None:
    topic = make_topic()

    answer = sign_in(make_user()).post(f"/t/{topic.id}/replies", data={"body": "planted"})

    assert answer.status_code == 400
    assert "planted" not in answer.text
