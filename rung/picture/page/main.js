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
    this.looks = new Looks(this, start.theme);
    this.choice = new Choice(this);
    this.options = { variables: "all", verbose: true, direction: start.direction ?? "down" };
    this.frames = [];
    this.read({ ...checkedTrace(trace), title: title ?? trace.title });
    this.connect();
    this.looks.applyMode();
    this.resize();
    this.build();
    this.showStart();
    if (compare) this.compareWith(compare);
    this.beginAt(start);
  }

  /** Take a trace in. */
  read(trace) {
    this.trace = trace;
    this.index = new TraceIndex(trace);
    this.folding = new Folding(this.index);
    this.memory = new Memory(trace);
    const events = trace.events.length ? trace.events : imaginedEvents(this.index);
    this.timeline = new Timeline(this.index, events);
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
    const moves = [this.player.advance(time), this.view.advance(began), Boolean(this.morph?.advance(began))];
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
    this.choice.updateFocus();
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
    this.choice.hover = null;
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
    this.view.jumpTo(this.view.framing({ x: 0, y: 0, w: width, h: height }, 1.25, 0.5));
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
    this.choice.select(item);
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

  // What lies where

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

  escape() {
    if (this.table.isOpen) this.table.toggle(false);
    else if (byId("help").open) byId("help").close();
    else if (document.activeElement === byId("search")) this.canvas.focus();
    else if (this.choice.path) this.choice.showPath(this.choice.path);
    else if (this.choice.selected) this.choice.select(null);
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
    begin({ trace: theirs, compare: ours, start: { theme: this.looks.mode } });
  }
}
