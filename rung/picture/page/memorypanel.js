/* The memory above the line of events: one line of the total first; opened, the bands and who holds them. */

/** Draw the memory over the events into a strip; as bands if its panel is open. */
function drawMemory(page, ink, width, height) {
  const { memory } = page;
  if (!memory.isKnown) return;
  const top = memory.totals[memory.peak] || 1;
  const heightOf = (bytes) => (bytes / top) * (height - 6);
  const columns = Math.max(1, Math.min(Math.floor(width), memory.length));
  if (!page.memoryOpen) {
    drawBand(ink, { columns, width, height, memory }, [memory.totals], heightOf, page.accent("quiet"), 0.35);
    return;
  }
  MEMORY_KINDS.forEach((kind, at) => {
    const below = memory.bands.slice(0, at + 1);
    drawBand(ink, { columns, width, height, memory }, below, heightOf, page.memoryColour(kind), 1, memory.bands.slice(0, at));
  });
  drawPeak(page, ink, width, height);
}

/** The area between the sum of the bands `under` and that of `upto`. */
function drawBand(ink, { columns, width, height, memory }, upto, heightOf, colour, alpha, under = []) {
  const edge = (bands, column) => height - heightOf(greatestSum(bands, column, columns, memory.length));
  ink.beginPath();
  ink.moveTo(0, edge(under, 0));
  for (let column = 0; column < columns; column += 1) {
    const y = edge(upto, column);
    ink.lineTo((column / columns) * width, y);
    ink.lineTo(((column + 1) / columns) * width, y);
  }
  for (let column = columns - 1; column >= 0; column -= 1) {
    const y = edge(under, column);
    ink.lineTo(((column + 1) / columns) * width, y);
    ink.lineTo((column / columns) * width, y);
  }
  ink.fillStyle = colour;
  ink.globalAlpha = alpha;
  ink.fill();
  ink.globalAlpha = 1;
}

/** The greatest sum of bands among the events of a column of pixels. */
function greatestSum(bands, column, columns, length) {
  if (!bands.length) return 0;
  const first = Math.floor((column * length) / columns);
  const end = Math.max(first + 1, Math.floor(((column + 1) * length) / columns));
  let best = 0;
  for (let event = first; event < end; event += 1) {
    let sum = 0;
    for (const band of bands) sum += band[event];
    if (sum > best) best = sum;
  }
  return best;
}

function drawPeak(page, ink, width, height) {
  const { memory } = page;
  const x = ((memory.peak + 0.5) / memory.length) * width;
  ink.fillStyle = page.ink;
  ink.beginPath();
  ink.arc(x, height - (height - 6), 3, 0, 2 * Math.PI);
  ink.fill();
  ink.font = "600 11px system-ui, sans-serif";
  ink.textBaseline = "top";
  ink.textAlign = x > width / 2 ? "right" : "left";
  const text = [`peak ${bytesText(memory.totals[memory.peak])}`, x + (x > width / 2 ? -8 : 8), 1];
  ink.lineWidth = 4;
  ink.lineJoin = "round";
  ink.strokeStyle = THEME[page.mode].paper;
  ink.strokeText(...text);
  ink.fillText(...text);
}

/** The legend, the total at the cursor, and the largest holders there. */
class MemoryPanel {
  constructor(page) {
    this.page = page;
    this.host = byId("memory");
    for (const name of ["position", "memory", "timeline", "theme"]) page.on(name, () => this.show());
  }

  show() {
    const { page } = this;
    this.host.hidden = !page.memoryOpen;
    byId("memory-toggle").setAttribute("aria-pressed", String(page.memoryOpen));
    if (this.host.hidden) return;
    const { memory, player } = page;
    const now = clamp(player.now, 0, memory.length - 1);
    this.host.replaceChildren(this.legend(now), this.holders(now));
  }

  legend(now) {
    const entries = MEMORY_KINDS.map((kind, at) =>
      element("span", { class: "key" }, this.swatch(kind), `${MEMORY_WORDS[kind]} `, element("b", {}, bytesText(this.page.memory.bands[at][now]))),
    );
    return element("p", { class: "keys" }, this.summary(now), entries);
  }

  swatch(kind) {
    const mark = element("i", { class: "swatch" });
    mark.style.background = this.page.memoryColour(kind);
    return mark;
  }

  summary(now) {
    const { memory, player } = this.page;
    const peak = element(
      "button",
      { type: "button", class: "link", onclick: () => player.seek(memory.peak + 1) },
      `peak ${bytesText(memory.totals[memory.peak])}`,
    );
    return element("span", { class: "key" }, element("b", {}, bytesText(memory.totals[now])), " now, ", peak);
  }

  holders(now) {
    const rows = this.page.memory.holders(now, 6).map(({ value, kind, bytes }) =>
      element("li", {}, this.swatch(kind), linkTo(this.page, { kind: "value", id: value }), element("b", {}, bytesText(bytes))),
    );
    return element("ul", { class: "holders", "aria-label": "Largest holders now" }, element("li", { class: "quiet" }, "largest"), rows);
  }
}
