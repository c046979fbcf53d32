"""What people type, made fit to keep."""

import pytest

from community.core.text import whole_number


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0", 0),
        ("7", 7),
        ("007", 7),
        ("250", 250),
        ("251", None),
        ("0250", None),
        ("9" * 5000, None),
        ("-1", None),
        ("+1", None),
        ("1.0", None),
        ("1_0", None),
        (" 1", None),
        ("٣", None),
        ("²", None),
        ("", None),
        (None, None),
    ],
)
def test_only_plain_digits_up_to_the_most_are_a_number(
    typed: str | None, number: int | None
) -> None:
    assert whole_number(typed, most=250) == number
