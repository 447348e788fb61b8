"""Recurrent layers of torch, to be seen, moved and predicted: the package behind the course."""

from rnnlib.data import japanese_vowels
from rnnlib.engine.packing import pack_steps
from rnnlib.engine.run import run
from rnnlib.engine.timing import time_layer
from rnnlib.engine.trace import trace
from rnnlib.explorers.direction_explorer import DirectionExplorer
from rnnlib.explorers.packing_explorer import PackingExplorer
from rnnlib.explorers.shape_explorer import ShapeExplorer
from rnnlib.explorers.speed_lab import SpeedLab
from rnnlib.explorers.step_explorer import StepExplorer
from rnnlib.practice.predict import predict
from rnnlib.spec import LayerSpec, shapes

__all__ = [
    "DirectionExplorer",
    "LayerSpec",
    "PackingExplorer",
    "ShapeExplorer",
    "SpeedLab",
    "StepExplorer",
    "japanese_vowels",
    "pack_steps",
    "predict",
    "run",
    "shapes",
    "time_layer",
    "trace",
]
