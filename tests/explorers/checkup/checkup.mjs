// A grid and a layer as Python tells them.
export const gridOf = (cells, more = {}) => ({
  title: "Who moves whom",
  rows: { name: "result of", symbol: "batch", labels: cells.map((_, index) => 10 * index) },
  columns: { name: "changed", symbol: "batch", labels: [...cells[0]].map((_, index) => index) },
  cells,
  kinds: {
    r: { word: "its own", says: "{column} moves itself." },
    w: { word: "another's", says: "{column} moves {row}." },
    ".": { word: "", says: "{column} leaves {row}." },
  },
  ...more,
});

export const bars = { name: "gradient", shares: [0.5, 0, 1], values: ["0.1", "0", "0.2"], says: "{column}: {value}" };

export const layerOf = (axes, reads, more = {}) => ({
  name: "lstm",
  made: "nn.LSTM(6, 8)",
  shape: axes.map((_, index) => index + 5),
  axes,
  reads,
  facts: ["called once"],
  fault: "",
  ...more,
});
