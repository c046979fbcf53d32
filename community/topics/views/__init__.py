"""Topics: their pages, every button on them, and asking.

ask, ask_form, ask_post   the three steps of asking; `asking` is what all of them go by,
                          `deflect` what is pressed beside the answers that were shown
show, press, edit, follow  a topic's page, its buttons, changing posts, following
drafting, drafted         drafts of all these forms, and what each belongs to
disclosing, pictured, quoting  steps of several forms: insiders, pictures, quotes
addresses, structured_data     where things are, for links and for search engines
"""

from flask import Blueprint

from community.topics import naming

bp = Blueprint("topics", __name__)
bp.add_app_template_filter(naming.kind_word)
bp.add_app_template_filter(naming.status_word)
bp.add_app_template_filter(naming.rule_word)
bp.add_app_template_filter(naming.asked_by_words)

from community.topics.views import ask, ask_form, ask_post, deflect, edit, follow, press, show  # noqa: E402, F401 (they add their routes)
