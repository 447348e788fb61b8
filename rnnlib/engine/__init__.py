"""What torch does: real layers built, called and checked. No drawing, no widgets."""

import os

# On the CPU oneDNN keeps what it compiled for each of the last 1,024 sizes of an LSTM, a third of a megabyte a size,
# and a slider meets hundreds. Stacks of three layers in both directions need 16 in training: none is made twice. It
# holds for the whole process, if it has run no layer yet, and a value of yours is kept.
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "20")
