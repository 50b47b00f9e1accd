/* The page: what is shown, what is chosen, and the loop that draws it. */

const NARROW = 760; // pixels: a window below this has one panel at a time

class Page {
  constructor({ trace, compare, start = {}, title = null }) {
    this.listeners = new Map();
    this.pending = new Set();
    this.life = new AbortController(); // ends what this page listens to outside of its elements
    this.canvas = byId("graph");
    this.view = new View();
    this.painter = new Painter(this.canvas, this);
    this.mode = start.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    this.measure = "kind";
    this.options = { variables: "all", verbose: true, direction: start.direction ?? "down" };
    this.frames = [];
    this.read({ ...checkedTrace(trace), title: title ?? trace.title });
    this.connect();
    this.applyMode();
    this.resize();
    this.build();
    this.showStart();
    if (compare) this.compareWith(compare);
    this.beginAt(start);
  }

  /** Take a trace in, with nothing chosen. */
  read(trace) {
    this.trace = trace;
    this.index = new TraceIndex(trace);
    this.folding = new Folding(this.index);
    this.memory = new Memory(trace);
    const events = trace.events.length ? trace.events : imaginedEvents(this.index);
    this.timeline = new Timeline(this.index, events);
    this.selected = null;
    this.hover = null;
    this.path = null;
    this.focus = null;
    this.colouring = null;
    this.memoryOpen = false;
    document.title = trace.title || "A graph";
    byId("title").textContent = trace.title || "Graph";
  }

  connect() {
    this.player = new Player(this, this.timeline);
    this.card = new Card(this);
    this.chips = new Chips(this);
    this.deck = new Deck(this);
    this.memoryPanel = new MemoryPanel(this);
    this.minimap = new Minimap(this);
    this.search = new SearchField(this);
    this.table = new TableView(this);
    this.comparePanel = new ComparePanel(this);
    this.banner = new Banner(this);
    this.pointer = new Pointer(this);
    this.keyboard = new Keyboard(this);
    this.toolbar = new Toolbar(this);
    addEventListener("resize", () => this.resize(), { signal: this.life.signal });
    const observer = new ResizeObserver(() => this.measureMargins());
    observer.observe(byId("deck"));
    connectPrinting(this);
    connectDropping(this);
  }

  beginAt(start) {
    for (const group of start.open ?? []) this.folding.open.add(group);
    if (start.open) this.relayout();
    if (start.position !== undefined) this.player.seek(start.position);
    if (start.play) this.player.play();
    if (start.memory) this.toggleMemory();
  }

  // Listening: what changed is told once before the next frame is drawn

  on(name, listener) {
    append(this.listeners, name, listener);
  }

  emit(name) {
    this.pending.add(name);
    this.wake();
  }

  tell() {
    const names = [...this.pending];
    this.pending.clear();
    for (const name of names) for (const listener of this.listeners.get(name) ?? []) listener();
  }

  // The loop

  wake() {
    this.awaited ??= requestAnimationFrame((time) => this.frame(time));
  }

  frame(time) {
    this.awaited = null;
    const began = performance.now();
    const before = this.player.position;
    const moves = [this.player.advance(time), this.view.advance(performance.now()), Boolean(this.morph?.advance(performance.now()))];
    if (this.player.position !== before && this.follow) this.followEvent();
    if (this.morph?.share === 1) this.morph = null;
    this.tell();
    this.painter.draw();
    this.minimap.draw();
    this.frames.push(performance.now() - began);
    if (this.frames.length > 600) this.frames.shift();
    if (moves.includes(true) || this.pending.size) this.wake();
  }

  resize() {
    const { clientWidth, clientHeight } = this.canvas;
    if (!clientWidth || !clientHeight) return;
    this.view.width = clientWidth;
    this.view.height = clientHeight;
    this.painter.resize(clientWidth, clientHeight);
    this.isNarrow = clientWidth < NARROW;
    this.measureMargins();
    this.emit("resize");
  }

  /** What the panels cover of the canvas. */
  measureMargins() {
    const top = Math.max(byId("bar").getBoundingClientRect().bottom, byId("banner").getBoundingClientRect().bottom);
    const deck = byId("deck").getBoundingClientRect().top;
    document.documentElement.style.setProperty("--deck", `${this.view.height - deck}px`);
    const right = this.isNarrow || byId("card").hidden ? 0 : byId("card").offsetWidth + 16;
    const left = this.isNarrow || byId("compare").hidden ? 0 : byId("compare").offsetWidth + 16;
    this.view.margins = { top, right, left, bottom: Math.max(this.view.height - deck, 0) };
  }

