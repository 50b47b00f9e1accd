/* The deck below the drawing: the buttons of the player, the events in a line with the memory above them. */

const STRIP = 34; // height of the line of events, in pixels
const TALL = 118; // with the bands of memory

class Deck {
  constructor(page) {
    this.page = page;
    this.strip = byId("strip");
    this.connectButtons();
    this.connectStrip();
    for (const name of ["position", "play", "timeline", "theme", "resize", "memory"]) page.on(name, () => this.show());
  }

  connectButtons() {
    const { player } = this.page;
    const actions = {
      "to-start": () => player.seek(0),
      back: () => player.stepBy(-1),
      play: () => player.toggle(),
      forward: () => player.stepBy(1),
      "to-end": () => player.seek(player.length),
      rest: () => player.rest(),
      slower: () => player.faster(-1),
      faster: () => player.faster(1),
      "order-16": () => player.useNaive(false),
      "order-14": () => player.useNaive(true),
      "memory-toggle": () => this.page.toggleMemory(),
    };
    for (const [id, action] of Object.entries(actions)) byId(id).addEventListener("click", action);
    byId("order").hidden = player.passNow() === null;
    byId("memory-toggle").hidden = !this.page.memory.isKnown;
    this.connectSteps();
  }

  /** The slider of iterations, if several were recorded. */
  connectSteps() {
    const { steps } = this.page.player.recorded;
    const slider = byId("step");
    byId("steps").hidden = steps.length < 2;
    slider.max = String(steps.length - 1);
    slider.addEventListener("input", () => this.page.showStep(Number(slider.value)));
  }

  connectStrip() {
    const track = this.strip.parentElement;
    this.width = track.clientWidth;
    new ResizeObserver(() => {
      this.width = track.clientWidth;
      this.page.emit("resize");
    }).observe(track);
    const seek = (event) => {
      const { left, width } = this.strip.getBoundingClientRect();
      this.page.player.pause();
      this.page.player.seek(((event.clientX - left) / width) * this.page.player.length);
    };
    this.strip.addEventListener("pointerdown", (event) => {
      this.strip.setPointerCapture(event.pointerId);
      seek(event);
    });
    this.strip.addEventListener("pointermove", (event) => {
      if (this.strip.hasPointerCapture(event.pointerId)) seek(event);
    });
  }

  show() {
    const { player } = this.page;
    byId("play").setAttribute("aria-pressed", String(player.isPlaying));
    byId("play").setAttribute("aria-label", player.isPlaying ? "Pause" : "Play");
    byId("deck").classList.toggle("playing", player.isPlaying);
    byId("deck").classList.toggle("fast", player.isPlaying && player.speed > 2);
    byId("speed").textContent = `${player.speed}×`;
    byId("rest").hidden = !player.isActive;
    byId("order-16").setAttribute("aria-pressed", String(!player.isNaive));
    byId("order-14").setAttribute("aria-pressed", String(player.isNaive));
    this.showCaption();
    this.showStrip();
    this.showStep();
  }

  showCaption() {
    const { player, index } = this.page;
    const text = player.isActive ? eventSentence(player.timeline, player.now) : this.restingText(index);
    byId("caption").textContent = text;
    byId("caption").className = player.event?.missing?.length && player.isActive ? "wrong" : "";
    byId("count").textContent = player.isActive ? `${player.position} / ${player.length}` : "";
    this.strip.setAttribute("aria-valuemax", String(player.length));
    this.strip.setAttribute("aria-valuenow", String(player.position));
    this.strip.setAttribute("aria-valuetext", text);
    if (!player.isPlaying || player.speed <= 1) this.page.announce(text);
  }

  restingText({ trace, calls }) {
    const backward = trace.passes.length ? `, ${plural(trace.passes.length, "backward pass", "backward passes")}` : "";
    return `${plural(calls.length, "call")}${backward}. Press play to watch them.`;
  }

  showStep() {
    const { steps } = this.page.player.recorded;
    if (steps.length < 2) return;
    const at = Math.max(placeAfter(steps, this.page.player.now, (step) => step.event) - 1, 0);
    byId("step").value = String(at);
    byId("step-number").textContent = `${steps[at].number}`;
  }

  showStrip() {
    const height = this.page.memoryOpen ? TALL : STRIP;
    if (this.width < 10) return;
    drawSharply(this.strip, this.width, height, (ink) => this.drawStrip(ink, this.width, height));
  }

  drawStrip(ink, width, height) {
    const { player } = this.page;
    this.drawEvents(ink, width, height);
    this.drawCursor(ink, width, height);
    if (!player.isNaive) drawMemory(this.page, ink, width, height - 12);
  }

  drawCursor(ink, width, height) {
    const { player } = this.page;
    if (!player.isActive) return;
    const x = (player.position / Math.max(player.length, 1)) * width;
    ink.fillStyle = this.page.accent("select");
    ink.fillRect(clamp(x - 1, 0, width - 2), 0, 2, height);
    ink.beginPath();
    ink.arc(clamp(x, 6, width - 6), height - 5, 6, 0, 2 * Math.PI);
    ink.fill();
  }

  /** A column of pixels takes the colour of its events; what is yet to come is paler. */
  drawEvents(ink, width, height) {
    const { player } = this.page;
    const { events } = player.timeline;
    const tones = { call: "forward", visit: "backward", backward: "backward", error: "wrong" };
    const unit = width / Math.max(events.length, 1);
    const gap = unit > 6 ? 2 : unit > 3 ? 1 : 0;
    for (let x = 0; x < events.length; x += Math.max(1, 1 / unit)) {
      const at = Math.floor(x);
      const event = events[at];
      ink.fillStyle = this.page.accent(event.missing?.length ? "wrong" : tones[event.what] ?? "quiet");
      ink.globalAlpha = player.isActive && at >= player.position ? 0.3 : 0.9;
      ink.fillRect(at * unit, height - 8, Math.max(unit - gap, 1), 6);
    }
    ink.globalAlpha = 1;
  }
}
