"""The packing explorer: sequences at every stage of packing."""
