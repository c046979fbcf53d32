"""What mail programs read of our headers."""

import pytest

from community.core import mail

pytestmark = pytest.mark.usefixtures("app")

LINK = "https://help.a-rather-long-name.example.org/stop-mails/" + "WzUxLCJyZXBsaWVkIl0" * 4


def test_a_long_address_stands_in_its_header_as_it_is() -> None:
    context = {"username": "mira", "forgot": "/forgot"}
    headers = {"List-Unsubscribe": f"<{LINK}>"}

    message = mail.compose(
        "mira@mail.example", "accounts/password_changed", context, headers=headers
    )

    assert f"\r\nList-Unsubscribe: <{LINK}>\r\n" in message.as_bytes().decode()
