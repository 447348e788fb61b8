"""Prediction cards: a shape is asked for, and a wrong answer is told its misconception."""
