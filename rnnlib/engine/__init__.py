"""What torch does: real layers built, called and checked. No drawing, no widgets."""

import os

# On the CPU oneDNN keeps what it compiled for each of the last 1,024 sizes of an LSTM, up to some MB a size: a slider
# meets hundreds. Eight are enough for one layer of any kind, its backward pass included; a value of yours is kept.
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "8")
