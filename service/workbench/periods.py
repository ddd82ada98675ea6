"""Periods as people choose them: by days, and by months."""

from datetime import UTC, date, datetime, time, timedelta

from service.candidates import Period


def period_of_days(first: str, last: str) -> Period:
    """From the first day (ISO) to the last, that one too; ValueError where they are none."""
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    try:
        return Period(start=_midnight(start), end=_midnight(end + timedelta(days=1)))
    except OverflowError as error:
        raise ValueError(f"{last} is too far away") from error


def last_day(period: Period) -> date:
    """The last day that is in the period."""
    return (period.end - timedelta(days=1)).date()


def before(period: Period) -> Period:
    """The period as long, right before."""
    return Period(start=period.start - (period.end - period.start), end=period.start)


def months(period: Period) -> list[Period]:
    """The calendar months of a period; the first and the last may be cut off."""
    found, start = [], period.start
    while start < period.end:
        following = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
        end = min(_midnight(following.date()), period.end)
        found.append(Period(start=start, end=end))
        start = end
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
