"""The shipped encoder as a transformers pipeline in torch, in a plain Flask view.

It reads the reply and the customer message and answers with three expected ratings: no language, no
intervals, no sentences, so it does less than the others.
"""

import os
from pathlib import Path

import torch
from flask import Flask, request
from safetensors.numpy import load_file
from tokenizers import Tokenizer
from tokenizers.processors import TemplateProcessing
from transformers import AutoModel, AutoTokenizer, Pipeline, PreTrainedTokenizerFast

from model import BUNDLED, Dimension
from model.encoder import ENCODER, HEADS, TOKENIZER
from model.encoder_input import END, START
from model.heads import HeadWeights, TokenVectors, distributions, read
from model.ordinal import expected_rating
from model.store import current_artifact
from tests.benchmark.load import PATH
from training.export import from_onnx


def write_transformers_folder(folder: Path) -> None:
    """Write the shipped encoder as `from_pretrained` reads it, weights in float32."""
    artifact = current_artifact(BUNDLED)
    from_onnx((artifact / ENCODER).read_bytes()).save_pretrained(folder)
    tokenizer = Tokenizer.from_file(str(artifact / TOKENIZER))
    tokenizer.post_processor = TemplateProcessing(
        single=f"{START} $A {END}",
        pair=f"{START} $A {END} $B:1 {END}:1",
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in (START, END)],
    )
    PreTrainedTokenizerFast(tokenizer_object=tokenizer).save_pretrained(folder)


class RatingPipeline(Pipeline):
    """A reply and its message to expected ratings."""

    def __init__(self, folder: Path) -> None:
        self._weights = HeadWeights(**load_file(current_artifact(BUNDLED) / HEADS))
        super().__init__(
            model=AutoModel.from_pretrained(folder, add_pooling_layer=False),
            tokenizer=AutoTokenizer.from_pretrained(folder),
            device="cpu",
        )

    def _sanitize_parameters(self, **_: object) -> tuple[dict[str, object], ...]:
        return {}, {}, {}

    def preprocess(self, pair: tuple[str, str]) -> dict[str, torch.Tensor]:
        found: dict[str, torch.Tensor] = self.tokenizer(
            *pair, return_tensors="pt", return_token_type_ids=True, truncation=True, max_length=450
        )
        return found

    def _forward(self, inputs: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        hidden = self.model(**inputs).last_hidden_state
        return {"hidden": hidden[0], "is_message": inputs["token_type_ids"][0].bool()}

    def postprocess(self, found: dict[str, torch.Tensor]) -> dict[str, float]:
        hidden, is_message = found["hidden"].double().numpy(), found["is_message"].numpy()
        reply = hidden[~is_message]
        vectors = TokenVectors(
            reply=reply, rated=len(reply), message=hidden[is_message], sentences=[]
        )
        latents = read(vectors, self._weights).latents[None]
        ratings = expected_rating(distributions(latents, self._weights)[0])
        return dict(zip(Dimension, ratings.tolist(), strict=True))


def create_app() -> Flask:
    torch.set_num_threads(1)
    rate = RatingPipeline(Path(os.environ["BENCHMARK_FOLDER"]))
    app = Flask(__name__)

    @app.post(PATH)
    def score() -> dict[str, float]:
        asked = request.get_json()
        found: dict[str, float] = rate((asked["reply"], asked["customer_message"]))
        return found

    @app.get("/health")
    def health() -> str:
        return "ok"

    return app
