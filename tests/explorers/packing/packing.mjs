// Not a test: what the front end makes of each of the cases on stdin, on stdout, to be compared with torch.
import { readFileSync } from "node:fs";
import { layoutOf } from "../../../rnnlib/explorers/packing/layout.js";
import { offsAt, rowsTold } from "../../../rnnlib/explorers/packing/off.js";
import { snippetOf } from "../../../rnnlib/explorers/packing/snippet.js";
import { drawnGrid } from "../../../rnnlib/explorers/packing/stages.js";
import { STAGES, stateOf } from "../../../rnnlib/explorers/packing/state.js";
import { titleOf, told } from "../../../rnnlib/explorers/packing/told.js";
import { filled } from "../../../rnnlib/explorers/shared/copyable_snippet.js";

const bytesOf = (base64) => new DataView(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)).buffer);

const made = JSON.parse(readFileSync(0, "utf8")).map(({ answer, ...traits }) => {
  const ran = answer.asked
    ? { ...answer, off_padded: bytesOf(answer.off_padded), off_packed: bytesOf(answer.off_packed) }
    : {};
  const modelOf = (more) => ({ get: (name) => ({ ...traits, answer: ran, ...more })[name] });
  const state = stateOf(modelOf({}));
  const places = state.lengths.flatMap((_, item) => Array.from({ length: state.total }, (_, time) => ({ item, time })));
  return {
    ...state.pack,
    told: Object.fromEntries(STAGES.map((stage) => [stage, places.map((place) => told(stage, place, state))])),
    titles: STAGES.map((stage) => titleOf(stage, state).replaceAll(/<[^>]*>/g, "")),
    pictures: [360, 530, 848, 1600].map((width) => drawnGrid(state, layoutOf(state, width))),
    code: filled(snippetOf(state), state.sizes),
    padded_code: filled(snippetOf(stateOf(modelOf({ stages: ["padded"] }))), state.sizes),
    rows: ran.asked ? rowsTold(ran) : [],
    offs: STAGES.map((stage) => offsAt(ran, stage)),
  };
});
console.log(JSON.stringify(made));
