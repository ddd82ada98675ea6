"""The encoder's serving form: ONNX with int8 weights, and the way back from it to torch.

Matrices are int8 per output channel, the word embeddings int8 per row. The weights use seven of
the eight bits: without the VNNI instructions, sums of full-range products saturate, and a score
would depend on the machine. The file says which initializer holds which weight, so that fine-tuning
can start from what ships.
"""

import copy
import json
import logging
import warnings
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, PreTrainedModel

from training.errors import EncoderError

logging.getLogger("torch.onnx").setLevel(logging.ERROR)
_OPSET = 20
_CONFIG = "config"
_PREFIX = "weight:"


class RowInt8Embedding(nn.Module):
    """Word embeddings as int8 rows, each with its own scale."""

    rows: Tensor
    scale: Tensor

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        scale = weight.abs().amax(dim=1, keepdim=True).clamp(min=1e-8) / 127
        self.register_buffer("rows", torch.round(weight / scale).to(torch.int8))
        self.register_buffer("scale", scale)

    def forward(self, ids: Tensor) -> Tensor:
        """(…, width) of ids (…)."""
        rows = nn.functional.embedding(ids, self.rows)
        return rows.float() * nn.functional.embedding(ids, self.scale)


class _Serving(nn.Module):
    """One window in, token vectors out; the window is never padded."""

    def __init__(self, body: PreTrainedModel) -> None:
        super().__init__()
        self.body = body

    def forward(self, ids: Tensor, segments: Tensor) -> Tensor:
        hidden: Tensor = self.body(input_ids=ids, token_type_ids=segments).last_hidden_state
        return hidden


def to_onnx(body: PreTrainedModel, *, is_int8: bool = True) -> bytes:
    """The encoder as one ONNX file: inputs `ids` and `segments` (1, tokens), output (1, tokens,
    width).
    """
    config = body.config.to_json_string()
    exported = copy.deepcopy(body).eval()
    exported.set_attn_implementation("eager")  # others export a guard against NaN: 8 % of the time
    words = _words(exported)
    if is_int8:
        table = RowInt8Embedding(exported.get_input_embeddings().weight.data)
        exported.set_input_embeddings(table)
    with TemporaryDirectory() as folder:
        plain, small = Path(folder) / "plain.onnx", Path(folder) / "small.onnx"
        _export(_Serving(exported).eval(), plain)
        if is_int8:
            graph = onnx.load(plain)
            del graph.graph.value_info[:]  # shapes that quantization would contradict
            onnx.save(graph, plain)
            quantize_dynamic(
                plain,
                small,
                weight_type=QuantType.QInt8,
                per_channel=True,
                reduce_range=True,
                op_types_to_quantize=["MatMul"],
                extra_options={"MatMulConstBOnly": True},
            )
        found = onnx.load(small if is_int8 else plain)
    onnx.helper.set_model_props(
        found, {_CONFIG: config, **_places(found, exported.state_dict(), words)}
    )
    return found.SerializeToString()  # type: ignore[no-any-return]


def from_onnx(content: bytes) -> PreTrainedModel:
    """The encoder of an exported file, its weights as they were rounded; EncoderError if none."""
    found = onnx.load_from_string(content)
    properties = {p.key: p.value for p in found.metadata_props}
    if _CONFIG not in properties:
        raise EncoderError(
            "encoder.onnx: holds no weights to start from; fit from a folder instead"
        )
    arrays = {i.name: numpy_helper.to_array(i) for i in found.graph.initializer}
    settings = json.loads(properties[_CONFIG])
    config = AutoConfig.for_model(settings.pop("model_type"), **settings)
    body: PreTrainedModel = AutoModel.from_config(config, add_pooling_layer=False)
    state = body.state_dict()
    for key, place in properties.items():
        if key.startswith(_PREFIX):
            state[key.removeprefix(_PREFIX)] = torch.from_numpy(_restored(place, arrays))
    body.load_state_dict(state)
    return body


def _export(serving: nn.Module, path: Path) -> None:
    ids, segments = (
        torch.full((1, 24), i) for i in range(2)
    )  # two tensors: one would be one input
    tokens = torch.export.Dim("tokens", min=2, max=512)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns of its own insides
        program = torch.onnx.export(
            serving,
            (ids, segments),
            dynamo=True,
            opset_version=_OPSET,
            input_names=["ids", "segments"],
            output_names=["hidden"],
            dynamic_shapes={"ids": {1: tokens}, "segments": {1: tokens}},
            verbose=False,
        )
    if program is None:
        raise EncoderError("torch exported nothing; is another version of torch installed?")
    program.save(str(path), external_data=False)


def _words(body: PreTrainedModel) -> str:
    """The name of the word embeddings among the weights."""
    weight = body.get_input_embeddings().weight
    return next(name for name, value in body.named_parameters() if value is weight)


def _places(model: onnx.ModelProto, state: Mapping[str, Tensor], words: str) -> dict[str, str]:
    """Where each weight is: the initializer's name, with ` T` where it lies transposed."""
    arrays = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    by_shape: dict[tuple[int, ...], list[str]] = {}
    for name in arrays:
        base = name.removesuffix("_quantized")
        if not base.endswith(("_scale", "_zero_point")):
            by_shape.setdefault(arrays[name].shape, []).append(base)
    found = {}
    for key, weight in state.items():
        if key.endswith((".rows", ".scale")):
            continue
        value = weight.numpy()
        found[_PREFIX + key] = _place(value, by_shape, arrays)
    if (table := f"{words.removesuffix('.weight')}.rows") in state:
        rows = state[table].numpy()
        name = next(n for n, a in arrays.items() if a.dtype == np.int8 and a.shape == rows.shape)
        scales = next(n for n, a in arrays.items() if a.shape == (len(rows), 1))
        found[_PREFIX + words] = f"{name}*{scales}"
    return found


def _place(
    value: NDArray[np.float32],
    by_shape: Mapping[tuple[int, ...], list[str]],
    arrays: Mapping[str, NDArray[np.float32]],
) -> str:
    candidates = [(n, "") for n in by_shape.get(value.shape, [])]
    if value.ndim == 2:
        candidates += [(n, " T") for n in by_shape.get(value.shape[::-1], [])]
    for name, turned in candidates:
        if (
            np.abs(_restored(name + turned, arrays) - value).max()
            <= 0.02 * np.abs(value).max() + 1e-6
        ):
            return name + turned
    raise EncoderError(
        f"the exported file holds no weight of shape {value.shape} like the encoder's"
    )


def _restored(place: str, arrays: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32]:
    name = place.removesuffix(" T")
    if "*" in name:
        rows, scales = name.split("*")
        value = arrays[rows].astype(np.float32) * arrays[scales]
    elif f"{name}_quantized" in arrays:
        value = arrays[f"{name}_quantized"].astype(np.float32) * arrays[f"{name}_scale"]
    else:
        value = arrays[name].astype(np.float32)
    return np.ascontiguousarray(value.T if place.endswith(" T") else value)
