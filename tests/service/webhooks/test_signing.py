import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from service.webhooks.signing import new_secret, signed_headers
from tests.readmes import ROOT


def test_a_signature_is_the_one_that_the_specification_gives_as_an_example() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    at = datetime.fromtimestamp(1_614_265_330, UTC)

    headers = signed_headers("msg_p5jXN8AQM9LWM0D4loKWxJek", '{"test": 2432232314}', [secret], at)

    assert headers["webhook-timestamp"] == "1614265330"
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(body=st.text())
def test_the_reference_library_accepts_what_is_signed_and_nothing_else(body: str) -> None:
    secret, other = new_secret(), new_secret()
    headers = signed_headers("msg_1", body, [secret], datetime.now(UTC))

    Webhook(secret).verify(body, headers, json_parse=False)
    for verifier, text in ((secret, body + " "), (other, body)):
        with pytest.raises(WebhookVerificationError):
            Webhook(verifier).verify(text, headers, json_parse=False)


def test_either_secret_of_an_overlap_verifies() -> None:
    new, old = new_secret(), new_secret()
    headers = signed_headers("msg_1", "{}", [new, old], datetime.now(UTC))

    assert Webhook(new).verify("{}", headers) == Webhook(old).verify("{}", headers) == {}


def example(language: str) -> str:
    text = (ROOT / "service/README.md").read_text("utf-8")
    (code,) = re.findall(rf"## Webhooks\n.*?```{language}\n(.*?)```", text, re.DOTALL)
    assert isinstance(code, str)
    return code


def test_the_python_example_verifies() -> None:
    secret, body = new_secret(), '{"type":"score.low"}'
    given = {
        "secret": secret,
        "body": body.encode(),
        "headers": signed_headers("msg_1", body, [secret], datetime.now(UTC)),
    }

    exec(example("python"), given)

    assert given["event"] == {"type": "score.low"}


def test_the_javascript_example_verifies_and_refuses(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node to run JavaScript with")
    secret, body, now = new_secret(), '{"type":"score.low"}', datetime.now(UTC)
    both = signed_headers("msg_1", body, [new_secret(), secret], now)
    old = signed_headers(
        "msg_1", body, [secret], datetime.fromtimestamp(now.timestamp() - 400, UTC)
    )
    cases = json.dumps([[body, both], [body + " ", both], [body, old]])
    script = (
        example("javascript")
        + f"""
for (const [body, headers] of {cases}) {{
  try {{ console.log(verify("{secret}", body, headers).type); }} catch {{ console.log("refused"); }}
}}
"""
    )
    (tmp_path / "example.mjs").write_text(script, "utf-8")

    done = subprocess.run([node, tmp_path / "example.mjs"], capture_output=True, text=True)

    assert done.stdout.split() == ["score.low", "refused", "refused"], done.stderr
