/* The tools above the drawing: levels, colours, table, comparison, light and help. */

class Toolbar {
  constructor(page) {
    this.page = page;
    this.measures = Object.keys(MEASURES).filter((measure) => this.isKnown(measure));
    const actions = {
      "open-1": () => page.openTo(1),
      "open-2": () => page.openTo(2),
      "open-3": () => page.openTo(3),
      "open-all": () => page.openAll(),
      "fold-all": () => page.foldAll(),
      fit: () => page.fit(),
      turn: () => page.turn(),
      "table-toggle": () => page.table.toggle(),
      mode: () => page.toggleMode(),
      "help-toggle": () => page.toggleHelp(),
      "help-close": () => byId("help").close(),
    };
    for (const [id, action] of Object.entries(actions)) byId(id).addEventListener("click", action);
    byId("levels").hidden = !page.index.groups.length;
    this.fillMeasures();
    page.on("theme", () => this.showLegend());
  }

  /** A measure is offered if something is known of it. */
  isKnown(measure) {
    if (measure === "kind") return true;
    const { index } = this.page;
    const known = new Colouring(index, measure);
    return known.high > 0;
  }

  fillMeasures() {
    const select = byId("measure");
    select.replaceChildren(...this.measures.map((name) => element("option", { value: name }, MEASURES[name].words)));
    select.addEventListener("change", () => {
      this.page.colourBy(select.value);
      this.page.canvas.focus({ preventScroll: true });
    });
  }

  showLegend() {
    const { colouring, measure, mode } = this.page;
    byId("measure").value = measure;
    const host = byId("legend");
    host.hidden = !colouring;
    if (!colouring) return;
    const { words, text } = MEASURES[measure];
    const bar = smallCanvas(140, 10, (ink, width, height) => {
      for (let x = 0; x < width; x += 1) {
        ink.fillStyle = scaleColour(x / width, mode);
        ink.fillRect(x, 0, 1, height);
      }
    }, "Scale of colours");
    const ends = [colouring.low, colouring.high].map((number) => element("span", {}, text(number)));
    host.replaceChildren(element("b", {}, words), bar, element("p", {}, ...ends));
  }
}
