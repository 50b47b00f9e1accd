// What stands in the boxes of a picture, how large that makes them, and which tone they have.
// The twin of rung/picture/boxes.py; `THEME` is theme.json.

const DEEPEST = 8; // gradients of gradients that are named after what they belong to
const NAN = "NaN";
const INFINITE = "infinite";
const SILENT = ["None", "False", "()"]; // options of a call that say no more than its name does

/** The name of a value, which may be empty; if verbose, its shape and dtype; and what of it is not finite. */
function valueLines(graph, value, verbose) {
  if (value.kind === "number") return ["", drawable(value.name ?? "")];
  return [valueTitle(graph, value), ...(verbose ? [arrayText(value)] : []), ...faultLines(value)];
}

/** How much of a value and of its gradient is NaN or infinite, if any. */
function faultLines({ arrays, gradients }) {
  const own = faults(arrays).map(([fault, number]) => `${withCommas(number)} ${fault}`);
  const passed = faults(gradients).map(([fault, number]) => `${withCommas(number)} ${fault} in its gradient`);
  return [...own, ...passed];
}

/**
 * The name of a value; of a gradient without one, that of the value that it belongs to, with .grad.
 * A parameter that stands outside of its layer says whose it is.
 */
function valueTitle(graph, value) {
  let endings = 0;
  for (; !value.name && value.gradient_of !== null && endings < DEEPEST; endings++)
    value = graph.values[value.gradient_of];
  return value.name ? drawable(ownerOf(graph, value) + value.name) + ".grad".repeat(endings) : "";
}

/** The path of a parameter's layer and a dot, if it stands outside of all of that layer's calls. */
function ownerOf({ groups, scopes }, { kind, scope, group }) {
  if (kind !== "parameter" || scope === null) return "";
  for (let around = group; around !== null; around = groups[around].parent)
    if (groups[around].scope === scope) return "";
  return `${scopes[scope].path}.`;
}

/** Shape and dtype, as in (2, 3) float32. */
function arrayText({ shape, dtype }) {
  if (shape === null) return drawable(dtype ?? "");
  const sizes = shape.join(", ") + (shape.length === 1 ? "," : "");
  return `(${sizes}) ${drawable(dtype ?? "")}`.replace(/ $/, "");
}

/** The name of the function; if verbose, the options it was called with that matter; and what went wrong. */
function callLines(graph, call, verbose) {
  const options = Object.entries(call.options).filter(([, text]) => !SILENT.includes(text));
  const told = options.map(([name, text]) => `${drawable(name)}=${drawable(text)}`).join(", ");
  return [drawable(graph.ops[call.op].name), ...[verbose ? told : "", callFault(graph, call)].filter(Boolean)];
}

/** What is folded away: its name, what it is, and how many functions and parameters are in it. */
function groupLines(group, parameters, verbose) {
  const functions = counted(group.last - group.first + 1, "function");
  const names = groupNames(group).filter((name) => name !== functions);
  const counts = parameters ? `${functions}, ${counted(parameters, "parameter")}` : functions;
  return verbose ? [...names, counts] : names;
}

/** The name of a group and what it is, unless that begins with the name. */
function groupNames(group) {
  const [label, detail] = [drawable(group.label), drawable(group.detail)];
  return (`${detail},`.toLowerCase().startsWith(`${label},`) ? [detail] : [label, detail]).filter(Boolean);
}

/** What stands above a group that is open. */
function groupTitle(group) {
  return groupNames(group).join(" · ");
}

/** A number of things in words: 9,408 parameters. */
function counted(number, thing) {
  return `${withCommas(number)} ${thing}${number === 1 ? "" : "s"}`;
}

function withCommas(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
}

function sizeOf(value) {
  return (value.shape ?? []).reduce((product, size) => product * size, 1);
}

/** The tone of a value: `wrong` if there is a NaN or an infinity in it, `gradient`, or what kind it is. */
function valueTone(value) {
  if (faultLines(value).length) return "wrong";
  return value.gradient_of === null ? value.kind : "gradient";
}

/** The tone of a call: `wrong` if something is wrong with it, `derivative` if a derivative called it. */
function callTone(graph, call) {
  if (callFault(graph, call)) return "wrong";
  return call.derives === null ? "function" : "derivative";
}

/** What went wrong in a call, if anything: it or its derivative failed, or it made the first NaN or infinity. */
function callFault(graph, call) {
  if (call.failed) return "failed";
  if (graph.calls[graph.error?.call] === call) return "its derivative failed";
  const [made, given] = [call.outputs, call.inputs].map((values) => values.flatMap((v) => faultsOf(graph.values[v])));
  if (made.includes(NAN) && !given.includes(NAN)) return "NaN begins here";
  return made.includes(INFINITE) && !given.length ? "infinity begins here" : "";
}

/** What of a value is no finite number. */
function faultsOf({ kind, name, arrays }) {
  if (kind === "number") return /^-?inf$/.test(name) ? [INFINITE] : name === "nan" ? [NAN] : [];
  return faults(arrays).map(([fault]) => fault);
}

/** How many NaNs and infinities there were when an array was last seen, if any. */
function faults(arrays) {
  if (!arrays.length) return [];
  const { nan, inf } = arrays[arrays.length - 1][1];
  const counts = [
    [NAN, nan],
    [INFINITE, inf],
  ];
  return counts.filter(([, number]) => number);
}

/** Give the box its lines, and make it as large as they and so many ports above and below need it. */
function measure(box, lines, ins, outs) {
  const { sizes } = THEME;
  const [title = "", ...details] = lines.map((line, i) => cut(line, sizes.widest, i ? sizes.detail : sizes.title));
  const widths = [textWidth(title, sizes.title), ...details.map((line) => textWidth(line, sizes.detail))];
  const width = Math.max(Math.max(...widths) + 2 * sizes.pad_x, sizes.port * Math.max(ins, outs), sizes.least);
  const height = (title ? sizes.title_line : 0) + sizes.detail_line * details.length;
  box.w = width + (width % 2);
  box.h = (height || sizes.detail_line) + 2 * sizes.pad_y;
  if (box.kind === "group") box.h += 2 * sizes.card; // of the stack below it
  box.lines = [title, ...details];
  box.ins = portsAlong(box.w, ins);
  box.outs = portsAlong(box.w, outs);
}

/** So many places along a side, evenly spread. */
function portsAlong(width, count) {
  return Array.from({ length: count }, (_, i) => Math.floor((width * (2 * i + 1)) / (2 * count)));
}
