"""One window of 80 reply tokens through the encoder alone, by each engine, in one run."""

import warnings
from collections.abc import Callable, Mapping

import numpy as np
import torch
from onnxruntime import InferenceSession, SessionOptions

from model import BUNDLED
from model.store import current_artifact
from training.export import from_onnx, to_onnx

TOKENS = 80


def engines(measure: Callable[[Callable[[], object]], float]) -> Mapping[str, float]:
    """Milliseconds by engine, on the threads that the process may use: one."""
    torch.set_num_threads(1)
    content = (current_artifact(BUNDLED) / "encoder.onnx").read_bytes()
    body = from_onnx(content).eval()
    random = np.random.default_rng(0)
    ids = random.integers(20, body.config.vocab_size, (1, TOKENS), dtype=np.int64)
    segments = np.zeros_like(ids)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain = to_onnx(body, is_int8=False)
    tensors = {"input_ids": torch.from_numpy(ids), "token_type_ids": torch.from_numpy(segments)}

    def in_torch() -> object:
        with torch.inference_mode():
            return body(**tensors)

    def in_bfloat16() -> object:
        with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
            return body(**tensors)

    inputs = {"ids": ids, "segments": segments}
    sessions = {"fp32": _session(plain), "int8": _session(content)}
    found = {"torch fp32": measure(in_torch), "torch bf16": measure(in_bfloat16)}
    for name, session in sessions.items():
        found[f"onnxruntime {name}"] = measure(lambda s=session: s.run(None, inputs))  # type: ignore[misc]
    return {f"encoder alone, {TOKENS} tokens, {name}, ms": ms for name, ms in found.items()}


def _session(content: bytes) -> InferenceSession:
    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return InferenceSession(content, options)
