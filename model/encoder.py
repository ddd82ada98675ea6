"""The scorer on the ONNX encoder: the model that ships.

Each window goes through the encoder alone, never in a padded batch: int8 scales its activations by
what is in the batch, so company would change a score. On one core a batch is no faster anyway; a
batch of replies uses one thread a core instead.
"""

import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np
from onnxruntime import InferenceSession, SessionOptions
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from model.calibration import Intervals
from model.encoder_input import REPLY_START, Reader, Window, windows
from model.errors import ArtifactError
from model.heads import HeadOutput, HeadWeights, TokenVectors, distributions, read, risk
from model.language import LanguageIdentifier
from model.prediction import Floats, Prediction, PreparedReply, SentencePrediction
from model.scoring import PredictionScorer
from model.stock import StockPhrases

ENCODER, TOKENIZER, HEADS = "encoder.onnx", "tokenizer.json", "heads.safetensors"
STOCK, INTERVALS = "stock.safetensors", "intervals.json"
T = TypeVar("T")


class Encoder:
    """Token vectors of prepared replies; safe to share between threads."""

    def __init__(self, encoder: bytes | Path, reader: Reader) -> None:
        options = SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # its arena keeps the memory of the longest reply seen
        source = encoder if isinstance(encoder, bytes) else str(encoder)
        self._session = InferenceSession(source, options, providers=["CPUExecutionProvider"])
        self._reader = reader
        self._pool = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="encoder")

    def encode(
        self, replies: Sequence[PreparedReply], read: Callable[[list[Window], TokenVectors], T]
    ) -> list[T]:
        """What `read` makes of each reply's windows and token vectors, in their order.

        The vectors of a long reply are megabytes; they are dropped as soon as they are read.
        """

        def one(reply: PreparedReply) -> T:
            parts = windows(reply, self._reader)
            return read(parts, self._vectors(parts))

        return [one(replies[0])] if len(replies) == 1 else list(self._pool.map(one, replies))

    def _vectors(self, parts: Sequence[Window]) -> TokenVectors:
        hidden = [self.hidden(part) for part in parts]
        rows, sentences = 0, []
        for part in parts:
            offset = rows - REPLY_START
            sentences += [(s.first + offset, s.last + offset) for s in part.sentences]
            rows += part.reply_end - REPLY_START
        return TokenVectors(
            reply=np.concatenate([h[part.reply] for h, part in zip(hidden, parts, strict=True)]),
            rated=sum(part.reply_end - REPLY_START for part in parts if not part.is_stock),
            message=hidden[0][parts[0].message],
            sentences=sentences,
        )

    def hidden(self, window: Window) -> Floats:
        """(tokens, width): the token vectors of one window."""
        inputs = {
            "ids": np.array([window.ids], np.int64),
            "segments": np.array([window.segments], np.int64),
        }
        found: Floats = self._session.run(None, inputs)[0][0].astype(np.float64)
        return found


class EncoderModel:
    """The encoder and its heads: prepared replies in, predictions out."""

    def __init__(self, encoder: Encoder, weights: HeadWeights) -> None:
        self._encoder = encoder
        self._weights = weights

    def predict(self, replies: Sequence[PreparedReply]) -> Prediction:
        """Predict a batch; a row depends on nothing but its own reply."""
        outputs = self._encoder.encode(replies, self._read)
        latents = np.stack([o.latents for o, _ in outputs])
        need = np.stack([o.need for o, _ in outputs])
        return Prediction(
            latents=latents,
            need=need,
            distributions=distributions(latents, self._weights),
            risk=risk(latents, need, self._weights),
            oddity=np.array([o.oddity for o, _ in outputs]),
            sentences=[sentences for _, sentences in outputs],
        )

    def _read(
        self, parts: list[Window], vectors: TokenVectors
    ) -> tuple[HeadOutput, list[SentencePrediction]]:
        output = read(vectors, self._weights)
        return output, _sentences(parts, output)


def _sentences(parts: Sequence[Window], output: HeadOutput) -> list[SentencePrediction]:
    spans = [(s.start, s.end) for part in parts for s in part.sentences]
    return [
        SentencePrediction(start=start, end=end, behaviors=row)
        for (start, end), row in sorted(zip(spans, output.behaviors, strict=True), key=_place)
    ]


def _place(sentence: tuple[tuple[int, int], Floats]) -> tuple[int, int]:
    return sentence[0]


def load_reader(folder: Path) -> Reader:
    """The tokenizer and the stock phrases of an encoder artifact."""
    return Reader(
        tokenizer=Tokenizer.from_file(str(folder / TOKENIZER)),
        stock=StockPhrases(**load_file(folder / STOCK)),
    )


def load_encoder(folder: Path, version: str, identifier: LanguageIdentifier) -> PredictionScorer:
    """Read an encoder artifact whose checksums were verified."""
    try:
        encoder = Encoder(folder / ENCODER, load_reader(folder))
    except Exception as error:  # onnxruntime and tokenizers raise no narrower class
        raise ArtifactError(
            f"{folder}: the encoder cannot be loaded ({error.__class__.__name__}); install the "
            "versions of onnxruntime and tokenizers that the manifest names"
        ) from error
    weights = HeadWeights(**load_file(folder / HEADS))
    intervals = Intervals(**json.loads((folder / INTERVALS).read_text("utf-8")))
    return PredictionScorer(version, EncoderModel(encoder, weights), intervals, identifier)
