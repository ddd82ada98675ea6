"""What words alone show, in all five languages at once: a time, thanks, an apology, a closing line,
something that the writer's side does, words that a customer used.

The behaviors of a sentence are probabilities; nobody should be told to say when, or to name the
problem, where the words for it plainly stand there. A cue may be wrong on the side of silence.
"""

import re

from model.text import CLOSING

_UNIT = (
    r"(?:sek\w*|min(?:\.|ut\w*|utt\w*)?|tim(?:mar|me|men|ar|e|er|en)?|hours?|dygn|døgn"
    r"|(?:arbets|arbeids|arbejds|virke|verke|hver|kvar|var|bank|yrke)?dag(?:e|er|ar|ars|en)?"
    r"|days?|(?:working|business)[ ]days?|weeks?|veck[ao]r?|uker?|vek[ea]r?|uger?|months?"
    r"|månad(?:er|ar)?|måned(?:er)?|years?|år)"
)
_COUNT = (
    r"(?:\d+|én|eitt?|ett|to|två|tre|fire|fyra|fem|seks|sex|sju|syv|åtte|åtta|otte|ni|nio"
    r"|ti|tio|one|two|three|four|five|six|seven|eight|nine|ten|(?:(?:ett?|eit)[ ])?par|couple[ ]of"
    r"|(?:a[ ])?few|några|noen|nokre|nogle)"
)
_TIME = re.compile(
    rf"""(?ix)\b(?:
      (?:mån|man|tis|tirs|tys|ons|tors|fre|lör|lør|laur|sön|søn|sun)dag(?:en|s|ens|ar|er)?
    | (?:mon|tues|wednes|thurs|fri|satur|sun)days?
    | januar[iy]?|februar[iy]?|april|juni?|june|jul[iy]|august[i]?|september|o[kc]tober|november
    | de[cs]ember | \d{{1,2}}(?:\.|:?[ea]|st|nd|rd|th)?[ ](?:of[ ])?(?:mars|march|maj|mai|may)
    | (?:mars|march|may)[ ]\d+ | in?[ ](?:mars|march|maj|mai|may)
    | \d{{1,2}}[.:]\d\d(?!\d) | \d{{4}}-\d\d-\d\d | \d{{1,2}}/\d{{1,2}} | \d{{1,2}}[-–]\d{{1,2}}
    | kl(?:\.|ock(?:an)?|okk[ae]n?)?[ ]?\d+ | \d[ ]?[ap]\.?m\b
    | (?:vecka|uke|veke|uge|week)[ ]\d+
    | (?:före|før|efter|etter|innan|innen|inden|till?|fram[ ]til|before|after|until|by)[ ]\d{{1,2}}
    | (?:var|[hk]ver|kvar)dag(?:er|ar|e)? | weekdays?
    | (?:den|the)[ ]\d{{1,2}}
    | {_COUNT}(?:[ ]?(?:-|–|till?|to|eller|or|og|och)[ ]?{_COUNT})?[ -](?:\w+[ ])?{_UNIT}
    | (?:om|in|within|inom|innan|innen|inden(?:[ ]for)?)[ ](?:an?|the|ett?|en|ein|eit)[ ]{_UNIT}
    | (?:nästa|neste|næste|next|this|denna|denne|samm[ae]|same)[ ]{_UNIT}
    | (?:den[ ]här|i)[ ]veck\w+ | i[ ](?:veka|løbet) | denne[ ](?:veka|uka|uken|ugen)
    | i[ ]?(?:dag|morgon|morgen|morra|kväll|kveld|aften|natt|nat|eftermiddag|ettermiddag
      |förmiddag|formiddag)
    | to(?:day|night|morrow) | overnight | (?:right|straight)[ ]?(?:now|away) | immediately
    | at[ ]once | genast | omedelbart | omgående | med[ ](?:en[ ]gang|ein[ ]gong|det[ ]samme)
    | str[aá]x | straks | umiddelbart | senast | senest | seinast | at[ ]the[ ]latest
    | by[ ]the[ ]end | frist\w* | deadline | förfallo\w+ | forfall\w* | due[ ]date
    | midnatt | midnat | midnight | noon
    )(?!\w)"""
)
_THANKS = re.compile(
    r"(?i)\b(?:thank(?:s|ful)?|grateful|appreciate[sd]?|tack(?:ar|sam\w*)?|takk(?:ar|er|nem\w*)?"
    r"|tak(?:ker|nem\w*)?|set(?:t|te)?er (?:stor )?pris|sætter (?:stor )?pris|uppskattar"
    r"|värdesätter)\b"
)
_APOLOGY = re.compile(
    r"(?i)\b(?:sorry|apolog\w+|beklag\w*|unnskyld\w*|orsak|undskyld\w*|förlåt\w*|ursäkt\w*"
    r"|ledsn?a?\b|lei(?: |t )for|ked af)\b"
)
_CLOSING = re.compile(rf"(?imx)\A\W*{CLOSING}")
_OURS = re.compile(
    r"(?i)\b(?:vi|jag|jeg|eg|we|(?-i:I)|i['’](?:ll|ve|m)|we['’](?:ll|ve|re)|kommer|kjem|blir|vert"
    r"|bliver|will|hör av|hører|høyrer|återkommer|vender|behandl\w+|undersö\w+|undersøk\w+"
    r"|undersøg\w+|utre[ds]\w*|skickas|sendes|sendast)\b"
)
_TRACE = re.compile(
    r"@|(?i:https?:|www\.|\btel\b|\btlf|\btelefon|\bphone|\bmobil)|\d{5,}|(?:\d\d ){3}"
)
_LISTED, _SIGNATURE_WORDS = re.compile(r"[-–•*·]|\d+[.)]"), 6
_WORD = re.compile(r"[^\W\d_]{5,}")
_STEM = 5
"""Letters; Scandinavian endings come after them."""


def tells_time(words: str) -> bool:
    """True where a day, a date, a time of day or a length of time is named."""
    return _TIME.search(words) is not None


def thanks(words: str) -> bool:
    """True where something is thanked for."""
    return _THANKS.search(words) is not None


def apologizes(words: str) -> bool:
    """True where something is apologized for."""
    return _APOLOGY.search(words) is not None


def closes(words: str) -> bool:
    """True for a closing line: 'Med vänlig hälsning', 'Thanks in advance'."""
    return _CLOSING.match(words) is not None


def signs(words: str) -> bool:
    """True for what stands under a closing line: a name, a department, a telephone number."""
    is_short = len(words.split()) <= _SIGNATURE_WORDS and _LISTED.match(words) is None
    return is_short and (_TRACE.search(words) is not None or words[-1] not in ".!?…:")


def is_about_us(words: str) -> bool:
    """True where the writer's side does something, not where the customer is told what to do."""
    return _OURS.search(words) is not None


def echoed(words: str, message: str) -> int:
    """How many of the longer words of `message` come back in `words`, endings aside."""
    return len(_stems(words) & _stems(message))


def _stems(words: str) -> set[str]:
    return {word[:_STEM].lower() for word in _WORD.findall(words)}
