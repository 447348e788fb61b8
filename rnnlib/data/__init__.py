"""The real utterances that the course runs on, and their loader."""

from rnnlib.data.japanese_vowels import FEATURES, Utterances, japanese_vowels

__all__ = ["FEATURES", "Utterances", "japanese_vowels"]
