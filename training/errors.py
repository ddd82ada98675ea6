"""What can go wrong in `training`."""

from collections.abc import Sequence


class TrainingError(Exception):
    """Base of every error raised on purpose in `training`."""


class CorpusError(TrainingError):
    """Rated replies that cannot be used; `faults` names file, line and field of each."""

    def __init__(self, faults: Sequence[str]) -> None:
        shown = "\n".join(faults[:20])
        more = f"\n… and {len(faults) - 20} more" if len(faults) > 20 else ""
        super().__init__(f"{len(faults)} fault(s) in the rated replies:\n{shown}{more}")
        self.faults = tuple(faults)


class RecipeError(TrainingError):
    """A recipe with a value that cannot be used."""


class EncoderError(TrainingError):
    """An encoder that is missing, damaged or not what it should be."""


class GateError(TrainingError):
    """A candidate that was not promoted."""


class StoreError(TrainingError):
    """A store of artifacts that cannot be written, or a switch that it does not allow."""


class CaseError(TrainingError):
    """Behavioral cases that cannot be used; `faults` names file, line and field of each."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join([f"{len(faults)} fault(s) in the cases:", *faults[:20]]))
        self.faults = tuple(faults)


class SourceError(TrainingError):
    """A file of ratings of which nothing can be imported."""


class ColumnMapError(TrainingError):
    """A column map that does not fit the file, or says too little about it."""
