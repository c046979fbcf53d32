"""Commands of moderation, a module for each group."""

from community.moderation.commands.log import log_group
from community.moderation.commands.mode import mode_group
from community.moderation.commands.offices import office_group

__all__ = ["log_group", "mode_group", "office_group"]
