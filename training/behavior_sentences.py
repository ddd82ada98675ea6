"""Sentences written to show a behavior (data/behavior-sentences/), for the heads that find them.

They have no ratings, so they teach nothing else.
"""

import json
from pathlib import Path

import numpy as np

from model import LANGUAGES, Behavior, Dimension, Need
from model.encoder_input import Reader, windows
from model.prediction import PreparedReply
from model.rubric import RATINGS
from training.corpus import DATA
from training.encoder_batches import BEHAVIORS, Example
from training.errors import CorpusError

SENTENCES = DATA / "behavior-sentences"


def behavior_examples(reader: Reader, folder: Path = SENTENCES) -> list[Example]:
    """Every sentence of `folder` as an example without ratings; none where there is no folder.

    Raises CorpusError for a line that cannot be used.
    """
    return [
        _example(line, f"{path.name}:{i}", path.stem, reader)
        for path in sorted(folder.glob("*.jsonl"))
        for i, line in enumerate(path.read_text("utf-8").splitlines(), 1)
    ]


def _example(line: str, where: str, language: str, reader: Reader) -> Example:
    try:
        row = json.loads(line)
        sentence, tags = row["sentence"], {Behavior(tag) for tag in row["tags"]}
    except (ValueError, KeyError, TypeError) as error:
        raise CorpusError(
            [f"{where}: needs a sentence and tags of the rubric ({error})"]
        ) from error
    if language not in LANGUAGES:
        raise CorpusError([f"{where}: the file must be named by one of {', '.join(LANGUAGES)}"])
    reply = PreparedReply(text=sentence, message=None, channel=None, language=language)
    window = windows(reply, reader)[0]
    shown = np.array([b in tags for b in BEHAVIORS], np.float32)
    return Example(
        reply=reply,
        window=window,
        rated=None,
        ratings=np.full((len(Dimension), len(RATINGS)), 1 / len(RATINGS), np.float32),
        need=np.full(len(Need), 1 / len(Need), np.float32),
        poor=0.0,
        behaviors=np.tile(shown, (len(window.sentences), 1)),
        weight=0.0,
    )
