"""The answer in README.md, from its request and the shipped scorer; `make readme` writes it."""

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory

from service import create_app
from tests.builders import make_settings

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
_REQUEST = re.compile(r"curl -s http://127\.0\.0\.1:8080(\S+) .*? -d '(\{.*?\})'", re.DOTALL)
_ANSWER = re.compile(
    r"(<!-- answer: [^\n]*-->\n```json\n)(.*?)(```\n<!-- end of answer -->)", re.DOTALL
)


def real_answer() -> str:
    """What the service answers to the README's request; the id differs each time."""
    request = _REQUEST.search(README.read_text("utf-8"))
    assert request, "README.md has no request"
    with TemporaryDirectory() as folder:
        client = create_app(make_settings(Path(folder))).test_client()
        response = client.post(request[1], json=json.loads(request[2]))
    body = response.get_json() | {"id": "7c0f6a1e-…"}
    text = json.dumps(body, ensure_ascii=False, indent=1)
    for innermost in (r"\[[^\[\]{}]*\]", r"\{[^{}]*\}"):
        text = re.sub(innermost, lambda m: " ".join(m[0].split()), text)
    return re.sub(r"(?<=[\[{]) (?=\S)|(?<=\S) (?=[\]}])", "", text) + "\n"


def stated_answer() -> str:
    found = _ANSWER.search(README.read_text("utf-8"))
    assert found, "README.md has no answer"
    return found[2]


if __name__ == "__main__":
    text = README.read_text("utf-8")
    README.write_text(_ANSWER.sub(lambda m: m[1] + real_answer() + m[3], text), "utf-8")
