// The gradient explorer on screen: what reaches back, of three kinds of layer on one chart, and how large all gradients are.
import { changes, choice, el, listen, renderOf, slider, toggle } from "../shared/controls.js";
import { snippetPanel } from "../shared/copyable_snippet.js";
import { fitted, frame } from "../shared/frame.js";
import { floatsOf } from "../shared/numbers.js";
import { axesOf, curvesOf, namesOf, pictureSaid, placesOf, said, saturationOf, stepSaid } from "./chart.js";

const ASKED = ["seq_len", "hidden_size", "factor", "forget_bias", "initialisation", "clipping", "max_norm"];
const BEGUN = { torch: "torch's start", orthogonal: "orthogonal" };
const initialisationOf = (words) => Object.keys(BEGUN).find((name) => BEGUN[name] === words);
const INVITES = "Point at a step, or use the arrow keys: how much of that input reaches output[-1]?";

/** The controls that a lecturer chose to show, in two strips. */
function controlsOf(model, say) {
  const fine = (name, ends, step, label) => slider(model, name, ends, say, { step, label });
  const make = {
    seq_len: () => slider(model, "seq_len", [1, 200], say),
    hidden_size: () => slider(model, "hidden_size", [1, 64], say),
    factor: () => fine("factor", [0, 4], 0.05, "weight_hh ×"),
    forget_bias: () => fine("forget_bias", [0, 8], 0.1, "bias f, z +"),
    initialisation: () =>
      choice(model, "initialisation", Object.values(BEGUN), (name) => BEGUN[name], initialisationOf),
    clipping: () => toggle(model, "clipping"),
    max_norm: () => fine("max_norm", [0.1, 10], 0.1, "max_norm"),
  };
  const wanted = Object.keys(make).filter((name) => model.get("controls").includes(name));
  return Object.fromEntries(wanted.map((name) => [name, make[name]()]));
}

/** The same in bare torch, of the LSTM: with all that is chosen. */
export function codeOf({ factor, forget_bias, initialisation, clipping, max_norm }) {
  const orthogonal = ["for block in layer.weight_hh_l0.data.chunk(4):", "    nn.init.orthogonal_(block)"];
  return [
    "layer = nn.LSTM({input_size}, {hidden_size}).double()",
    ...(initialisation === "orthogonal" ? orthogonal : []),
    ...(factor === 1 ? [] : [`layer.weight_hh_l0.data *= ${factor}`]),
    ...(forget_bias ? [`layer.bias_ih_l0.data.chunk(4)[1].add_(${forget_bias})  # f; of GRU z, chunk(3)[1]`] : []),
    "x = torch.randn({seq_len}, 1, {input_size}).double().requires_grad_()",
    "output, _ = layer(x)",
    "output[-1].sum().backward()",
    ...(clipping ? [`norm = nn.utils.clip_grad_norm_(layer.parameters(), ${max_norm})  # as it was before`] : []),
    "x.grad.norm(dim=-1)  # ({seq_len}, 1)",
  ].join("\n");
}

/** The curves of an answer, their numbers read. */
export const curvesIn = (answer) =>
  Object.entries(answer.curves).map(([name, { x, saturated, norm, clipped }]) => ({
    ...{ name, norm, clipped },
    x: Array.from(floatsOf(x, Float64Array)),
    saturated: Array.from(floatsOf(saturated, Float64Array)),
  }));

/** The norm of all gradients, of each kind, before and after clipping. */
export function normSaid({ norm, clipped }) {
  if (clipped === null) return said(norm);
  return Math.abs(clipped - norm) <= 1e-3 * norm ? `${said(norm)}, not clipped` : `${said(norm)} → ${said(clipped)}`;
}

/** The whole explorer in `host`; gives back what takes it away. */
function build(model, host) {
  const controls = controlsOf(model, (words) => framed.say(words));
  const part = (...names) => names.map((name) => controls[name]?.whole);
  const picture = el("div", { class: "rnnlib-diagram fades", tabindex: 0, role: "img" });
  const snippet = snippetPanel();
  const norms = el("p", { class: "norms rnnlib-numbers fades" });
  const framed = frame(model, {
    name: "gradient",
    label: "Gradient explorer",
    strips: [part("seq_len", "hidden_size", "factor", "forget_bias"), part("initialisation", "clipping", "max_norm")],
    picture: el("div", { class: "picture" }, picture),
    says: [norms],
    folds: { Code: snippet.whole },
  });
  const { root, line } = framed;
  let [curves, places, at] = [[], null, null];

  const draw = (width) => {
    const seq_len = curves[0].x.length;
    places = placesOf({ seq_len, curves }, width);
    if (at !== null) at = Math.min(at, seq_len - 1);
    picture.innerHTML =
      `<svg viewBox="0 0 ${width} ${places.height}" aria-hidden="true">${axesOf(places)}` +
      `<g class="curves">${curvesOf(curves, places, at)}</g>` +
      `${places.narrow ? "" : namesOf(curves, places)}` +
      `<text class="small" x="${places.left}" y="${places.strips - 5}">${places.narrow ? "" : "|h| > 0.99:"}</text>` +
      `${saturationOf(curves, places)}</svg>`;
    picture.setAttribute("aria-label", pictureSaid(curves, seq_len));
    picture.dataset.sizes = JSON.stringify(model.get("answer").asked);
  };
  const room = fitted(picture, draw);
  const redraw = () => room.width() && draw(room.width());
  const receive = () => {
    curves = curvesIn(model.get("answer"));
    const chips = curves.map((curve) =>
      el("span", { class: "norm", "data-kind": curve.name }, el("b", {}, curve.name), ` ${normSaid(curve)}`),
    );
    norms.replaceChildren(el("span", { class: "what" }, "norm of the parameters' gradient: "), ...chips);
    const { asked, input_size, facts } = model.get("answer");
    snippet.show(codeOf(asked), { ...asked, input_size });
    framed.facts.textContent = facts;
    norms.dataset.sizes = JSON.stringify(model.get("answer").asked);
    redraw();
    tell();
    framed.check();
    framed.relight();
  };
  /** Read the step that is pointed at. */
  const tell = () => line.set("pointed", at === null ? "" : stepSaid(curves, at, curves[0].x.length));
  const point = (step) => {
    at = step;
    picture.querySelector(".curves").innerHTML = curvesOf(curves, places, at);
    tell();
  };
  const heard = {
    pointermove: ({ clientX }) => {
      const { left, width } = picture.querySelector("svg").getBoundingClientRect();
      point(places.stepAt(((clientX - left) / width) * places.width));
    },
    pointerleave: () => point(null),
    blur: () => point(null),
    focus: () => point(at ?? curves[0].x.length - 1),
    keydown: (event) => {
      const last = curves[0].x.length - 1;
      const now = at ?? last;
      const next = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: last }[event.key];
      if (next === undefined) return;
      event.preventDefault();
      point(Math.max(0, Math.min(last, next)));
    },
  };
  for (const [name, listener] of Object.entries(heard)) picture.addEventListener(name, listener);
  const mind = () => {
    controls.max_norm?.disable(!model.get("clipping"));
    framed.check();
  };
  const deaf = listen(model, { ...changes(ASKED, mind), "change:answer": receive });
  line.set("resting", INVITES);
  host.replaceChildren(root);
  receive();
  mind();
  return () => {
    deaf();
    for (const one of [...Object.values(controls), framed, room]) one.stop();
  };
}

export default { render: renderOf(build, ["controls", "show", "question", "solution"]) };
