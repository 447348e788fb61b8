// Not a test: what the front end says of each of the places on stdin, on stdout, to be compared with torch.
import { readFileSync } from "node:fs";
import { codeOf, fieldsOf } from "../../../rnnlib/explorers/direction/snippet.js";
import { stateOf } from "../../../rnnlib/explorers/direction/state.js";
import {
  elementOf,
  lightsOf,
  movedAt,
  sentenceOf,
  stepsRun,
  wayTo,
} from "../../../rnnlib/explorers/direction/who_reads.js";
import { filled } from "../../../rnnlib/explorers/shared/copyable_snippet.js";

const { traits, arrays, places } = JSON.parse(readFileSync(0, "utf8"));
for (const array of Object.values(arrays)) array.numbers = Float32Array.from(array.numbers);
const state = stateOf({ get: (name) => traits[name] });

const said = places.map((place) => {
  const moved = movedAt(arrays, place, state.sizes);
  return {
    name: elementOf(place, state.sizes),
    code: filled(codeOf(place, state), fieldsOf(place, state)),
    sentence: sentenceOf(place, state, moved),
    lights: lightsOf(moved),
    way: wayTo(place, state.sizes, stepsRun(state, place.item)).reads,
  };
});
console.log(JSON.stringify(said));
