/* The player: which event is now, and how it runs on. */

const PACE = 1100; // milliseconds of an event at speed 1
const STEP_PACE = 700; // of an event that was stepped to by hand
const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

class Player {
  constructor(page, timeline) {
    this.page = page;
    this.recorded = timeline;
    this.timeline = timeline;
    this.queue = new Queue(timeline);
    this.position = this.length; // how many events have happened
    this.phase = 1; // how far the last of them has come, 0 to 1
    this.isActive = false;
    this.isPlaying = false;
    this.isStepping = false;
    this.speed = SPEEDS.findLast((speed) => speed <= Math.max(1, (this.length * PACE) / 60000)) ?? 1;
    this.naive = null;
  }

  get length() {
    return this.timeline.events.length;
  }

  get now() {
    return this.position - 1;
  }

  get event() {
    return this.timeline.events[this.now] ?? null;
  }

  /** What is happening; null if the player is at rest and all is shown as it is in the end. */
  moment() {
    return this.isActive ? { now: this.now, event: this.event, phase: this.phase } : null;
  }

  play() {
    if (!this.length) return;
    if (this.position >= this.length) this.position = 0;
    this.isActive = true;
    this.isPlaying = true;
    this.time = performance.now();
    this.page.follow = true;
    this.page.emit("play");
  }

  pause() {
    this.isPlaying = false;
    this.phase = 1;
    this.page.emit("play");
  }

  toggle() {
    if (this.isPlaying) this.pause();
    else this.play();
  }

  /** Go back to the whole graph. */
  rest() {
    this.isPlaying = false;
    this.isActive = false;
    this.position = this.length;
    this.phase = 1;
    this.changed();
    this.page.emit("play");
  }

  /** Go to where so many events have happened. */
  seek(position) {
    this.isActive = true;
    this.isStepping = false;
    this.position = clamp(Math.round(position), 0, this.length);
    this.phase = 1;
    this.time = performance.now();
    this.changed();
  }

  /** Go some events on, and let the last one run before the reader's eyes. */
  stepBy(count) {
    if (this.isPlaying) this.pause();
    const from = this.isActive ? this.position : count > 0 ? 0 : this.length;
    this.page.follow = true;
    this.seek(from + count);
    if (count > 0 && !prefersStillness()) {
      this.phase = 0;
      this.isStepping = true;
      this.page.wake();
    }
  }

  faster(by) {
    const at = SPEEDS.findIndex((speed) => speed >= this.speed);
    this.speed = SPEEDS[clamp(at + by, 0, SPEEDS.length - 1)];
    this.page.emit("play");
  }

  /** Move on to the moment; true while there is more to come. */
  advance(time) {
    if (!this.isPlaying && !this.isStepping) return false;
    const passed = Math.min(time - (this.time ?? time), 100);
    this.time = time;
    if (this.isStepping) this.finishStep(passed);
    else this.runOn(passed);
    return this.isPlaying || this.isStepping;
  }

  finishStep(passed) {
    this.phase = Math.min(1, this.phase + passed / STEP_PACE);
    if (this.phase === 1) this.isStepping = false;
  }

  runOn(passed) {
    const before = this.position;
    let way = this.phase + (passed * this.speed) / PACE;
    if (before === 0) [this.position, way] = [1, 0];
    while (way >= 1 && this.position < this.length) {
      this.position += 1;
      way -= 1;
    }
    this.phase = Math.min(way, 1);
    if (this.position !== before) this.changed();
    if (this.position >= this.length && this.phase === 1) this.pause();
  }

  changed() {
    this.page.emit("position");
  }

  // What there is at the moment

  hasGradient(value) {
    const arrival = this.timeline.gradientOf(value, this.now);
    return Boolean(arrival) && (arrival.event < this.now || this.phase > 0.9);
  }

  /** How far a box has come: whether it is there, whether gradients passed; of groups, what share. */
  stateOf({ kind, id }) {
    const { timeline, now, phase } = this;
    if (kind === "value") {
      const born = timeline.born[id];
      return { lit: born < now || (born === now && phase >= 0.5), visited: this.hasGradient(id) };
    }
    if (kind === "call") {
      const run = timeline.run[id];
      return { lit: run >= 0 && run <= now, visited: timeline.visitOf(id, now) >= 0 };
    }
    const { first, last } = this.page.index.groups[id];
    const calls = last - first + 1;
    const ran = timeline.ranIn(id, now) / calls;
    return { lit: ran > 0, ran, visited: Math.min(1, timeline.visitedIn(id, now) / calls) };
  }

  // The order of step 14

  get isNaive() {
    return this.timeline !== this.recorded;
  }

  /** The pass that the moment lies in, or the one that comes next, or else the last; null if there is none. */
  passNow() {
    const { events } = this.recorded;
    const begins = (event) => event.what === "backward";
    const before = events.slice(0, this.isActive ? this.position : 0).findLast(begins);
    return (before ?? events.find(begins))?.pass ?? null;
  }

  useNaive(wanted) {
    if (wanted === this.isNaive) return;
    if (!wanted) {
      this.switchTo(this.recorded, new Queue(this.recorded));
      this.naive = null;
      return;
    }
    const pass = this.passNow();
    if (pass === null) return;
    this.naive = new NaiveOrder(this.recorded, pass);
    const timeline = new Timeline(this.page.index, this.naive.events);
    this.rightQueue = this.queue;
    this.switchTo(timeline, new Queue(timeline, true));
  }

  switchTo(timeline, queue) {
    const place = this.isActive ? this.position : 0;
    this.pause();
    this.timeline = timeline;
    this.queue = queue;
    this.page.emit("timeline");
    this.seek(Math.min(place, this.length));
  }

  /** While the naive order is played: the moment of the right order after as many visits. */
  rightNow() {
    const { events } = this.recorded;
    let left = this.now - this.naive.start;
    let found = this.naive.start;
    for (let at = found + 1; at < events.length && left > 0; at += 1) {
      if (events[at].what !== "visit" && events[at].what !== "end") continue;
      found = at;
      left -= 1;
      if (events[at].what === "end") break;
    }
    return found;
  }
}
