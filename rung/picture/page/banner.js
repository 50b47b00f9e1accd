/* What must not be missed: the first NaN or infinity, and the call that failed. */

/** The first event after which some array is broken, and the value that it is; null if none is. */
function firstBroken(index) {
  let found = null;
  const note = (event, value, array, isGradient) => {
    if (isBroken(array) && (!found || event < found.event)) found = { event, value, array, isGradient };
  };
  index.values.forEach((value, id) => {
    for (const [event, array] of value.arrays) note(event, id, array, false);
    for (const [event, array] of value.gradients) note(event, id, array, true);
  });
  return found;
}

class Banner {
  constructor(page) {
    this.page = page;
    this.host = byId("banner");
    this.host.replaceChildren(...[this.error(), this.broken()].filter(Boolean));
    this.host.hidden = !this.host.childElementCount;
  }

  error() {
    const { trace } = this.page;
    if (!trace.error) return null;
    const { type, message, call, source } = trace.error;
    const known = typeof call === "number";
    const line = source ? `${trace.files[source[0]]}:${source[1]}` : known ? this.page.index.sourceText(call) : "";
    const where = line ? `, ${line}` : "";
    return this.bar(`${type}: ${message}${where}`, known ? { kind: "call", id: call } : null);
  }

  broken() {
    const { index } = this.page;
    const found = firstBroken(index);
    if (!found) return null;
    const { maker } = index.values[found.value];
    const what = found.array.nan ? "NaN" : "Infinity";
    if (found.isGradient) {
      return this.bar(`${what} first appears in the gradient of ${index.valueLabel(found.value)}`, {
        kind: "value",
        id: found.value,
      });
    }
    if (typeof maker !== "number") {
      return this.bar(`${what} came in with ${index.valueLabel(found.value)}`, { kind: "value", id: found.value });
    }
    const source = index.sourceText(maker);
    return this.bar(`${what} first appears in ${index.opName(maker)}${source ? `, ${source}` : ""}`, {
      kind: "call",
      id: maker,
    });
  }

  bar(text, item) {
    const go = () => item && this.page.goTo(item);
    return element(
      "button",
      { type: "button", class: "alert", onclick: go },
      text,
      item ? element("b", {}, "Show") : null,
    );
  }
}
