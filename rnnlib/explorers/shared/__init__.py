"""What all explorers use: controls, marks, the palette, input, and work in the background."""
