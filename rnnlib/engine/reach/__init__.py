"""What reaches what, by gradient: how much of each step reaches a result, and which steps a number has read."""
