"""What can go wrong in `model`: one tree, so that a caller can catch as much of it as it can
handle.
"""


class ModelError(Exception):
    """Base of every error raised on purpose in `model`."""


class ReplyError(ModelError):
    """A reply that cannot be scored; `rule` is a stable name for what it breaks."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule


class ArtifactError(ModelError):
    """An artifact that is missing, damaged or of a kind this version cannot load."""


class TableError(ModelError):
    """A file that holds no table, or none in the encoding that was named."""
