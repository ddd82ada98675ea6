"""Score customer-service replies for empathy, politeness and clarity: text in, scores out."""

from model.artifact import BUNDLED, load_scorer
from model.errors import ArtifactError, ModelError, ReplyError
from model.rubric import LANGUAGES, RUBRIC_VERSION, Behavior, Channel, Dimension, Need
from model.scorer import Scorer
from model.scores import (
    UNDETERMINED,
    Assessment,
    DetectedLanguage,
    Interval,
    Reply,
    Score,
    Sentence,
    Status,
)

__all__ = [
    "BUNDLED",
    "LANGUAGES",
    "RUBRIC_VERSION",
    "UNDETERMINED",
    "ArtifactError",
    "Assessment",
    "Behavior",
    "Channel",
    "DetectedLanguage",
    "Dimension",
    "Interval",
    "ModelError",
    "Need",
    "Reply",
    "ReplyError",
    "Score",
    "Scorer",
    "Sentence",
    "Status",
    "load_scorer",
]
