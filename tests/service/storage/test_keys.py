from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.storage.keys import SCOPES, KeyFileError, KeyRepository

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def keys(tmp_path: Path) -> KeyRepository:
    return KeyRepository(tmp_path / "state" / "keys.json")


def test_a_new_key_is_found_by_its_secret_and_kept_as_a_hash(
    keys: KeyRepository, tmp_path: Path
) -> None:
    key, secret = keys.create("helpdesk", scopes=SCOPES, now=NOW)

    assert keys.find(secret) == key
    assert keys.find(secret + "x") is None
    file = tmp_path / "state" / "keys.json"
    assert secret not in file.read_text("utf-8")
    assert file.stat().st_mode & 0o077 == 0


def test_a_revoked_key_no_longer_works_and_keys_are_still_asked_for(keys: KeyRepository) -> None:
    key, secret = keys.create("helpdesk", scopes=SCOPES, now=NOW)
    keys.revoke(key.id, now=NOW)

    assert keys.find(secret) is None
    assert keys.is_configured()


def test_after_a_rotation_the_old_secret_works_for_the_grace_alone(tmp_path: Path) -> None:
    moments = [NOW]
    keys = KeyRepository(tmp_path / "keys.json", now=lambda: moments[-1])
    key, old = keys.create("helpdesk", scopes=SCOPES, now=NOW)
    rotated, new = keys.rotate(key.id, grace=timedelta(hours=1), now=NOW)

    assert keys.find(old) == keys.find(new) == rotated
    moments.append(NOW + timedelta(hours=1))
    assert keys.find(old) is None
    assert keys.find(new) == rotated


def test_a_revoked_key_works_with_neither_secret_and_cannot_be_rotated(keys: KeyRepository) -> None:
    key, old = keys.create("helpdesk", scopes=SCOPES, now=NOW)
    _, new = keys.rotate(key.id, grace=timedelta(days=9_000), now=NOW)
    assert keys.find(old) is not None
    keys.revoke(key.id, now=NOW)

    assert keys.find(old) is keys.find(new) is None
    with pytest.raises(KeyError):
        keys.rotate(key.id, grace=timedelta(), now=NOW)


def test_a_key_made_by_another_process_works_at_once(tmp_path: Path) -> None:
    served, command = (KeyRepository(tmp_path / "keys.json") for _ in range(2))
    assert not served.is_configured()
    _, secret = command.create("helpdesk", scopes=SCOPES, now=NOW)

    assert served.find(secret) is not None


def test_keys_made_at_the_same_time_are_all_kept(tmp_path: Path) -> None:
    def create(i: int) -> None:
        KeyRepository(tmp_path / "keys.json").create(f"key {i}", scopes=SCOPES, now=NOW)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(create, range(16)))

    assert len(KeyRepository(tmp_path / "keys.json").all()) == 16


def test_an_unknown_id_cannot_be_revoked(keys: KeyRepository) -> None:
    with pytest.raises(KeyError):
        keys.revoke("nope", now=NOW)


@pytest.mark.parametrize("content", ["", "{}", '{"keys": [1]}', "\x00", '{"keys": [{"id": "x"}]}'])
def test_a_damaged_file_lets_nobody_in(keys: KeyRepository, tmp_path: Path, content: str) -> None:
    file = tmp_path / "state" / "keys.json"
    file.parent.mkdir()
    file.write_text(content, "utf-8")

    with pytest.raises(KeyFileError, match="cannot be read as a file of API keys"):
        keys.find("anything")


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")

    with pytest.raises(KeyFileError, match="cannot be written"):
        KeyRepository(tmp_path / "file" / "keys.json").create("x", scopes=SCOPES, now=NOW)
