// Not a test: what the front end makes of each of the cases on stdin, on stdout, to be compared with torch.
import { readFileSync } from "node:fs";
import { rowsTold } from "../../../rnnlib/explorers/packing/answer.js";
import { measure } from "../../../rnnlib/explorers/packing/grid.js";
import { snippetOf } from "../../../rnnlib/explorers/packing/snippet.js";
import { drawn, placesOf, STAGES, stateOf, titleOf, told } from "../../../rnnlib/explorers/packing/stage.js";
import { filled } from "../../../rnnlib/explorers/shared/snippet.js";

const bytesOf = (base64) => new DataView(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)).buffer);

const made = JSON.parse(readFileSync(0, "utf8")).map((traits) => {
  const { answer: ran } = traits;
  const state = stateOf({ get: (name) => traits[name] });
  const size = measure(state.lengths.length, state.total);
  const places = state.lengths.flatMap((_, item) => Array.from({ length: state.total }, (_, time) => ({ item, time })));
  return {
    ...state.pack,
    told: places.map((place) => told(place, state)),
    drawn: places.map((place) =>
      Object.fromEntries(STAGES.map((stage) => [stage, placesOf(stage, place, state, size).length])),
    ),
    titles: STAGES.map((stage) => titleOf(stage, state).replaceAll(/<[^>]*>/g, "")),
    pictures: STAGES.map((stage) => drawn(stage, state, size)),
    code: filled(snippetOf(state), state.sizes),
    rows: ran.asked
      ? rowsTold({ ...ran, off_padded: bytesOf(ran.off_padded), off_packed: bytesOf(ran.off_packed) })
      : [],
  };
});
console.log(JSON.stringify(made));