  // The picture

  build() {
    this.picture = new Picture(this.index, this.folding.open, this.options);
    this.updateFocus();
    this.emit("scene");
  }

  /** Lay out anew; what `item` names stays where it is on the screen, and boxes glide to their places. */
  relayout(group = null, point = null) {
    const before = this.picture;
    const corner = group === null ? null : before.headerOf(group);
    const spot = corner && this.view.toScreen(corner.x, corner.y);
    const left = this.view.left;
    const top = this.view.top;
    this.build();
    if (spot) this.hold(group, spot, point);
    const shift = [(left - this.view.left) / this.view.scale, (top - this.view.top) / this.view.scale];
    const isSmall = this.picture.boxes.length + before.boxes.length <= MOST_GLIDING;
    this.morph = isSmall && !prefersStillness() ? new Morph(before, this.picture, shift) : null;
    this.hover = null;
    this.wake();
  }

  /** Move the view so that a group's header is where it was; or, if that leaves the cursor beside it, under it. */
  hold(group, [x, y], point) {
    const { scale } = this.view;
    const header = this.picture.headerOf(group);
    const isLost = point && point[0] > x + header.w * scale;
    const aim = isLost ? point[0] - (header.w * scale) / 2 : x;
    this.view.jumpTo({ scale, left: aim - header.x * scale, top: y - header.y * scale });
  }

  toggleGroup(group, point = null) {
    this.folding.toggle(group);
    this.relayout(group, point);
    this.emit("select");
  }

  toggleSelected() {
    const { selected } = this;
    if (!selected) return;
    const group = selected.kind === "group" ? selected.id : this.index.groupOf(selected);
    if (group !== null) this.toggleGroup(group);
  }

  openAll() {
    this.folding.openAll();
    this.refit();
  }

  foldAll() {
    this.folding.foldAll();
    this.refit();
  }

  openTo(level) {
    this.folding.openTo(level);
    this.refit();
  }

  turn() {
    this.options.direction = this.options.direction === "down" ? "right" : "down";
    this.refit();
  }

  refit() {
    this.relayout();
    this.fit();
    this.emit("select");
  }

  showStep(place) {
    const { steps } = this.player.recorded;
    const end = steps[place + 1]?.event ?? this.player.recorded.events.length;
    const groups = this.index.groups.flatMap((group, number) => (group.kind === "step" ? [number] : []));
    if (groups[place] !== undefined) {
      this.folding.showStep(groups[place]);
      this.relayout();
    }
    this.player.seek(end);
  }

  // The camera

  fit() {
    this.measureMargins();
    const { width, height } = this.picture;
    this.view.flyTo(this.view.framing({ x: 0, y: 0, w: width, h: height }));
    this.wake();
  }

  /** At first the whole graph is shown, or as much of its beginning as can be read. */
  showStart() {
    this.tell();
    this.measureMargins();
    const { width, height } = this.picture;
    this.view.jumpTo(this.view.framing({ x: 0, y: 0, w: width, h: height }, 1.25, 0.55));
    this.wake();
  }

  zoom(factor) {
    const { x, y, w, h } = this.view.room;
    this.view.zoomAt(x + w / 2, y + h / 2, factor);
    this.wake();
  }

  /** Open what hides an item, choose it and fly to it. */
  goTo(item) {
    if (this.folding.reveal(item)) this.relayout();
    this.select(item);
    const rect = this.picture.rectFor(item);
    if (!rect) return;
    this.tell();
    this.measureMargins();
    const scale = clamp(this.view.scale, 0.75, 1.5);
    const room = this.view.room;
    this.view.flyTo({
      scale,
      left: room.x + room.w / 2 - (rect.x + rect.w / 2) * scale,
      top: room.y + room.h / 2 - (rect.y + rect.h / 2) * scale,
    });
    this.wake();
  }

  /** Keep the event of the player in sight. */
  followEvent() {
    const { event } = this.player;
    const item = event?.call !== undefined ? { kind: "call", id: event.call } : null;
    const rect = item && this.picture.rectFor(item);
    if (!rect || this.view.flight) return;
    const room = this.view.room;
    const [x, y] = this.view.toScreen(rect.x + rect.w / 2, rect.y + rect.h / 2);
    const isSeen = x > room.x + 20 && y > room.y + 20 && x < room.x + room.w - 20 && y < room.y + room.h - 20;
    if (isSeen) return;
    const { left, top, scale } = this.view;
    this.view.flyTo({ scale, left: left + room.x + room.w / 2 - x, top: top + room.y + room.h / 2 - y });
  }

