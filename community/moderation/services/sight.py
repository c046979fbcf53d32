"""Who sees the pictures of a post that was taken out of sight: whoever judges it."""

from collections.abc import Collection

from community.accounts.models import User
from community.companies.policies import can_moderate
from community.companies.queries import bar_of
from community.core import clock
from community.moderation.queries import sight
from community.moderation.services.appeal import may_serve


def judges_all(actor: User, tombstone_ids: Collection[int]) -> bool:
    """Tell whether ``actor`` judges every post behind some tombstones.

    A moderator does, without a stake in any company concerned (rule N12); and so do the jurors of
    an appeal, as long as they have a vote in it.
    """
    now = clock.now()
    if can_moderate(actor, None, now):
        concerned = sight.companies_behind(tombstone_ids)
        return all(can_moderate(actor, bar_of(actor, one, now), now) for one in concerned)
    seats = sight.seats_at(actor.id, tombstone_ids)
    return {one for one, appeal in seats if may_serve(actor, appeal, at=now)} == set(tombstone_ids)
