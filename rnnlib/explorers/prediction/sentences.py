"""What a learner is told about each slip: what was mixed up, and what to look at."""

from __future__ import annotations

from rnnlib.explorers.prediction.axes import as_read
from rnnlib.spec import LayerSpec, TensorShape

# name of the slip: (what was mixed up, what to look at)
SENTENCES = {
    # states of a layer
    "batch_first moved the state": (
        "batch_first moves only input and output, never a state.",
        "{name} keeps num_layers × num_directions first and batch second.",
    ),
    "batch first in a state": (
        "You put batch first in {name}.",
        "A state starts with num_layers × num_directions; batch comes second.",
    ),
    "state without num_directions": (
        "You left num_directions out of {name}.",
        "bidirectional=True keeps one state for each layer and each direction.",
    ),
    "directions side by side in a state": (
        "You put the two directions side by side, as they are in output.",
        "In {name} each direction has a state of its own, counted on the first axis.",
    ),
    "directions in a state's last axis": (
        "You multiplied the last axis of {name} by num_directions.",
        "That is how output holds them; in {name} the first axis counts the directions.",
    ),
    "layers and directions apart in a state": (
        "You gave layers and directions an axis each.",
        "In {name} they share the first one, layer first; {name}.view(…) can separate them.",
    ),
    "state without num_layers": (
        "You left num_layers out of {name}.",
        "Every layer keeps a state of its own, not only the last.",
    ),
    "output for a state": ("This is the shape of output, which has h at every step.", "{moment}"),
    "time in a state": ("You gave {name} a time axis.", "{moment}"),
    "seq_len for batch": ("You took seq_len for batch.", "x is {x}: see which of its axes is batch."),
    "input for a state": ("This is the shape of x.", "{moment}"),
    "state without its first axis": (
        "You left out the first axis of {name}.",
        "num_layers × num_directions is always there, even when it is 1.",
    ),
    "h and c in one": (
        "You counted something twice on the first axis.",
        "h and c are two tensors, a pair (h, c), and each counts its layers, and the directions that there are, once.",
    ),
    "two directions, though one": (
        "You counted two directions.",
        "This layer has one: only bidirectional=True gives it a second.",
    ),
    # output
    "output without num_directions": (
        "You left num_directions out of output.",
        "With bidirectional=True, forward and backward stand side by side in its last axis.",
    ),
    "h_n for output": (
        "This is the shape of h_n, the state after the last step.",
        "output has the last layer's h at every step.",
    ),
    "c_n for output": (
        "This is the shape of c_n, the cell state after the last step.",
        "output has the last layer's h at every step.",
    ),
    "layers in output": (
        "You counted the layers in output.",
        "Only the last layer's h comes out there, at every step.",
    ),
    "directions apart in output": (
        "You gave the directions an axis of their own.",
        "In output they stand side by side in the last axis, num_directions × {width}.",
    ),
    "input for output": ("This is the shape of x.", "output is as wide as the layer's h, not as its input."),
    "output without time": (
        "You left out the time axis.",
        "output has the last layer's h at every step, not only after the last.",
    ),
    # input
    "input without time": ("You left out the time axis.", "{kind} reads a whole sequence; a cell reads one step."),
    "hidden_size for input_size": (
        "You took hidden_size for input_size.",
        "The constructor takes input_size first, then hidden_size.",
    ),
    "output for input": ("This is the shape of output.", "x is what goes in: input_size numbers for every step."),
    "h_0 for input": ("This is the shape of h_0.", "x is what goes in: input_size numbers for every step."),
    # input and output
    "batch and seq_len swapped": (
        "You swapped batch and seq_len.",
        "{name} is {axes}: time comes first, unless the layer is made with batch_first=True.",
    ),
    "batch_first forgotten": ("You forgot batch_first=True.", "With it, {name} is {axes}."),
    # whatever is no parameter
    "no batch axis": ("You left out the batch axis.", "Only an x without a batch axis gives tensors without one."),
    "batch axis, though unbatched": (
        "You added a batch axis.",
        "x is unbatched, {x}, so no tensor has that axis here.",
    ),
    "no proj_size": ("You left proj_size out.", "Once it is projected, h is proj_size wide, not hidden_size."),
    "projected c": (
        "You gave {name} the width of the projected h.",
        "proj_size narrows h only: c stays hidden_size wide.",
    ),
    "input_size for hidden_size": (
        "You took input_size for {width}.",
        "{name} holds {held}, which the layer makes: input_size is the width of x alone.",
    ),
    "gates in an activation": (
        "You multiplied by the number of gates.",
        "The gates widen the weights; what they make together is {width} wide.",
    ),
    # cells
    "seq_len for batch, cell": ("You took seq_len for batch.", "A cell reads one step of every sequence in the batch."),
    "time in a cell": ("You gave {name} a time axis.", "A cell takes one step at a time: the loop is yours to write."),
    "layers axis in a cell": (
        "You gave {name} a first axis of 1.",
        "A cell is one layer in one direction and takes one step: no axis counts any of them.",
    ),
    # parameters
    "input_size in a higher layer": (
        "You gave it input_size columns.",
        "Layer {layer} never sees x: it reads what layer {below} puts out.",
    ),
    "weight without num_directions": (
        "You left num_directions out.",
        "Layer {layer} reads both directions of layer {below}, side by side.",
    ),
    "parameter without num_gates": (
        "You left out the gates.",
        "{kind} stacks the rows of its {num_gates} gates in one tensor.",
    ),
    "transposed": ("You turned it round.", "torch keeps a weight as (rows, columns): rows come out, columns go in."),
    "bias as a matrix": ("You made the bias a matrix.", "A bias has one axis: one number for each row of the weight."),
    "bias for a weight": (
        "This is the shape of a bias.",
        "A weight has columns too: one for each number that it reads.",
    ),
    "both directions in weight_hh": (
        "You multiplied the columns by num_directions.",
        "Each direction reads only its own state of one step before.",
    ),
    "directions in the rows": (
        "You counted the directions in the rows.",
        "Layer {layer} reads both directions of layer {below}, side by side: they are in the columns.",
    ),
    "directions apart in a parameter": (
        "You gave the directions an axis of their own.",
        "Each direction has parameters of its own, the backward ones named …_reverse.",
    ),
    "num_directions in a parameter": (
        "You multiplied the rows by num_directions.",
        "Each direction has parameters of its own, the backward ones named …_reverse.",
    ),
    "num_layers in a parameter": (
        "You gave it an axis for the layers.",
        "Each layer has parameters of its own, named …_l0, …_l1 and so on.",
    ),
    "num_layers times a parameter": (
        "You multiplied by num_layers.",
        "Each layer has parameters of its own, named …_l0, …_l1 and so on.",
    ),
    "x and h in one weight": (
        "You put what the layer reads and h side by side in one weight, as papers do.",
        "torch keeps two: weight_ih for what it reads, weight_hh for h.",
    ),
    "gates of a paper": (
        "You counted the gates as papers do.",
        "torch has a block of rows for what they call the candidate too: {blocks}.",
    ),
    "gates of another kind": ("You counted the gates of another kind.", "{kind} has {blocks}."),
    "both biases in one": (
        "You put both biases in one.",
        "torch keeps two, bias_ih and bias_hh, each with a number for every row.",
    ),
    "gates apart": ("You gave the gates an axis of their own.", "Their rows are stacked in one axis, {rows}."),
    "batch or time in a parameter": (
        "You gave it an axis for batch or time.",
        "The same parameters serve every sequence at every step.",
    ),
}

