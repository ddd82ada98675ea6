"""Whole runs: rated replies and a start in, a calibrated encoder artifact out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor
from transformers import PreTrainedModel

from model import Dimension, Need
from model.artifact import verify_artifact
from model.encoder import ENCODER, Encoder, load_reader
from model.encoder_input import Reader, windows
from model.errors import ArtifactError
from model.rubric import RATINGS
from model.store import current_artifact
from training.augment import changed_copies
from training.behavior_sentences import behavior_examples
from training.corpus import RatedReply, is_poor, prepared
from training.encoder_artifact import (
    artifact_heads,
    calibrated,
    head_weights,
    torch_heads,
    with_usual,
    write_encoder_artifact,
)
from training.encoder_batches import Example, example, stock_example, without_message
from training.encoder_folder import start_from
from training.encoder_net import Heads, ScoringNet
from training.errors import EncoderError
from training.export import from_onnx, to_onnx
from training.fit_encoder import Material, fine_tune
from training.fit_heads import fit_heads, read_all
from training.fragments import fragments
from training.recipe import EncoderRecipe, HeadsRecipe
from training.splits import Split, groups, hashed_share, ids_digest, parts
from training.stock import TO_TRAIN, fit_stock, load_phrases, telling_sentences
from training.threads import one_thread

Weights = Mapping[str, float]
NOTHING: Weights = {}


@one_thread()
def fit_heads_artifact(
    replies: Sequence[RatedReply],
    start: Path,
    recipe: HeadsRecipe,
    folder: Path,
    *,
    weights: Weights = NOTHING,
    goes_on: bool = False,
) -> str:
    """Fit heads for the encoder in `start` on `replies`; returns the new version.

    `start` is an encoder artifact, or a Hugging Face folder, whose encoder is then brought into its
    serving form. `weights` says by id how much a reply counts beside the others (1 where it is
    silent). With `goes_on` the heads start from those of the artifact.
    """
    of = parts(replies)
    known = None
    if _is_hugging_face(start):
        if goes_on:
            raise EncoderError(f"{start.name}: has no heads to go on from; fit them afresh")
        body, reader = _from_hugging_face(start, of[Split.TRAIN])
        content = to_onnx(body)
    else:
        artifact = _encoder_artifact(start)
        content, reader = (artifact / ENCODER).read_bytes(), load_reader(artifact)
        known = torch_heads(artifact_heads(artifact)) if goes_on else None
    encoder = Encoder(content, reader)
    random = np.random.default_rng(recipe.seed)
    examples = _examples(of[Split.TRAIN], reader, weights)
    silent = [
        replace(without_message(e, reader), contrast_set=None)
        for e in examples
        if e.reply.message is not None and random.random() < recipe.silent_share
    ]
    alone = _fragments(of[Split.TRAIN], reader, recipe.fragment_weight)
    size = int(recipe.fragment_share * len(alone))
    alone = [alone[i] for i in random.permutation(len(alone))[:size]]
    entered = [*examples, *silent, *alone, *_stock(examples, reader), *behavior_examples(reader)]
    changed = changed_copies(entered, reader, recipe.copies, random)
    read = read_all(encoder, entered, changed)
    heads = fit_heads(read, recipe, known)
    return finish(content, reader, heads, of, recipe, folder)


def fit_encoder_artifact(
    replies: Sequence[RatedReply],
    start: Path,
    recipe: EncoderRecipe,
    calibration: HeadsRecipe,
    folder: Path,
    *,
    weights: Weights = NOTHING,
    device: str = "cpu",
) -> str:
    """Fine-tune the encoder in `start`, an encoder artifact or a Hugging Face folder, with its
    heads; returns the new version.

    The run keeps its checkpoint beside `folder` until it is done, and goes on from it.
    """
    of = parts(replies)
    if _is_hugging_face(start):
        body, reader = _from_hugging_face(start, of[Split.TRAIN])
        net = ScoringNet(body)
    else:
        artifact = _encoder_artifact(start)
        net = ScoringNet(from_onnx((artifact / ENCODER).read_bytes()))
        net.heads = torch_heads(artifact_heads(artifact))
        reader = load_reader(artifact)
    material = _material(of[Split.TRAIN], reader, recipe, weights)
    checkpoint = folder.with_name(f"{folder.name}.resume.pt")
    net = fine_tune(net, reader, material, recipe, checkpoint, device=device).cpu()
    version = finish(to_onnx(net.body), reader, net.heads, of, calibration, folder)
    checkpoint.unlink(missing_ok=True)
    return version


@one_thread()
def mean_artifact(
    replies: Sequence[RatedReply], starts: Sequence[Path], recipe: HeadsRecipe, folder: Path
) -> str:
    """The mean of several encoder artifacts that went on from the same one, weight by weight, body
    and heads (Wortsman et al. 2022, Model soups); returns the new version.

    One that is given twice counts twice. Stock phrases are fitted and all is calibrated anew.
    """
    of = parts(replies)
    artifacts = [_encoder_artifact(start) for start in starts]
    tokenizers = [load_reader(artifact).tokenizer for artifact in artifacts]
    vocabulary = tokenizers[0].to_str()
    other = [a for a, t in zip(artifacts, tokenizers, strict=True) if t.to_str() != vocabulary]
    if other:
        raise EncoderError(
            f"{other[0]}: has another vocabulary than {artifacts[0]}; only encoders that went on "
            "from the same one have a mean"
        )
    bodies = [from_onnx((artifact / ENCODER).read_bytes()) for artifact in artifacts]
    heads = [torch_heads(artifact_heads(artifact)) for artifact in artifacts]
    bodies[0].load_state_dict(_mean([body.state_dict() for body in bodies]))
    heads[0].load_state_dict(_mean([head.state_dict() for head in heads]))
    reader = _reader(bodies[0], tokenizers[0], of[Split.TRAIN])
    return finish(to_onnx(bodies[0]), reader, heads[0], of, recipe, folder)


def _mean(states: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    first, *_ = states
    return {
        name: torch.stack([state[name] for state in states]).mean(0)
        if value.is_floating_point()
        else value
        for name, value in first.items()
    }


def finish(
    encoder: bytes,
    reader: Reader,
    heads: Heads,
    of: Mapping[Split, Sequence[RatedReply]],
    recipe: HeadsRecipe,
    folder: Path,
) -> str:
    """Calibrate on the calibration split and write the artifact; returns its version."""
    serving = Encoder(encoder, reader)
    weights = calibrated(serving, head_weights(heads), of[Split.CALIBRATION])
    train, held = ([prepared(r) for r in of[s]] for s in (Split.TRAIN, Split.CALIBRATION))
    weights = with_usual(serving, weights, train, held, recipe.usual_share)
    return write_encoder_artifact(
        folder,
        encoder=encoder,
        reader=reader,
        serving=serving,
        weights=weights,
        calibration=of[Split.CALIBRATION],
        recipe=recipe,
        trained_on={
            "replies": {split.value: len(part) for split, part in of.items()},
            "ids_sha256": {split.value: ids_digest(part) for split, part in of.items()},
        },
    )


def _is_hugging_face(folder: Path) -> bool:
    return (folder / "config.json").exists()


def _from_hugging_face(folder: Path, train: Sequence[RatedReply]) -> tuple[PreTrainedModel, Reader]:
    body, tokenizer = start_from(folder)
    return body, _reader(body, tokenizer, train)


def _reader(body: PreTrainedModel, tokenizer: Tokenizer, train: Sequence[RatedReply]) -> Reader:
    """A reader that finds stock phrases by the word vectors of `body`."""
    words = body.get_input_embeddings().state_dict()["weight"].float().numpy()
    stock = fit_stock(words, tokenizer, load_phrases(TO_TRAIN), telling_sentences(train))
    return Reader(tokenizer=tokenizer, stock=stock)


def _encoder_artifact(folder: Path) -> Path:
    folder = current_artifact(folder)
    manifest = verify_artifact(folder)
    if manifest.kind != "encoder":
        raise ArtifactError(
            f"{folder}: {manifest.version} has no encoder; give an encoder artifact"
        )
    return folder


def _material(
    train: Sequence[RatedReply], reader: Reader, recipe: EncoderRecipe, weights: Weights
) -> Material:
    is_held = [
        hashed_share(f"validation:{name}") < recipe.validation_share for name in groups(train)
    ]
    fitted = [r for r, held in zip(train, is_held, strict=True) if not held]
    examples = _examples(fitted, reader, weights)
    return Material(
        train=[*examples, *_stock(examples, reader), *behavior_examples(reader)],
        validation=_examples(
            [r for r, held in zip(train, is_held, strict=True) if held], reader, weights
        ),
        fragments=_fragments(fitted, reader, recipe.fragment_weight),
    )


def _examples(replies: Sequence[RatedReply], reader: Reader, weights: Weights) -> list[Example]:
    if not replies:
        raise EncoderError("no reply is in the train split; rate more of them")
    return [example(r, reader, weights.get(r.id, 1.0)) for r in replies]


def _stock(examples: Sequence[Example], reader: Reader) -> list[Example]:
    return [stock for e in examples if (stock := stock_example(e, reader))]


def _fragments(train: Sequence[RatedReply], reader: Reader, weight: float) -> list[Example]:
    """The tagged sentences alone, rated as their behaviors predict."""
    target = np.array([[*(r.mean[d] for d in Dimension), is_poor(r)] for r in train])
    found = fragments(train, target)
    return [
        Example(
            reply=reply,
            window=windows(reply, reader)[0],
            rated=None,
            ratings=np.array([_between(v) for v in row[: len(Dimension)]], np.float32),
            need=np.full(len(Need), 1 / len(Need), np.float32),
            poor=float(np.clip(row[-1], 0, 1)),
            behaviors=None,
            weight=weight,
        )
        for reply, row in zip(found.replies, found.targets, strict=True)
    ]


def _between(value: float) -> list[float]:
    """The shares of the two whole ratings that a value lies between."""
    return [max(0.0, 1 - abs(min(max(value, 1), 5) - k)) for k in RATINGS]
