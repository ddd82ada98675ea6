"""Names that stand for others: the same in rated replies from a file and from the service."""

import hashlib
import re

_PLAIN = str.maketrans("åäæöøé", "aaaooe")


def pseudonym(what: str, name: str) -> str | None:
    """A name that stands for another: the same for the same, None for none.

    Who has a list of all names can still find out which it is, so it is personal data.
    """
    if not name:
        return None
    digest = hashlib.sha256(f"tonfall:{what}:{' '.join(name.lower().split())}".encode())
    return f"{what}-{digest.hexdigest()[:12]}"


def slug(text: str) -> str:
    """A name in at most 40 small letters, digits and underscores; empty where none is left."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower().translate(_PLAIN)).strip("_")[:40]
