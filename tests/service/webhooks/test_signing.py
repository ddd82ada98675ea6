from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from service.webhooks.signing import new_secret, signed_headers


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
