"""Whether a screen serves everybody: what axe finds on it, and whether it fits a phone."""

from typing import Literal

from axe_core_python.base import AXE_SCRIPT
from playwright.sync_api import Page, ViewportSize

WAYS: list[tuple[str, ViewportSize, Literal["light", "dark"]]] = [
    ("desktop, light", {"width": 1280, "height": 900}, "light"),
    ("phone, dark", {"width": 320, "height": 700}, "dark"),
]
LOOK = """() => axe.run({ resultTypes: ["violations"] }).then(({ violations }) =>
    violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 160)}`))"""
OVER = "document.documentElement.scrollWidth - innerWidth"


def faults(page: Page) -> list[str]:
    """Return what is wrong with a screen, on a desktop in light and on a phone in the dark."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    before, found = page.viewport_size, []
    for name, size, colours in WAYS:
        page.set_viewport_size(size)
        # Without motion, so that no colour is looked at on its way to another.
        page.emulate_media(color_scheme=colours, reduced_motion="reduce")
        found += [f"{name}: {fault}" for fault in page.evaluate(LOOK)]
        if (over := page.evaluate(OVER)) > 0:
            found.append(f"{name}: {over} px wider than the window")
    page.emulate_media(color_scheme="null", reduced_motion="null")
    if before:
        page.set_viewport_size(before)
    return found