SENTENCES |= {
    f"{other} for {this}": (f"This is the shape of {other}.", look)
    for this, look in (
        ("weight_ih", "weight_ih reads the input of its layer, for every gate: look at its rows and its columns."),
        ("weight_hh", "weight_hh reads the state of one step before: look at its columns."),
        ("weight_hr", "weight_hr projects h to proj_size, and has no gates."),
        ("a bias", "A bias has one axis: one number for each row of a weight."),
    )
    for other in ("weight_ih", "weight_hh", "weight_hr")
    if other != this
}


def sentences(name: str, spec: LayerSpec, tensor: TensorShape, x: TensorShape) -> tuple[str, str]:
    """What a slip says of one tensor: what was mixed up, and what to look at."""
    fields = {
        "name": tensor.name,
        "axes": as_read(tensor.axes),
        "x": as_read(x.axes),
        "kind": spec.kind,
        "num_gates": spec.num_gates,
        "blocks": f"{spec.num_gates} blocks of rows, {' '.join(spec.family.gates)}"
        if spec.family.gates
        else "no gates",
        "held": tensor.name[0] if tensor.name[0] == "c" else "h",
        "layer": tensor.layer,
        "below": (tensor.layer or 0) - 1,
        "width": tensor.axes[-1].split("*")[-1],
        "rows": tensor.axes[0].replace("*", " × "),
        "moment": _moment(tensor.name),
    }
    said, look = SENTENCES[name]
    return said.format(**fields), look.format(**fields)


def _moment(name: str) -> str:
    """When a layer's state is: why it has no time axis."""
    when = "before the first step" if name.endswith("_0") else "after the last step"
    return f"{name} is the state {when}, for each layer and direction: it has no time axis."


def meaning(spec: LayerSpec, tensor: TensorShape) -> str:
    """What a tensor holds, in half a sentence: why a right shape is right."""
    stem = tensor.name.partition("_l")[0]
    if stem in MEANINGS:
        return MEANINGS[stem]
    when = "before the first step" if tensor.name.endswith("_0") else "after the last step"
    if spec.is_cell:
        return f"one state for each sequence, {when.replace('last', 'one')}"
    return f"one state for each layer and direction, {when}"


MEANINGS = {
    "input": "input_size numbers for every step",
    "output": "the last layer's h at every step, its directions side by side",
    "weight_ih": "blocks of hidden_size rows, and a column for each number that the layer reads",
    "weight_hh": "blocks of hidden_size rows, and a column for each number in h",
    "weight_hr": "from hidden_size columns down to proj_size rows",
    "bias_ih": "one number for each row of weight_ih",
    "bias_hh": "one number for each row of weight_hh",
}
