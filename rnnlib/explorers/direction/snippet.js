// The code that picks what is chosen, as a template whose fields `copyable_snippet.js` fills.
import { together, wrapped } from "../shared/copyable_snippet.js";

const LONGEST = 44; // characters that fit beside the picture

const called = (name, given) => wrapped(`${name}(`, given, ")", LONGEST);

/** How the layer is called, so that `output` and `h_n` are those of the picture. */
export function callOf({ states, packed, sizes, lengths, given }) {
  const ends = together(states.map((state) => `${state}_n`));
  if (!packed) return [`output, ${ends} = layer(${given})`];
  const first = sizes.batch_first ? ["batch_first=True"] : [];
  const total = Math.max(...lengths) < sizes.seq_len ? ["total_length={seq_len}"] : [];
  return [
    called("packed = pack_padded_sequence", [given, "lengths", ...first, "enforce_sorted=False"]),
    `output, ${ends} = layer(packed)`,
    called("output, _ = pad_packed_sequence", ["output", ...first, ...total]),
  ];
}

/** Ways to pick a place: its half or its row, the same through `view`, and the one element. */
export function picksOf({ part, layer, direction }, { num_directions, proj_size, batch_first }) {
  const width = proj_size ? "{proj_size}" : "{hidden_size}";
  const way = ["forward", "backward"][direction];
  if (part === "h_n") {
    return [
      ["h_n[{row}, {item}]", `the row of layer ${layer}, ${way}`],
      [
        `h_n.view({num_layers}, {num_directions}, {batch}, ${width})[{layer}, {direction}, {item}]`,
        "in (num_layers, num_directions, batch, H)",
      ],
      ["h_n[{row}, {item}, {unit}]", "this element"],
    ];
  }
  const at = batch_first ? "{item}, {time}" : "{time}, {item}";
  const axes = batch_first ? "{batch}, {seq_len}" : "{seq_len}, {batch}";
  const names = batch_first ? "batch, seq_len" : "seq_len, batch";
  if (num_directions === 1)
    return [
      [`output[${at}]`, "all units"],
      [`output[${at}, {column}]`, "this element"],
    ];
  const half = direction ? `${width}:` : `:${width}`;
  return [
    [`output[${at}, ${half}]`, `the ${way} half: output[${batch_first ? "b, t" : "t, b"}, ${direction ? "H:" : ":H"}]`],
    [`output.view(${axes}, {num_directions}, ${width})[${at}, {direction}]`, `in (${names}, num_directions, H)`],
    [`output[${at}, {column}]`, "this element"],
  ];
}

/** The whole snippet: the call, then each way on a line of its own below what it is. */
export function codeOf(place, state) {
  const picks = picksOf(place, state.sizes).flatMap(([code, what]) => [`# ${what}`, code]);
  return [...callOf(state), "", ...picks].join("\n");
}

/** What the fields of the snippet stand for. */
export function fieldsOf(place, { sizes }) {
  const row = place.layer * sizes.num_directions + place.direction;
  return { ...sizes, ...place, row, column: place.direction * sizes.size + place.unit };
}
