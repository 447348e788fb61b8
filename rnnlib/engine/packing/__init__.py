"""Sequences of different length: padded, sorted, packed and unpacked, and what goes wrong on the way."""
