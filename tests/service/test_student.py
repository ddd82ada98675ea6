import subprocess
import sys

import pytest
from scipy.stats import t

from service.student import student_quantile


@pytest.mark.parametrize("degrees", [1, 3.5, 7, 120, 1e9])
@pytest.mark.parametrize("p", [0.5, 0.95, 0.995])
def test_it_is_the_quantile_of_students_t(degrees: float, p: float) -> None:
    assert student_quantile(p, degrees) == pytest.approx(t.ppf(p, degrees), rel=1e-9)


def test_a_service_that_only_scores_does_not_load_scipys_statistics() -> None:
    code = "import sys, service.app; sys.exit('scipy.stats' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
