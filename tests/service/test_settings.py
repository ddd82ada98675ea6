from pathlib import Path

import pytest

from service.settings import Settings, SettingsError


def test_nothing_set_serves_on_loopback() -> None:
    settings = Settings.from_env({"HOME": "/nowhere"})

    assert (settings.host, settings.port, settings.is_public) == ("127.0.0.1", 8080, False)


def test_what_is_set_is_used() -> None:
    settings = Settings.from_env({"TONFALL_PORT": "9000", "TONFALL_ARTIFACT_DIR": "/tmp/a"})

    assert (settings.port, settings.artifact_dir) == (9000, Path("/tmp/a"))


def test_origins_and_no_limit_can_be_set() -> None:
    settings = Settings.from_env(
        {"TONFALL_CORS_ORIGINS": "https://a.example, http://b.example:81", "TONFALL_RATE_LIMIT": ""}
    )

    assert settings.cors_origins == ("https://a.example", "http://b.example:81")
    assert settings.rate_limit == ""


def test_hosts_of_webhooks_are_names_or_addresses() -> None:
    settings = Settings.from_env(
        {"TONFALL_WEBHOOK_HOSTS": "Hooks.internal, 10.0.0.7,::1", "TONFALL_WEBHOOK_RISK": "0.4"}
    )

    assert settings.webhook_hosts == ("hooks.internal", "10.0.0.7", "::1")
    assert settings.webhook_risk == 0.4


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("TONFALL_PORT", "90d", "TONFALL_PORT must be a whole number from 1 to 65535, got '90d'"),
        ("TONFALL_PORT", "0", "TONFALL_PORT must be a whole number"),
        ("TONFALL_PORT", "٣", "TONFALL_PORT must be a whole number"),
        ("TONFALL_LOG_LEVEL", "loud", "TONFALL_LOG_LEVEL must be one of debug"),
        ("TONFALL_ARTIFACT_DIR", "", "TONFALL_ARTIFACT_DIR must be a path"),
        ("TONFALL_RATE_LIMIT", "many", "TONFALL_RATE_LIMIT must be like 600/minute"),
        ("TONFALL_CORS_ORIGINS", "*", "any site could then use the service"),
        ("TONFALL_CORS_ORIGINS", "https://a.example/x", "must name exact origins"),
        ("TONFALL_WEBHOOK_RISK", "1.5", "must be a number from 0 to 1, got '1.5'"),
        ("TONFALL_WEBHOOK_RISK", "nan", "must be a number from 0 to 1"),
        ("TONFALL_WEBHOOK_HOSTS", "https://a.example", "must name hosts such as"),
        ("TONFALL_WEBHOOK_HOSTS", "a.example:8443", "without scheme and port"),
        ("TONFALL_DATABASE_URL", "mysql://x", "TONFALL_DATABASE_URL must begin with one of"),
        ("TONFALL_PROT", "9000", "TONFALL_PROT is no setting; there are"),
    ],
)
def test_a_bad_setting_is_named(variable: str, value: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        Settings.from_env({variable: value})


@pytest.mark.parametrize(
    ("host", "is_public"),
    [
        ("127.0.0.1", False),
        ("127.9.9.9", False),
        ("::1", False),
        ("localhost", False),
        ("0.0.0.0", True),
        ("::", True),
        ("192.0.2.1", True),
        ("tonfall.example", True),
    ],
)
def test_loopback_is_not_public(host: str, is_public: bool) -> None:
    assert Settings(host=host).is_public is is_public
