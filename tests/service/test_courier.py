from io import StringIO
from threading import Event

from service.courier import Courier
from service.telemetry import make_log


def test_a_duty_that_fails_keeps_no_other_from_being_done_and_is_told_once() -> None:
    log, done = StringIO(), []

    def fail() -> bool:
        raise ValueError("of Kim's reply")

    def work() -> bool:
        done.append("work")
        return len(done) < 2

    courier = Courier([fail, work], make_log("info", log))

    assert [courier.round(), courier.round()] == [True, False]
    assert done == ["work", "work"]
    assert log.getvalue().count("courier_in_trouble") == 1
    assert "ValueError" in log.getvalue()
    assert "Kim" not in log.getvalue()


def test_a_stop_lets_what_is_at_hand_finish() -> None:
    begun, may_end, ended = Event(), Event(), []

    def work() -> bool:
        begun.set()
        may_end.wait(10)
        ended.append("work")
        return False

    courier = Courier([work], make_log("info", StringIO()))
    courier.start()
    assert begun.wait(10)
    may_end.set()
    courier.stop()

    assert ended == ["work"]
