"""Where a form may lead: back into this site, nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.web.redirects import local_path


@pytest.mark.parametrize("path", ["/", "/about", "/t/1/a-b?after=x&y=1#reply-2", "/c/%D0%90", "/@"])
def test_a_path_of_this_site(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "about",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\t//evil.example",
        " //evil.example",
        "/\x00/evil.example",
        "/\x7f",
        "https://evil.example",
        "http:/evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "/a\r\nSet-Cookie: a=b",
        "//[",
    ],
)
def test_anything_else(target: str | None) -> None:
    assert local_path(target) is None


@given(target=st.text(alphabet="/\\.:@?#%ab\t\n\r\x00[] ") | st.text())
def test_whatever_is_let_through_begins_at_our_root(target: str) -> None:
    path = local_path(target)

    if path is not None:
        assert path == target
        # What a browser drops or reads as a slash is not there, so this is what it sees.
        assert path[0] == "/"
        assert path[1:2] not in {"/", "\\"}
        assert not set(path) & set("\t\n\r\x00\\")
