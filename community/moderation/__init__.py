"""Moderation that nobody with a stake can bend: flags, cases, decisions, the public log, appeals."""
