"""What an installation without extras brings along."""

import subprocess
import sys
from importlib.metadata import PackageNotFoundError, requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

TRAINING_ONLY = {"torch", "transformers", "onnx", "matplotlib", "cleanlab", "pandas", "pyarrow"}


def brought_along(name: str, extra: str = "") -> set[str]:
    """All distributions that installing `name` installs."""
    found: set[str] = set()
    todo = [(name, extra)]
    while todo:
        distribution, of = todo.pop()
        try:
            lines = requires(distribution) or []
        except PackageNotFoundError:
            continue  # for another platform
        for line in lines:
            need = Requirement(line)
            if need.marker is None or need.marker.evaluate({"extra": of}):
                key = canonicalize_name(need.name)
                if key not in found:
                    found.add(key)
                    todo += [(need.name, extra) for extra in need.extras or {""}]
    return found


def test_serving_installs_nothing_of_training() -> None:
    assert not TRAINING_ONLY & brought_along("tonfall")
    assert {"torch", "transformers"} <= brought_along("tonfall", "train")


def test_scoring_with_the_encoder_loads_neither_torch_nor_scikit_learn() -> None:
    code = (
        "import sys; from model import Reply, load_scorer; "
        "load_scorer().score([Reply(text='Hej! Du får svar i dag.')]); "
        "print(*{m.split('.')[0] for m in sys.modules} & {'torch', 'transformers', 'sklearn'})"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == ""
