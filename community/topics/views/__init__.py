"""Topics: their pages, every button on them, and asking."""

from flask import Blueprint

from community.topics import naming

bp = Blueprint("topics", __name__)
bp.add_app_template_filter(naming.kind_word)
bp.add_app_template_filter(naming.status_word)
bp.add_app_template_filter(naming.rule_word)
bp.add_app_template_filter(naming.asked_by_words)

from community.topics.views import ask, ask_form, ask_post, deflect, edit, follow, press, show  # noqa: E402, F401 (they add their routes)
