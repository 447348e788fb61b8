"""The step explorer: one step after the other, with every gate and state."""
