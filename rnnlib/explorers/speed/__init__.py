"""The speed lab: what is fast and what is slow, measured."""
