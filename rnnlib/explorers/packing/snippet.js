// The code that packs the batch on screen and runs the layer on it: a template whose fields `copyable_snippet.js` fills.
import { together, wrapped } from "../shared/copyable_snippet.js";
import { wideOf } from "./told.js";

const WIDEST_LINE = 56;

/** The layer's constructor, with what is not torch's default said. */
function layerCall({ family, num_layers, bidirectional, batch_first, sizes }) {
  const said = [
    ...(num_layers > 1 ? [`num_layers=${num_layers}`] : []),
    ...(family.has_nonlinearity && sizes.nonlinearity === "relu" ? ['nonlinearity="relu"'] : []),
    ...(sizes.bias === false ? ["bias=False"] : []),
    ...(batch_first ? ["batch_first=True"] : []),
    ...(bidirectional ? ["bidirectional=True"] : []),
    ...(sizes.proj_size ? ["proj_size={proj_size}"] : []),
  ];
  return line(`layer = ${family.code}(`, ["{input_size}", "{hidden_size}", ...said], ")");
}

const line = (open, parts, close) => wrapped(open, parts, close, WIDEST_LINE);

/** A number as Python writes it. */
const python = (value) => (typeof value === "string" ? `float("${value}")` : value);

/** The snippet for what is chosen. */
export function snippetOf(state) {
  const { family, bidirectional, batch_first, lengths, padding_value, total_length, sizes, packs } = state;
  const first = batch_first ? ["batch_first=True"] : [];
  const shape = (steps, last) => (batch_first ? `({batch}, ${steps}, {${last}})` : `(${steps}, {batch}, {${last}})`);
  const padding = padding_value ? [`padding_value=${python(padding_value)}`] : [];
  const total = total_length ? [`total_length=${total_length}`] : [];
  const states = together(family.states.map((state) => `${state}_n`));
  const packing = [
    line("packed = pack_padded_sequence(", ["padded", "lengths", ...first, "enforce_sorted=False"], ")"),
    `output, ${states} = layer(packed)  # packed too`,
    line("output, lengths = pad_packed_sequence(", ["output", ...first, ...padding, ...total], ")"),
    `print(output.shape)  # ${shape(total_length ?? "{seq_len}", wideOf(sizes))}`,
    `summary = ${bidirectional ? "torch.cat((h_n[-2], h_n[-1]), -1)" : "h_n[-1]"}  # each at its own end`,
  ];
  const reading = [`output, ${states} = layer(padded)`, `print(output.shape)  # ${shape("{seq_len}", wideOf(sizes))}`];
  const imported = [...(packs ? ["pack_padded_sequence", "pad_packed_sequence"] : []), "pad_sequence"];
  return [
    "import torch",
    family.import,
    ...imported.map((name) => `from torch.nn.utils.rnn import ${name}`),
    "",
    line("lengths = [", lengths.map(String), "]"),
    "sequences = [torch.randn(n, {input_size}) for n in lengths]",
    line("padded = pad_sequence(", ["sequences", ...first, ...padding], ")"),
    `print(padded.shape)  # ${shape("{seq_len}", "input_size")}`,
    "",
    layerCall(state),
    ...(packs ? packing : reading),
  ].join("\n");
}
