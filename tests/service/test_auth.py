from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.auth import check_bind
from service.settings import SettingsError
from service.storage.keys import SCOPES, KeyRepository
from tests.builders import make_settings


def test_a_public_bind_without_keys_is_refused(tmp_path: Path) -> None:
    settings = make_settings(tmp_path, host="0.0.0.0")
    keys = KeyRepository(settings.keys_file)

    with pytest.raises(SettingsError, match=r"TONFALL_HOST is 0\.0\.0\.0.*tonfall key create"):
        check_bind(settings, keys)

    keys.create("plugin", scopes=SCOPES, now=datetime.now(UTC))
    check_bind(settings, keys)


def test_loopback_needs_no_key(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)

    check_bind(settings, KeyRepository(settings.keys_file))
