"""What the findings together point to: the cause, its place in the model, and what to write."""
