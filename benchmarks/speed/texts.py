"""Texts in the words of the demo's articles, each from its number alone."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from ingest.demo.texts import DemoText, load_texts

__all__ = ["Prose", "prose"]

COPY_SHARE = 0.15  # of the pages, those that carry the text of an earlier one
_LANGUAGES = ("en",) * 6 + ("ru",) * 2 + ("az", "tr")
_WORDS = (250, 900)
_PARAGRAPH_WORDS = 70
_SENTENCE_WORDS = (6, 28)
#: Share of the words that follow as they do in the demo. Were it more, texts would share passages
#: by the dozen, as texts of different authors do not, and most of the time would go to them.
_FOLLOWING = 0.4
_ANY = "*"  # stands for every word
_TITLE_WORDS = 9
_END = (".", "!", "?", "…")
_MARKS = ".,:;!?…«»“”\"'()—–-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """A headline and what stands below it."""

    title: str
    paragraphs: tuple[str, ...]
    language: str
    author: str


@lru_cache(maxsize=4096)
def prose(number: int) -> Prose:
    """The text of a number: mostly of its own, else that of an earlier one."""
    rng = random.Random(f"speed {number}")
    if number > 20 and rng.random() < COPY_SHARE:
        return prose(rng.randrange(number))
    language = rng.choice(_LANGUAGES)
    chain = _chain(language)
    paragraphs, left = [], rng.randint(*_WORDS)
    while left > 0:
        sentences: list[str] = []
        while sum(len(one.split()) for one in sentences) < _PARAGRAPH_WORDS:
            sentences.append(_sentence(chain, rng))
        paragraphs.append(" ".join(sentences))
        left -= _PARAGRAPH_WORDS
    title = " ".join(_sentence(chain, rng).split()[:_TITLE_WORDS]).rstrip(_MARKS)
    author = rng.choice([one.author for one in _stories(language) if one.author] or [""])
    return Prose(title=title, paragraphs=tuple(paragraphs), language=language, author=author)


def _sentence(chain: dict[str, list[str]], rng: random.Random) -> str:
    """Words of the demo's articles, some after the word that they follow there."""
    words = [rng.choice(chain[""])]
    length = rng.randint(*_SENTENCE_WORDS)
    while len(words) < length:
        follows = chain.get(words[-1]) if rng.random() < _FOLLOWING else None
        words.append(rng.choice(follows or chain[_ANY]).rstrip(".!?…"))
    return " ".join(words).rstrip(_MARKS) + "."


@lru_cache(maxsize=8)
def _chain(language: str) -> dict[str, list[str]]:
    follows: dict[str, list[str]] = defaultdict(list)
    for text in _stories(language):
        for paragraph in text.paragraphs:
            last = ""
            for word in paragraph.split():
                follows[last].append(word)
                if word.strip(_MARKS) == word:
                    follows[_ANY].append(word)
                last = "" if word.endswith(_END) else word
    return dict(follows)


@lru_cache(maxsize=8)
def _stories(language: str) -> tuple[DemoText, ...]:
    return tuple(one for one in load_texts() if one.topic == "story" and one.language == language)
