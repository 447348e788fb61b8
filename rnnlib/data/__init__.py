"""The real utterances that the course runs on, and their loader."""

from rnnlib.data.japanese_vowels import Utterances, japanese_vowels

__all__ = ["Utterances", "japanese_vowels"]
