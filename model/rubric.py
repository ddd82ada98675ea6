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


QUESTION: dict[Dimension, str] = {
    Dimension.EMPATHY: "Does the customer feel understood and cared for?",
    Dimension.POLITENESS: "Is the customer treated with respect and courtesy?",
    Dimension.CLARITY: "Does the customer know what is meant and what happens next?",
}
"""What a rater asks on each dimension."""

MEANING: dict[Dimension, tuple[str, str, str, str, str]] = {
    Dimension.EMPATHY: (
        "Dismisses, belittles, blames or mocks the customer or the feeling.",
        "Treats a person as a case: an evident feeling or effect is passed over; boilerplate where "
        "care was called for.",
        "Generic acknowledgement, or pure sympathy with nothing specific; or a neutral question "
        "answered attentively where no feeling was at stake.",
        "Specific: shows that the message was read and cares about the outcome.",
        "Names this customer's problem or feeling and what it means to them, accepts it as "
        "reasonable, and turns it into care they can feel.",
    ),
    Dimension.POLITENESS: (
        "Rude: insult, sarcasm, threat, accusation, contempt, shouting.",
        "Curt or impatient: bare orders, no courtesy where the channel expects it, a cold refusal.",
        "Correct and neutral: nothing rude, nothing warm.",
        "Clearly courteous: greeting or thanks, softened requests, respectful words.",
        "Respectful and warm throughout: fitting greeting, thanks or appreciation, considerate "
        "phrasing, positive wording even in a refusal, a friendly close.",
    ),
    Dimension.CLARITY: (
        "The customer cannot tell what is meant or what to do: no answer, contradictory, garbled, "
        "wrong language.",
        "Vague, tangled, full of unexplained terms, or it answers only part of what was asked.",
        "Understood with some effort, or the main point is there but the next step or the time "
        "frame is not.",
        "Clear: answers what was asked in plain words and gives the next step; a detail may be "
        "missing.",
        "Effortless and complete: the answer first, plain words, short sentences or steps, who "
        "does what by when, and how to get back if needed.",
    ),
}
"""What each rating from 1 to 5 means."""

NEED_MEANING: dict[Need, str] = {
    Need.NONE: "A plain question or a routine matter; a 3 is then a full answer.",
    Need.SOME: "A problem, a delay, extra work.",
    Need.STRONG: "Distress, anger, loss, health, money trouble, a repeated failure.",
}
"""What a customer message with each need holds."""

BEHAVIOR_MEANING: dict[Behavior, str] = {
    Behavior.GREETING: "Greets.",
    Behavior.THANKS: "Thanks or appreciates.",
    Behavior.ACKNOWLEDGES_FEELING: "Names or validates a feeling or effect.",
    Behavior.MIRRORS_PROBLEM: "Restates this customer's problem.",
    Behavior.TAKES_OWNERSHIP: "Takes responsibility, apologizes for something specific.",
    Behavior.SOLUTION: "Answers the question or solves the problem.",
    Behavior.NEXT_STEP: "Says what happens next and who does it.",
    Behavior.TIME_FRAME: "Gives a concrete time or date.",
    Behavior.EXPLAINS_REASON: "Gives the why.",
    Behavior.OFFERS_CHOICE: "Offers an alternative, another way or another contact.",
    Behavior.CLARIFYING_QUESTION: "Asks for what is needed to help.",
    Behavior.INVITES_FOLLOW_UP: "Invites the customer back.",
    Behavior.FRIENDLY_CLOSE: "Wishes well, signs off warmly.",
    Behavior.DISMISSIVE: "Waves the customer away.",
    Behavior.BLAMES_CUSTOMER: "Puts it on the customer.",
    Behavior.BLAMES_OTHERS: "Puts it on someone else.",
    Behavior.COMMANDING: "Orders, threatens, shouts.",
    Behavior.REFUSAL_COLD: "Says no without reason or alternative.",
    Behavior.VAGUE: "Leaves what or when open.",
    Behavior.JARGON: "Uses unexplained technical, legal or internal terms.",
    Behavior.OVER_PROMISE: "Promises what nobody can promise.",
    Behavior.INSINCERE: "Boilerplate or overdone courtesy or feeling.",
    Behavior.SARCASM: "Mocks.",
}
"""What a sentence with each behavior does."""
