// The graph and the weights of a run, which are asked for when somebody comes near them.

import { el } from "./dom.js";
import { watcher } from "./leavings.js";
import { bytes } from "./numbers.js";
import { Weights } from "./weights.js";

const SOON = "It comes with the first update.";
const NEVER = "The run has no graph.json; a run of rung train leaves one.";

export function graphPart(ofRun) {
  const element = el("div");
  const changed = watcher();
  const show = ({ graph, state, files }) => {
    const { theme } = document.documentElement.dataset;
    const version = files.find((file) => file.name === "graph.json")?.changed ?? 0;
    if (changed([graph, version, state === "running", theme])) {
      const source = ofRun("graph", { v: version, ...(theme ? { theme } : {}) });
      element.replaceChildren(
        ...(graph ? framed(source) : [el("p", { class: "muted" }, state === "running" ? SOON : NEVER)]),
      );
    }
    return true;
  };
  return { id: "graph", title: "Graph", element, show };
}

/** A page within the page: the wheel goes past it, until the pointer is moved within. */
function framed(source) {
  const alone = el("a", { href: source, target: "_blank" }, "Open it alone");
  const use = (event) => (event.movementX || event.movementY) && frame.classList.add("used");
  const leave = () => frame.classList.remove("used");
  const page = el("iframe", { src: source, title: "The graph of one batch", loading: "lazy" });
  const frame = el("div", { class: "embedded", onpointermove: use, onpointerleave: leave }, page);
  return [el("p", { class: "facts" }, "One small batch, forward and backward. ", alone), frame];
}

export function weightsPart(ofRun) {
  const weights = new Weights();
  const choice = el("select", { "aria-label": "File of weights", onchange: () => load() });
  const element = el("div", {}, el("div", { class: "controls" }, choice), weights.element);
  const changed = watcher();
  let files = [];
  let asked = null;

  async function load() {
    const file = files.find((each) => each.name === choice.value);
    const source = ofRun("weights.json", { file: file.name, v: file.changed });
    if (source === asked) return;
    asked = source;
    const answer = await fetch(source);
    if (answer.ok && asked === source) weights.show(await answer.json());
  }

  const near = new IntersectionObserver((seen) => seen.some((each) => each.isIntersecting) && load(), {
    rootMargin: "300px",
  });
  const show = (facts) => {
    files = facts.files.filter((file) => file.kind === "weights");
    if (!changed(files) || !files.length) return files.length > 0;
    const names = files.map((file) => file.name);
    const chosen = [choice.value, "best.npz", "weights.npz"].find((name) => names.includes(name));
    const option = ({ name, bytes: size }) =>
      el("option", { value: name, selected: name === chosen }, `${name} · ${bytes(size)}`);
    choice.replaceChildren(...files.map(option));
    if (asked === null) near.observe(element);
    else load();
    return true;
  };
  return { id: "weights", title: "Weights", element, show };
}
