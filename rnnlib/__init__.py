"""Recurrent layers of torch, to be seen, moved and predicted: the package behind the course."""

from rnnlib.data import japanese_vowels
from rnnlib.engine.packing.pack_steps import pack_steps
from rnnlib.engine.reach.reach import reach
from rnnlib.engine.run import run
from rnnlib.engine.timing.time_layer import time_layer
from rnnlib.engine.trace.trace import trace
from rnnlib.exercises.check import check
from rnnlib.explorers.checkup.explorer import checkup
from rnnlib.explorers.direction.explorer import DirectionExplorer
from rnnlib.explorers.gradient.explorer import GradientExplorer
from rnnlib.explorers.packing.explorer import PackingExplorer
from rnnlib.explorers.prediction.predict import predict
from rnnlib.explorers.shape.explorer import ShapeExplorer
from rnnlib.explorers.speed.explorer import SpeedLab
from rnnlib.explorers.step.explorer import StepExplorer
from rnnlib.explorers.tally.explorer import tally
from rnnlib.explorers.training.explorer import TrainingLab
from rnnlib.spec import LayerSpec, shapes

__all__ = [
    "DirectionExplorer",
    "GradientExplorer",
    "LayerSpec",
    "PackingExplorer",
    "ShapeExplorer",
    "SpeedLab",
    "StepExplorer",
    "TrainingLab",
    "check",
    "checkup",
    "japanese_vowels",
    "pack_steps",
    "predict",
    "reach",
    "run",
    "shapes",
    "tally",
    "time_layer",
    "trace",
]
