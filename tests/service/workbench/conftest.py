"""The workbench of a small helpdesk."""

from pathlib import Path

import pytest

from service.storage.users import Role
from tests.service.workbench.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An admin, two leads and two reviewers in two teams; forty replies of each team."""
    desk = Desk(tmp_path)
    desk.hire("root", Role.ADMIN)
    desk.hire("lena", Role.LEAD, "east")
    desk.hire("wilma", Role.LEAD, "west")
    desk.hire("rune", Role.REVIEWER, "east")
    desk.hire("rita", Role.REVIEWER, "east")
    for team in ("east", "west"):
        desk.store(40, team)
    return desk
