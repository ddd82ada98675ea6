"""What is rated: the dimensions, the empathy need, the channels and the behaviors of the rubric."""

from enum import StrEnum

RUBRIC_VERSION = "1"
LANGUAGES = ("sv", "nb", "nn", "da", "en")
"""The languages a reply can be scored in, by BCP 47 tag."""
LOWEST, HIGHEST = 1, 5
RATINGS = (1, 2, 3, 4, 5)
POOR = 2
"""A rater's 1 or 2 is a poor rating; `risk` is the probability of one on a dimension that counts.
"""


class Dimension(StrEnum):
    """One of the three things a rater rates from 1 to 5, independently of the other two."""

    EMPATHY = "empathy"
    POLITENESS = "politeness"
    CLARITY = "clarity"


class Need(StrEnum):
    """How much empathy the customer message calls for."""

    NONE = "none"
    SOME = "some"
    STRONG = "strong"


class Channel(StrEnum):
    """Where the reply is sent; a chat line need not greet, an e-mail is expected to."""

    EMAIL = "email"
    CHAT = "chat"
    SMS = "sms"
    SOCIAL = "social"
    PHONE_NOTE = "phone_note"


class Behavior(StrEnum):
    """What a sentence does that earns or costs a rating."""

    GREETING = "greeting"
    THANKS = "thanks"
    ACKNOWLEDGES_FEELING = "acknowledges_feeling"
    MIRRORS_PROBLEM = "mirrors_problem"
    TAKES_OWNERSHIP = "takes_ownership"
    SOLUTION = "solution"
    NEXT_STEP = "next_step"
    TIME_FRAME = "time_frame"
    EXPLAINS_REASON = "explains_reason"
    OFFERS_CHOICE = "offers_choice"
    CLARIFYING_QUESTION = "clarifying_question"
    INVITES_FOLLOW_UP = "invites_follow_up"
    FRIENDLY_CLOSE = "friendly_close"
    DISMISSIVE = "dismissive"
    BLAMES_CUSTOMER = "blames_customer"
    BLAMES_OTHERS = "blames_others"
    COMMANDING = "commanding"
    REFUSAL_COLD = "refusal_cold"
    VAGUE = "vague"
    JARGON = "jargon"
    OVER_PROMISE = "over_promise"
    INSINCERE = "insincere"
    SARCASM = "sarcasm"


MEANING: dict[Dimension, tuple[str, str, str, str, str]] = {
    Dimension.EMPATHY: (
        "dismisses, belittles, blames or mocks",
        "treats a person as a case",
        "generic acknowledgement, or nothing was called for",
        "specific: shows that the message was read",
        "names what it means to this customer and turns it into care",
    ),
    Dimension.POLITENESS: (
        "rude: insult, sarcasm, threat, contempt",
        "curt or impatient",
        "correct and neutral",
        "clearly courteous",
        "respectful and warm throughout",
    ),
    Dimension.CLARITY: (
        "the customer cannot tell what is meant",
        "vague, tangled, or only part of the answer",
        "understood, but the next step or the time is missing",
        "clear, with the next step",
        "effortless and complete: who does what by when",
    ),
}
"""What each rating from 1 to 5 means, in a few words; the raters' guide says it in full."""
