"""Lines as agents write them: what is masked, and what must stay.

Every number is made up or a published example; addresses end in .example or name no one.
"""

import pytest

from model.redaction import redact
from tests.model.redaction.lines import MASKED, STAYS


@pytest.mark.parametrize(("line", "stored"), MASKED)
def test_personal_data_is_masked(line: str, stored: str) -> None:
    assert redact(line).text == stored


@pytest.mark.parametrize("line", STAYS)
def test_everything_else_stays(line: str) -> None:
    assert redact(line).text == line
