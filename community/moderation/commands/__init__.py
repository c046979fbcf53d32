"""Commands of moderation, a module for each group."""

from community.moderation.commands.log import log_group

__all__ = ["log_group"]
