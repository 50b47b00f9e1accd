/* How the page looks: light or dark, and the colours of all that is on it. */

class Looks {
  constructor(page, mode) {
    this.page = page;
    this.mode = mode ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    this.measure = "kind";
    this.colouring = null;
  }

  get ink() {
    return THEME[this.mode].ink;
  }

  accent(name) {
    return ACCENTS[this.mode][name] ?? ACCENTS[this.mode].quiet;
  }

  memoryColour(kind) {
    return THEME[this.mode].tones[MEMORY_TONES[kind]].line;
  }

  coloursOf(box) {
    const { tones } = THEME[this.mode];
    if (this.page.comparison) return COMPARED[this.mode][this.page.comparison.stateOf(box)];
    if (!this.colouring) return tones[box.tone] ?? tones.function;
    const share = this.colouring.shareOf(this.colouring.numberOf(box));
    if (share === null) return COMPARED[this.mode].same;
    if (share > 1 || (this.measure === "broken" && share > 0)) return tones.wrong;
    return this.colouring.coloursAt(share, this.mode);
  }

  colourBy(measure) {
    this.measure = measure;
    this.colouring = measure === "kind" ? null : new Colouring(this.page.index, measure);
    this.page.emit("theme");
  }

  nextMeasure() {
    const names = this.page.toolbar.measures;
    this.colourBy(names[(names.indexOf(this.measure) + 1) % names.length]);
  }

  toggleMode() {
    this.mode = this.mode === "dark" ? "light" : "dark";
    this.applyMode();
  }

  applyMode() {
    const theme = THEME[this.mode];
    const root = document.documentElement;
    root.dataset.mode = this.mode;
    for (const name of ["paper", "ink", "muted", "grid"]) root.style.setProperty(`--${name}`, theme[name]);
    for (const [name, colour] of Object.entries(ACCENTS[this.mode])) {
      root.style.setProperty(`--${name.replace(" ", "-")}`, colour);
    }
    for (const [name, { fill, line, text }] of Object.entries(theme.tones)) {
      root.style.setProperty(`--${name}-fill`, fill);
      root.style.setProperty(`--${name}-line`, line);
      root.style.setProperty(`--${name}-ink`, text);
    }
    this.page.emit("theme");
  }
}
