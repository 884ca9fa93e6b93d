"""Reading ease in words, for people who have never heard of a formula."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from newsroom.checking.reading import LEAST_WORDS, Ease, Measure

# Names of people: the same in every language.
_FORMULAS = {"en": "Flesch", "fr": "Kandel & Moles", "nl": "Flesch-Douma"}
NAMES = {
    Ease.EASY: gettext_lazy("easy"),
    Ease.PLAIN: gettext_lazy("plain"),
    Ease.DEMANDING: gettext_lazy("demanding"),
    Ease.HARD: gettext_lazy("hard"),
}
_MEANT_FOR = {
    Ease.EASY: gettext_lazy("Nearly everybody reads this without effort."),
    Ease.PLAIN: gettext_lazy("Most people read this well."),
    Ease.DEMANDING: gettext_lazy("Many people have to make an effort. Shorter sentences help."),
    Ease.HARD: gettext_lazy("Only practised readers get through this. Make it simpler."),
}


@dataclass(frozen=True)
class Described:
    name: str
    sentence: str
    formula: str
    measure: Measure


def describe(measure: Measure) -> Described:
    """Return how a text reads, in the active language."""
    ease = measure.ease
    if ease is None:
        sentence = _("The page has fewer than %(number)s words: too few to judge.")
        return Described("", sentence % {"number": LEAST_WORDS}, "", measure)
    formula = _FORMULAS[measure.language]
    return Described(str(NAMES[ease]), str(_MEANT_FOR[ease]), formula, measure)
