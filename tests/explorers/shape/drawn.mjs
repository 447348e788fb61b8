// Not a test: what the front end draws and copies for each of the cases on stdin, on stdout, to be compared with Python.
import { readFileSync } from "node:fs";
import { drawn as drawnIn, sizesOf, told } from "../../../rnnlib/explorers/shape/diagram.js";
import { stateOf, templateKey, tensorsOf } from "../../../rnnlib/explorers/shape/state.js";
import { filled } from "../../../rnnlib/explorers/shared/copyable_snippet.js";
import { numberOf } from "../../../rnnlib/explorers/shared/symbols.js";

const { rules, templates, constants, cases } = JSON.parse(readFileSync(0, "utf8"));

const drawn = cases.map((traits) => {
  const state = stateOf({ get: (name) => ({ ...traits, constants })[name] });
  const sizes = sizesOf(state);
  const tensors = tensorsOf(rules, state);
  return {
    shapes: Object.fromEntries(tensors.map((t) => [t.name, t.axes.map((axis) => numberOf(axis, sizes))])),
    code: filled(templates[templateKey(state)], sizes),
    told: told(tensors, state),
    ...drawnIn(tensors, state, traits.width ?? 848),
  };
});
console.log(JSON.stringify(drawn));
