import subprocess
import sys

import pytest

PROGRAM = """
from threading import Barrier, Thread
from service.heap import share_one_heap

assert share_one_heap()
met = Barrier(9)

def hold():
    held = [bytes(1000) for _ in range(2000)]
    met.wait()
    met.wait()

threads = [Thread(target=hold) for _ in range(8)]
for thread in threads:
    thread.start()
met.wait()
with open("/proc/self/maps") as maps:
    print(sum(line.split()[1] == "---p" and "00:00 0" in line for line in maps))
met.wait()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the heap of glibc")
def test_threads_share_the_heap() -> None:
    """An arena of a thread reserves 64 MB of addresses that nobody may touch yet."""
    shared, own = (
        int(subprocess.run([sys.executable, "-c", program], check=True, capture_output=True).stdout)
        for program in (PROGRAM, PROGRAM.replace("assert share_one_heap()", ""))
    )

    assert shared < own
