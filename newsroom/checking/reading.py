"""How hard a text is to read, by the measures that were made for its language. Pure functions.

LIX (C. H. Björnsson, "Läsbarhet", 1968) is what Wagtail shows beside the editor: words a sentence,
and the share of words longer than six letters. It knows no language, so each text is also judged
by the reading ease of its own: R. Flesch, "A new readability yardstick" (1948) for English;
L. Kandel and A. Moles, "Application de l’indice de Flesch à la langue française" (1958);
W. H. Douma, "De leesbaarheid van landbouwbladen" (1960) for Dutch. All three go from about 0
(hardest) to 100 (easiest). Syllables are counted by the letters, which is right for nine words out
of ten: enough for a mean over a page, not for one sentence.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from pages.typography import without_points

# A mean over fewer words says nothing.
LEAST_WORDS = 60
LONG_WORD_LETTERS = 6
# Words after which a sentence is long. In French the same thought takes about a sixth more words.
MOST_WORDS = {"en": 25, "fr": 30, "nl": 25}

_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[»”\")\]]*\s+(?=[«“\"(\[¿]?\s*[^\W_a-zà-ÿ])")
# After these a full stop ends no sentence.
_SHORTENED = re.compile(
    r"(?:^|[\s(«“])(?:[A-ZÀ-Ý]|MM?|Mme|Mmes|Mlle|Dr|Pr|Prof|St|Ste|Mr|Mrs|Ms|av|p|pp|cf|etc|ex|nr"
    r"|no|vol|art|bv|bijv|blz|ca|dhr|mevr|enz|resp|e\.g|i\.e|vs|p\. ?ex|c\.-à-d|d\.w\.z|o\.a"
    r"|m\.a\.w)\.$"
)
_VOWELS = {
    "en": re.compile(r"[aeiouy]+"),
    "fr": re.compile(r"[aeiouyàâäéèêëîïôöùûüœæ]+"),
    # Two vowels that are read as one sound; any other two are two syllables.
    "nl": re.compile(
        r"aai|ooi|oei|eeuw|ieuw|aa|ee|oo|uu|ie|oe|eu|ui|ij|ei|ou|au|[aeiouyàáâäèéêëìíîïòóôöùúûü]"
    ),
}
_SILENT = {
    # An e that ends a word is not heard, but in "-le"; nor is that of "-ed" after most letters.
    "en": re.compile(r"(?<![aeiouyl])e$|(?<=[aeiouy])le$|(?<![aeioutdy])ed$|(?<=[^aeiouysxz])es$"),
    "fr": re.compile(r"(?<![aeiouyàâäéèêëîïôöùûüœæ])(?:e|es|ent)$"),
    "nl": None,
}


class Ease(StrEnum):
    """How a text reads; from the bands of Flesch, which the other two languages took over."""

    EASY = "easy"
    PLAIN = "plain"
    DEMANDING = "demanding"
    HARD = "hard"


# The least reading ease of each band.
_BANDS = ((70.0, Ease.EASY), (55.0, Ease.PLAIN), (35.0, Ease.DEMANDING))


@dataclass(frozen=True)
class Measure:
    """What was counted in a text, and what the formulas make of it."""

    words: int
    sentences: int
    syllables: int
    long_words: int
    language: str

    @property
    def words_a_sentence(self) -> float:
        return self.words / self.sentences if self.sentences else 0.0

    @property
    def lix(self) -> int:
        if not self.words:
            return 0
        return round(self.words_a_sentence + 100 * self.long_words / self.words)

    @property
    def reading_ease(self) -> int:
        """Reading ease by the formula of the language, kept between 0 and 100."""
        if not self.words:
            return 100
        length, sounds = self.words_a_sentence, self.syllables / self.words
        score = {
            "en": 206.835 - 1.015 * length - 84.6 * sounds,
            "fr": 207 - 1.015 * length - 73.6 * sounds,
            "nl": 206.84 - 0.93 * length - 77 * sounds,
        }[self.language]
        return round(min(max(score, 0.0), 100.0))

    @property
    def ease(self) -> Ease | None:
        """The band of the text; None when it is too short to say."""
        if self.words < LEAST_WORDS:
            return None
        return next((ease for least, ease in _BANDS if self.reading_ease >= least), Ease.HARD)


def words(text: str) -> list[str]:
    """Return the words of ``text``; inclusive points part none of them."""
    return _WORD.findall(without_points(text))


def sentences(text: str) -> list[str]:
    """Return the sentences of ``text``; each line begins a new one."""
    found: list[str] = []
    for line in text.splitlines():
        pending = ""
        for part in _SENTENCE_END.split(line.strip()):
            pending = f"{pending} {part}".strip()
            if not _SHORTENED.search(pending):
                found.append(pending)
                pending = ""
        found.append(pending)
    return [sentence for sentence in found if _WORD.search(sentence)]


def syllables(word: str, language: str) -> int:
    """Return about how many syllables ``word`` has; at least one, and digits count as one."""
    letters = word.lower().replace("’", "").replace("'", "")
    silent = _SILENT[language]
    if silent is not None and len(letters) > 3:
        letters = silent.sub("", letters)
    return max(1, len(_VOWELS[language].findall(letters)))


def measure(text: str, language: str) -> Measure:
    """Count ``text`` as a text in ``language`` ("en", "fr", "nl")."""
    found = words(text)
    return Measure(
        words=len(found),
        sentences=len(sentences(text)),
        syllables=sum(syllables(word, language) for word in found),
        long_words=sum(len(word) > LONG_WORD_LETTERS for word in found),
        language=language,
    )


def long_sentences(text: str, language: str) -> list[tuple[str, int]]:
    """Return each sentence that is too long, with its number of words, the longest first."""
    counted = [(sentence, len(words(sentence))) for sentence in sentences(text)]
    too_long = [pair for pair in counted if pair[1] > MOST_WORDS[language]]
    return sorted(too_long, key=lambda pair: -pair[1])
