// From what is known of a run to the curves of its charts, as columns of numbers.

import { max, min } from "./columns.js";
import { number, percent, short, smooth } from "./numbers.js";

const OF_ALL = ["loss", "accuracy"];
const SHARES = /accuracy|precision|recall|f1|iou/i;
const FEW = 6; // epochs, up to which the losses of the batches tell more than the means
const WIDE = 30; // times the least, from which on the greatest loss needs a log scale

/** What was measured, without the data it was measured on: loss, accuracy, and then the rest by name. */
export function measured(runs) {
  const names = new Set(runs.flatMap((run) => Object.keys(run.figures)).map((name) => name.replace(/^test_/, "")));
  if (runs.some((run) => run.steps.loss.length)) names.add("loss");
  for (const other of ["epoch", "step"]) names.delete(other);
  return [...OF_ALL.filter((name) => names.has(name)), ...[...names].filter((name) => !OF_ALL.includes(name)).sort()];
}

export const isShare = (name) => SHARES.test(name);

/** How a figure is written; on an axis (`round`) with no more digits than it needs. */
export const formatOf = (name) => (value, round) => (isShare(name) ? percent(value, round ? 0 : 2) : short(value));

export const titleOf = (name) => name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");

/** A column of a run as numbers. */
export const column = (run, name) => (run.figures[name] ?? []).map(number);

/** How many updates an epoch has, as far as it is known. */
function perEpoch(run) {
  const { epoch, step } = run.figures;
  const last = epoch.length - 1;
  return run.steps_per_epoch || (last >= 0 && step && number(step[last]) / epoch[last]) || 0;
}

/** The updates of a run, on the scale of its epochs. */
export function updates(run) {
  const each = perEpoch(run) || 1;
  const { step, loss, low, high, lr } = run.steps;
  return {
    x: step.map((at) => at / each),
    loss: loss.map(number),
    low: low.map(number),
    high: high.map(number),
    lr: lr.map(number),
    inEpochs: perEpoch(run) > 0,
  };
}

/** The place of the best epoch: of the least loss, or the greatest share; undefined where nobody can know. */
export function best(name, values) {
  const good = values.flatMap((value, i) => (Number.isFinite(value) ? [i] : []));
  if (!good.length || !(isShare(name) || name === "loss")) return undefined;
  return good.reduce((a, b) => ((isShare(name) ? values[b] > values[a] : values[b] < values[a]) ? b : a));
}

/** The curves of one figure of one run: of training, pale and wide, and of the test; of the loss, its batches too. */
export function curvesOf(run, name, weight) {
  const { epoch } = run.figures;
  const format = formatOf(name);
  const test = column(run, `test_${name}`);
  const of = (y, facts) =>
    [{ x: epoch, y, ...facts }].flatMap((curve) => smoothed(curve, weight)).map((curve) => ({ format, ...curve }));
  const curves = [];
  if (name === "loss") curves.push(...batches(run, weight));
  if (column(run, name).length) curves.push(...of(column(run, name), { name: "train", tone: "train", width: 3.5 }));
  if (test.length) curves.push(...of(test, { name: run.tested, tone: "test", width: 2, mark: best(name, test) }));
  return curves.map((curve) => ({
    ...curve,
    label: curve.pale || !curve.name ? "" : `${curve.name} ${format(lastOf(curve.y))}`,
  }));
}

export const lastOf = (values) => values.filter(Number.isFinite).pop() ?? NaN;

/** A curve; or, smoothed, with the pale one that it was made of. */
export function smoothed(curve, weight) {
  if (!weight || curve.y.length < 3) return [curve];
  return [
    { ...curve, name: "", pale: true, width: 1, mark: undefined },
    { ...curve, y: smooth(curve.y, weight), mark: undefined },
  ];
}

function batches(run, weight) {
  const { x, loss, low, high } = updates(run);
  if (!loss.length) return [];
  const many = loss.length > 40;
  const pale = { x, y: loss, band: { low, high }, tone: "train", width: 1, pale: true, name: "" };
  if (run.figures.epoch.length >= FEW) return [pale];
  return [pale, { x, y: smooth(loss, Math.max(weight, many ? 0.8 : 0.5)), tone: "batch", width: 2, name: "batches" }];
}

/** The learning rate along the updates. */
export function rateOf(run) {
  const { x, lr } = updates(run);
  return lr.some(Number.isFinite)
    ? [{ x, y: lr, tone: "rate", width: 2, name: "rate", label: short(lastOf(lr)) }]
    : [];
}

/** Whether the curves cover so much that a log scale shows more of them. */
export function isWide(curves) {
  const all = curves
    .filter((curve) => !curve.pale)
    .flatMap((curve) => curve.y)
    .filter(Number.isFinite);
  return min(all) > 0 && max(all) > WIDE * min(all);
}
