"""What a learner gave, checked before the layer sees it: one clear sentence where it does not fit."""
