// Cards on a page: of each `[recorded, answers, messages]` on stdin, what is said to each answer, and to each message.
import { readFileSync } from "node:fs";
import { offlineCard, replyOf } from "../../../rnnlib/explorers/prediction/offline.js";

const told = JSON.parse(readFileSync(0, "utf8")).map(([recorded, answers, messages]) => [
  answers.map((answer) => replyOf(recorded, answer)),
  messages.map(offlineCard(recorded)),
]);
console.log(JSON.stringify(told));
