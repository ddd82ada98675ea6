"""All results of one run, with what they were measured on and with."""

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

from tests.benchmark.figures import Figures

_LIBRARIES = ("onnxruntime", "gunicorn", "flask", "litserve", "torch", "transformers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What results.json holds; `not_run` says of a server why it could not be measured."""

    date: str
    hardware: str
    cores: str
    model_version: str
    versions: Mapping[str, str]
    model: Figures
    servers: Mapping[str, Figures]
    not_run: Mapping[str, str]


def flat(stored: Mapping[str, Mapping[str, object]]) -> Mapping[str, object]:
    """Every figure of a results.json by a name that says where it belongs."""
    servers = stored.get("servers", {})
    return {f"model, {name}": value for name, value in stored.get("model", {}).items()} | {
        f"{server}: {name}": value
        for server, row in servers.items()
        if isinstance(row, Mapping)
        for name, value in row.items()
    }


def hardware() -> str:
    """The processor, its cores, the memory."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text("utf-8").splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    memory = psutil.virtual_memory().total / 2**30
    return f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB"


def versions() -> Mapping[str, str]:
    """What was installed."""
    found = {"python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
