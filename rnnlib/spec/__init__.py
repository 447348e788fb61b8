"""What a layer is: its arguments, the shapes they imply, what it costs. Pure Python; imports no torch."""

from rnnlib.spec.layer import LayerSpec
from rnnlib.spec.shapes import TensorShape, shapes

__all__ = ["LayerSpec", "TensorShape", "shapes"]
