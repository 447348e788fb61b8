"""The shape explorer: every tensor's shape follows the sliders, and the real layer answers."""
