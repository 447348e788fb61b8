// Symbols and their numbers: what an axis is called, how long it is, and whose colour it wears. Pure.

/** The number that an axis, a product of symbols such as "num_layers*num_directions", stands for. */
export function numberOf(axis, sizes) {
  return axis.split("*").reduce((product, symbol) => product * sizes[symbol], 1);
}

/** The one symbol whose colour an axis wears. */
export function colourOf(axis) {
  const symbols = axis.split("*");
  if (symbols.includes("num_layers")) return "num_layers";
  if (symbols.includes("hidden_size") || symbols.includes("proj_size")) return "hidden_size";
  return symbols[0];
}

/** An axis as people read it: factors of 1 are left out, num_directions and num_gates are said as numbers. */
export function nameOf(axis, sizes) {
  if (axis === "num_layers*num_directions") return "num_layers × num_directions";
  return axis
    .split("*")
    .map((symbol) => (symbol === "num_directions" || symbol === "num_gates" ? sizes[symbol] : symbol))
    .filter((factor) => factor !== 1)
    .join(" × ");
}

/** An axis with its number: `seq_len 8`, and where it is a product, `num_layers × num_directions = 4`. */
export function saidOf(axis, sizes) {
  const [name, value] = [nameOf(axis, sizes), numberOf(axis, sizes)];
  return name.includes("×") ? `${name} = ${value}` : `${name} ${value}`;
}

/** A shape as code, `(8, 3, 32)`, every number in the colour of its axis. */
export function shapeText(axes, sizes, tag) {
  const numbers = axes.map(
    (axis) => `<${tag} data-symbol="${colourOf(axis)}" class="size">${numberOf(axis, sizes)}</${tag}>`,
  );
  return `(${numbers.join(", ")}${axes.length === 1 ? "," : ""})`;
}
