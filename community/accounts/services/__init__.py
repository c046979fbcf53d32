"""What people do with their accounts.

A password is hashed by the functions called ``prepare_*`` and by `authenticate`. They
change nothing and are called before a transaction is opened, because hashing is slow
on purpose and SQLite lets one writer in at a time.
"""

from community.accounts.services.addresses import (
    ask_new_email,
    confirm_new_email,
    drop_new_email,
)
from community.accounts.services.claims import (
    ask_sign_in_link,
    claim,
    claim_placeholder,
    confirm_claim,
    refuse_claim,
    take_over,
)
from community.accounts.services.guests import lead_guest, welcome_guest
from community.accounts.services.joining import (
    ask_confirmation,
    begin_sign_up,
    confirm_sign_up,
    prepare_sign_up,
    require_chosen_password,
)
from community.accounts.services.leaving import leave, stay
from community.accounts.services.profile import choose_reading, choose_username, describe_oneself
from community.accounts.services.signing_in import (
    authenticate,
    begin_session,
    change_password,
    end_other_sessions,
    end_session,
    end_session_of,
    forget_password,
    note_seen,
    prepare_password,
    prune_sessions,
    renew_hash,
    require_password,
    sign_out_everywhere,
)

__all__ = [
    "ask_confirmation",
    "ask_new_email",
    "ask_sign_in_link",
    "authenticate",
    "begin_session",
    "begin_sign_up",
    "change_password",
    "choose_reading",
    "choose_username",
    "claim",
    "claim_placeholder",
    "confirm_claim",
    "confirm_new_email",
    "confirm_sign_up",
    "describe_oneself",
    "drop_new_email",
    "end_other_sessions",
    "end_session",
    "end_session_of",
    "forget_password",
    "lead_guest",
    "leave",
    "note_seen",
    "prepare_password",
    "prepare_sign_up",
    "prune_sessions",
    "refuse_claim",
    "renew_hash",
    "require_chosen_password",
    "require_password",
    "sign_out_everywhere",
    "stay",
    "take_over",
    "welcome_guest",
]
