"""What a learner does: predictions, and the misconception behind a wrong one."""
