"""Jobs of moderation. `community.wiring` says after which events and when each is done."""

from community.moderation.handlers.ending import end_modes
from community.moderation.handlers.noting import log_company_page, log_sorting, log_status

__all__ = ["end_modes", "log_company_page", "log_sorting", "log_status"]
