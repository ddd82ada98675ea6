"""The schemas of LanguageTool's answers, in its own names."""

from typing import Literal

from pydantic import BaseModel


class SoftwareResult(BaseModel):
    """Who answers."""

    name: str
    version: str
    apiVersion: int
    premium: bool
    status: str


class WarningsResult(BaseModel):
    """Nothing is ever left out."""

    incompleteResults: bool


class DetectedResult(BaseModel):
    """The language that was found."""

    name: str
    code: str
    confidence: float


class CheckedLanguageResult(BaseModel):
    """The language that the text was read in."""

    name: str
    code: str
    detectedLanguage: DetectedResult


class ReplacementResult(BaseModel):
    """What may stand in the place of the match."""

    value: str


class ContextResult(BaseModel):
    """The match with some words around it."""

    text: str
    offset: int
    length: int


class CategoryResult(BaseModel):
    """The dimension."""

    id: str
    name: str


class RuleResult(BaseModel):
    """The rule of an advice."""

    id: str
    description: str
    issueType: Literal["style"]
    category: CategoryResult


class TypeResult(BaseModel):
    """How LanguageTool's clients color it."""

    typeName: str


class MatchResult(BaseModel):
    """An advice; offset and length in UTF-16 units of what was sent."""

    message: str
    shortMessage: str
    offset: int
    length: int
    replacements: list[ReplacementResult]
    context: ContextResult
    sentence: str
    type: TypeResult
    rule: RuleResult
    ignoreForIncompleteSentence: bool
    contextForSureMatch: int


class CheckResponse(BaseModel):
    """LanguageTool's answer."""

    software: SoftwareResult
    warnings: WarningsResult
    language: CheckedLanguageResult
    matches: list[MatchResult]


class LanguageEntry(BaseModel):
    """A language that a text can be checked in."""

    name: str
    code: str
    longCode: str
