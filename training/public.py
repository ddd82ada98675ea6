"""Real replies of public corpora: their ratings are in the repository, their text is not.

`data/public-ratings/` holds ids and ratings; the text is joined from the folder of the
public files (gzip JSON Lines with `id`, `lang`, `context`, `reply`), where somebody has it.
"""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from model import Channel, Need
from training.corpus import DATA, RatedReply, Rating
from training.errors import CorpusError

TO_TEST, TO_TRAIN = (DATA / "public-ratings" / use for use in ("test", "train"))
"""No conversation is in both."""
_CHANNELS = {
    "support_twitter": Channel.SOCIAL,
    "swefaq": Channel.EMAIL,
    "nav_replies": Channel.EMAIL,
}


def load_public(folder: Path, ratings: Path = TO_TEST) -> list[RatedReply]:
    """Every public reply rated in `ratings`, its text read from `folder`; CorpusError names what is
    not there.
    """
    replies, missing = [], []
    for path in sorted(ratings.glob("*.jsonl")):
        texts = _texts(folder / f"{path.stem}.jsonl.gz")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            row = json.loads(line)
            if row["id"] in texts:
                replies.append(_rated_reply(path.stem, row, texts[row["id"]]))
            else:
                missing.append(f"{path.name}:{number}: {row['id']} is not in {folder.name}")
    if missing or not replies:
        raise CorpusError(missing or [f"{ratings}: no .jsonl file there"])
    return replies


def _texts(path: Path) -> Mapping[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                found[row["id"]] = row
    except (OSError, EOFError, ValueError) as error:
        raise CorpusError([f"{path}: cannot be read ({error.__class__.__name__})"]) from error
    return found


def _rated_reply(source: str, row: Mapping[str, Any], text: Mapping[str, Any]) -> RatedReply:
    meta = text.get("meta", {})
    conversation = meta.get("entry") or meta.get("dialogue") or row["id"]
    return RatedReply(
        id=row["id"],
        language=text["lang"],
        channel=_CHANNELS[source],
        domain=source,
        customer_message=text["context"],
        reply=text["reply"],
        ratings=tuple(
            Rating(**r | {"empathy_need": Need(r["empathy_need"])}) for r in row["ratings"]
        ),
        origin={
            "text": "public",
            "ratings": "language_model",
            "conversation": f"{source}-{conversation}",
        },
        where=row["id"],
    )
