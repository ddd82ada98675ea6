"""Who may import whom (STYLE.md, section 3), held against the source with ast."""

import ast
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("model", "service", "training")
ONLY_IN = {
    "sklearn": {"model/features.py", "model/linear.py", "training/"},
    "onnxruntime": {"model/encoder.py", "training/export.py"},
    "tokenizers": {"model/encoder.py", "model/encoder_input.py", "training/"},
    "phonenumbers": {"model/redaction/validity.py"},
    "stdnum": {"model/redaction/validity.py"},
    "torch": {"training/"},
    "transformers": {"training/"},
    "flask": {"service/"},
    "flask_cors": {"service/access.py"},
    "flask_limiter": {"service/access.py"},
    "sqlalchemy": {"service/storage/"},
    "alembic": {"service/storage/migrations/"},
    "argon2": {"service/passwords.py"},
    "matplotlib": {"training/plots.py", "training/panels.py"},
    "cleanlab": {"training/rerating.py"},
    "openpyxl": {"training/tabular.py"},
    "pyarrow": {
        "service/import_source.py",
        "service/workbench/exports.py",
        "training/tabular.py",
    },
}


def sources() -> list[Path]:
    return sorted(p for package in PACKAGES for p in (ROOT / package).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; write it absolute"
            yield node.module or ""


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_imports_only_what_its_place_allows(path: Path) -> None:
    place = path.relative_to(ROOT).as_posix()
    package = place.split("/")[0]
    for name in imports(path):
        top = name.split(".")[0]
        if top in PACKAGES and top != package:
            assert top == "model", f"{place} imports {name}: {package} may import model alone"
            assert package != "model"
        if top in ONLY_IN:
            allowed = ONLY_IN[top]
            assert any(place.startswith(a) for a in allowed), f"{place} imports {top}"


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(ROOT)))
def test_nothing_unpickles(path: Path) -> None:
    assert not {"pickle", "joblib", "dill"} & {n.split(".")[0] for n in imports(path)}


def test_the_environment_is_read_where_programs_start() -> None:
    readers = {
        p.relative_to(ROOT).as_posix() for p in sources() if "os.environ" in p.read_text("utf-8")
    }

    assert readers == {"service/app.py", "service/cli.py", "service/user_commands.py"}


def test_storage_and_languagetool_know_nothing_of_flask() -> None:
    plain = [ROOT / "service/languagetool.py", *(ROOT / "service/storage").rglob("*.py")]

    for path in plain:
        assert not [n for n in imports(path) if n.split(".")[0] == "flask"], path


def test_every_folder_of_tests_is_a_package() -> None:
    folders = {p.parent for p in (ROOT / "tests").rglob("*.py")}

    assert [f for f in folders if not (f / "__init__.py").exists()] == []


def test_no_other_distribution_provides_our_packages() -> None:
    provided = packages_distributions()

    assert {name: set(provided.get(name, ())) for name in PACKAGES} == {
        name: {"tonfall"} for name in PACKAGES
    }


def test_most_files_are_short() -> None:
    long = {
        str(p.relative_to(ROOT)): lines
        for p in sources()
        if (lines := len(p.read_text("utf-8").splitlines())) > 400
    }

    assert long == {}
