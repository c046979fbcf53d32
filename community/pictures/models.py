"""The table of pictures. Their bytes lie in the storage (`community.pictures.storage`)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from community.core import clock
from community.core.db import Base, IntPK
from community.core.picture_keys import KEY_MAX

MEDIA_TYPE_MAX = 20  # characters
BYTES_MAX = 10 * 1024 * 1024  # of a file that is sent
FIELD = "picture"  # what a form calls it


class Picture(Base):
    """A picture as we serve it: encoded anew by us, without anything but what is seen.

    ``wanted_until`` is none once a post shows it; before, it is put off by each draft
    that names it, and a picture nobody has wanted for long is swept out.
    """

    __tablename__ = "pictures"

    id: Mapped[IntPK]
    # Random, and in its address; it says the size as well, see `community.core.picture_keys`.
    key: Mapped[str] = mapped_column(String(KEY_MAX), unique=True)
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    media_type: Mapped[str] = mapped_column(String(MEDIA_TYPE_MAX))
    width: Mapped[int]  # pixels
    height: Mapped[int]  # pixels
    size: Mapped[int]  # bytes
    wanted_until: Mapped[datetime | None] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (
        CheckConstraint("width >= 1 AND height >= 1 AND size >= 1", name="is_a_picture"),
    )


class WithheldPicture(Base):
    """A picture that is shown to nobody, because a post that names it is out of sight."""

    __tablename__ = "withheld_pictures"

    picture_id: Mapped[int] = mapped_column(
        ForeignKey("pictures.id", ondelete="CASCADE"), primary_key=True
    )
    tombstone_id: Mapped[int] = mapped_column(primary_key=True, index=True)  # of a layer above