  // What is chosen

  pickAt(x, y) {
    return this.picture ? pick(this.picture, ...this.view.toDrawing(x, y)) : null;
  }

  itemAt(found) {
    if (found.box !== undefined) {
      const { kind, id } = this.picture.boxes[found.box];
      return { kind, id };
    }
    return { kind: "group", id: this.picture.frames[found.frame].group };
  }

  /** The group that a click would fold or unfold; null if it would not. */
  groupAt(found) {
    if (found.box === undefined) return found.header ? this.picture.frames[found.frame].group : null;
    const { kind, id } = this.picture.boxes[found.box];
    return kind === "group" ? id : null;
  }

  setHover(found) {
    if (found?.box === this.hover?.box && found?.frame === this.hover?.frame) return;
    this.hover = found;
    this.canvas.classList.toggle("over", Boolean(found && (found.box !== undefined || found.header)));
    this.wake();
  }

  select(item) {
    this.selected = item;
    this.path = null;
    this.updateFocus();
    this.emit("select");
    if (item) this.announce(`${item.kind}: ${this.index.label(item)}`);
  }

  selectedBox() {
    return this.selected ? this.picture.boxFor(this.selected) : -1;
  }

  showPath(direction) {
    this.path = this.path === direction || !this.selected ? null : direction;
    this.updateFocus();
    this.emit("select");
  }

  /** The edges of what is under the cursor and of what is selected. */
  liftedEdges() {
    const boxes = [this.hover?.box ?? -1, this.path ? -1 : this.selectedBox()].filter((box) => box >= 0);
    return [...new Set(boxes)].flatMap((box) => edgesAround(this.picture, box));
  }

  updateFocus() {
    const box = this.selectedBox();
    this.focus = this.path && box >= 0 ? pathFrom(this.picture, box, this.path) : null;
  }

  /** Select a neighbour of what is selected, or the first box. */
  walk(direction) {
    const box = this.selectedBox();
    const next = box < 0 ? 0 : neighbours(this.picture, box, direction)[0];
    if (next === undefined || !this.picture.boxes[next]) return;
    const { kind, id } = this.picture.boxes[next];
    this.goTo({ kind, id });
  }

  escape() {
    if (this.table.isOpen) this.table.toggle(false);
    else if (byId("help").open) byId("help").close();
    else if (document.activeElement === byId("search")) this.canvas.focus();
    else if (this.path) this.showPath(this.path);
    else if (this.selected) this.select(null);
    else if (this.memoryOpen) this.toggleMemory();
    else if (this.player.isNaive) this.player.useNaive(false);
    else this.player.rest();
  }

  announce(text) {
    byId("live").textContent = text;
  }

  toggleHelp() {
    const help = byId("help");
    if (help.open) help.close();
    else help.showModal();
  }

  toggleMemory() {
    if (!this.memory.isKnown) return;
    this.memoryOpen = !this.memoryOpen;
    this.emit("memory");
    this.tell();
    this.measureMargins();
  }

  // Colours

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
    if (this.comparison) return COMPARED[this.mode][this.comparison.stateOf(box)];
    if (!this.colouring) return tones[box.tone] ?? tones.function;
    const share = this.colouring.shareOf(this.colouring.numberOf(box));
    if (share === null) return COMPARED[this.mode].same;
    if (share > 1 || (this.measure === "broken" && share > 0)) return tones.wrong;
    return this.colouring.coloursAt(share, this.mode);
  }

  colourBy(measure) {
    this.measure = measure;
    this.colouring = measure === "kind" ? null : new Colouring(this.index, measure);
    this.emit("theme");
  }

  nextMeasure() {
    const names = this.toolbar.measures;
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
    this.emit("theme");
  }

  // Two traces

  compareWith(trace) {
    this.comparison = trace ? new Comparison(this.index, new TraceIndex(checkedTrace(trace))) : null;
    this.emit("compare");
    this.emit("theme");
    this.tell();
    this.measureMargins();
  }

  /** Stop listening: another page takes over. */
  retire() {
    this.life.abort();
    cancelAnimationFrame(this.awaited);
  }

  /** Show the other trace, beside this one. */
  swap() {
    const [ours, theirs] = [this.trace, this.comparison.other.trace];
    this.retire();
    begin({ trace: theirs, compare: ours, start: { theme: this.mode } });
  }
}
