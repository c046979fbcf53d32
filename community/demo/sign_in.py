"""Who can sign in to look around, and with which password.

The password is made at random for each installation: one that everybody knows would be
an open door the day the installation is put on the open web.
"""

import os
import secrets
from pathlib import Path

FILE = "demo-sign-in.txt"
ACCOUNTS = {
    "customer": "jonas",
    "super-user": "mira",
    "employee": "dana",
    "moderator": "sam",
    "operator": "ingrid",
}
WORDS_EACH = 4  # different ones of 256: 32 bits, behind Argon2 and a limit on attempts

_LIST = (  # easily read out, told apart and typed
    "acorn agate alder alley almond anchor anvil apron arbor arrow aspen atlas attic autos azure"
    " badge bagel balsa banjo barley barrel basil basin beacon beech bench berry birch bison"
    " blanket blossom bobbin bonnet border bottle boulder bramble brass brick bridge bronze brook"
    " broom bucket buckle bugle bundle burrow button cabin cactus camel candle canoe canvas canyon"
    " caramel carbon cargo carpet carrot cedar celery cello chalk cherry chess chimney cider cinder"
    " clamp clarinet clay clover cobalt cobble coconut comet compass copper coral cork cotton"
    " cradle crane crater cricket crocus crystal cushion cypress daisy damson dapple denim desert"
    " dingo dolphin domino drawer dune eagle easel echo elbow elder ember emerald engine falcon"
    " feather fennel fern ferry fiddle fig filter finch flannel flask flint flute fossil fountain"
    " fox gable galaxy gander garlic garnet gazelle ginkgo glacier glider goblet gorse granite"
    " gravel grove guitar hammock hamper harbour harvest hazel heather hedge heron hickory hinge"
    " honey hornet iris island ivory jacket jasmine jigsaw juniper kayak kernel kettle kiosk kite"
    " ladder lagoon lantern larch lattice laurel lemon lentil lichen lilac linen lizard llama lobby"
    " locket lotus lumber lupin magnet mallet mango maple marble marigold meadow melon mitten mosaic"
    " moss muffin mulberry mustard nectar nettle nickel nutmeg oasis oat ocean olive onyx opal orbit"
    " orchard orchid osprey otter oyster paddle palette panda pantry papaya parrot parsley pastry"
    " pebble pecan pelican pepper petal piano pigeon pillow pine pistachio plaza plum pocket pollen"
    " poplar poppy prairie puffin pumpkin quail quarry quartz quilt rabbit"
    " radish raft raisin raven reed ribbon river robin rocket saffron sail salmon"
)
WORDS = _LIST.split()


def new_password() -> str:
    """Return words that can be read out and typed, chosen at random."""
    return "-".join(secrets.SystemRandom().sample(WORDS, WORDS_EACH))


def keep(password: str, folder: Path) -> None:
    """Write down who can sign in and how, for the owner's eyes only."""
    path = folder / FILE
    path.unlink(missing_ok=True)  # an earlier file may have been readable by others
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(f"{what:<12}{username}\n" for what, username in ACCOUNTS.items())
        file.write(f"{'password':<12}{password}\n")


def kept(folder: Path) -> str:
    """Return what `keep` has written, or an empty text."""
    path = folder / FILE
    return path.read_text(encoding="utf-8") if path.is_file() else ""
