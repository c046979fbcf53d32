"""Addresses without what was hung onto them to follow people around.

Links that people copy from mails, adverts and apps name who sent them, to whom and by
which button. What a link leads to does not depend on it.
"""

import re
from typing import Final

_BY_WHO_READS_THEM = """
    adverts:   gclid gclsrc dclid gbraid wbraid gad_source gad_campaignid srsltid fbclid
               fb_action_ids fb_action_types fb_source fb_ref msclkid ttclid twclid yclid ymclid
               li_fat_id sccid epik rdt_cid
    mailings:  mc_cid mc_eid _hsenc _hsmi __hssc __hstc __hsfp hsctatracking mkt_tok __s _ke
               vero_conv vero_id oly_anon_id oly_enc_id ml_subscriber ml_subscriber_hash s_cid
               rb_clickid
    sharing:   igsh igshid xmt ref_src ref_url sender_device share_app_id share_link_id spm
               spm_id_from share_source share_medium vd_source
    analytics: _ga _gl _openstat wt_mc wickedid mtm_campaign mtm_source mtm_medium mtm_keyword
               mtm_content mtm_cid mtm_group mtm_placement
"""
TRACKING: Final = frozenset(re.findall(r"\w+(?!\w|:)", _BY_WHO_READS_THEM))
PREFIXES: Final = ("utm_", "pk_", "piwik_", "hsa_", "oft_")
# Names too short to mean the same everywhere, by the hosts where they only say who shared it.
AT_HOSTS: Final = {
    "youtube.com": frozenset({"si"}),
    "youtu.be": frozenset({"si"}),
    "spotify.com": frozenset({"si"}),
    "x.com": frozenset({"s", "t"}),
    "twitter.com": frozenset({"s", "t"}),
}

_HOST = re.compile(r"(?:https?:)?//(?:www\.|m\.|music\.|open\.)?([^/?#:@]+)", re.IGNORECASE)
_JOINT = re.compile(r"&amp;|&")


def untracked(address: str) -> str:
    """Return ``address`` without the parameters that only follow people around.

    Everything else stays as it is, sign by sign. In HTML the signs between parameters may
    be written ``&amp;``.
    """
    before, mark, query = address.partition("?")
    if not mark:
        return address
    query, hash_mark, fragment = query.partition("#")
    host = _HOST.match(before)
    here = AT_HOSTS.get(host[1].lower(), frozenset()) if host else frozenset()
    parts, joints = _JOINT.split(query), [*_JOINT.findall(query), ""]
    kept = [
        (part, joint) for part, joint in zip(parts, joints, strict=True) if not _follows(part, here)
    ]
    if len(kept) == len(parts):
        return address
    query = "".join(part + joint for part, joint in kept)
    if kept and kept[-1][1]:  # the joint before the last one, which went
        query = query[: -len(kept[-1][1])]
    return before + mark * bool(query) + query + hash_mark + fragment


def _follows(part: str, here: frozenset[str]) -> bool:
    name = part.partition("=")[0].lower()
    return name in TRACKING or name in here or name.startswith(PREFIXES)
