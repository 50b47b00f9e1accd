/* What happens, in a sentence. */

/** A value with its number, if it is a single one: x = 3. */
function valueWithNumber(index, value, now) {
  const label = index.valueLabel(value);
  const number = scalarOf(index.arrayAt(value, now));
  if (index.values[value].kind === "number") return label;
  return number === null ? label : `${label} = ${numberText(number)}`;
}

function callSentence(index, { call }, now) {
  const { inputs, outputs, failed } = index.calls[call];
  const given = inputs.map((value) => valueWithNumber(index, value, now)).join(", ");
  const made = outputs.map((value) => {
    const number = scalarOf(index.arrayAt(value, now));
    return number === null ? shapeText(index.values[value].shape ?? []) : numberText(number);
  });
  return failed ? `${index.opName(call)}(${given}) fails` : `${index.opName(call)}(${given}) → ${made.join(", ")}`;
}

function visitSentence(index, { call, arrivals, missing, again }) {
  const handed = arrivals.map(({ value, array, sum }, at) => {
    const number = scalarOf(array);
    const repeated = arrivals[at - 1] && arrivals[at - 1].sum === sum && scalarOf(arrivals[at - 1].array) === null;
    const what = number === null ? "a gradient to " : `${numberText(number)} to `;
    return `${repeated && number === null ? "" : `${sum ? "adds" : "hands"} ${what}`}${index.valueLabel(value)}`;
  });
  const ordinal = again > 1 ? ` for the ${["2nd", "3rd"][again - 2] ?? `${again}th`} time` : "";
  const early = missing?.length ? `Too early: nothing has come from ${index.callLabel(missing[0])} yet. ` : "";
  return `${early}Backward visits ${index.callLabel(call)}${ordinal}: it ${handed.join(", ") || "hands on nothing"}`;
}

/** The sentence for an event of a timeline. */
function eventSentence(timeline, now) {
  const { index } = timeline;
  const event = timeline.events[now];
  if (!event) return "Nothing has happened yet.";
  if (event.what === "call") return callSentence(index, event, now);
  if (event.what === "visit") return visitSentence(index, event);
  if (event.what === "backward") return `Backward begins at ${index.valueLabel(timeline.rootOf(event))}`;
  if (event.what === "end") return "Backward is done";
  if (event.what === "step") return `Step ${event.number} begins`;
  if (event.what === "update") return `${index.valueLabel(event.value)} is updated`;
  return index.trace.error ? `${index.trace.error.type}: ${index.trace.error.message}` : event.what;
}
