/* The camera: which part of the drawing is seen, how large, and how it moves. */

const SMALLEST = 0.0005;
const LARGEST = 4;
const TRAVEL = 420; // milliseconds of a flight

const eased = (t) => (t < 0.5 ? 4 * t * t * t : 1 - (2 - 2 * t) ** 3 / 2);
const prefersStillness = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** A point of the drawing (x, y) is seen at (x * scale + left, y * scale + top), in CSS pixels of the canvas. */
class View {
  constructor() {
    this.left = 0;
    this.top = 0;
    this.scale = 1;
    this.width = 1;
    this.height = 1;
    this.margins = { top: 0, right: 0, bottom: 0, left: 0 }; // what panels cover
    this.flight = null;
    this.glide = null;
  }

  toScreen(x, y) {
    return [x * this.scale + this.left, y * this.scale + this.top];
  }

  toDrawing(x, y) {
    return [(x - this.left) / this.scale, (y - this.top) / this.scale];
  }

  /** What is seen, in the drawing's units. */
  seen() {
    const [x, y] = this.toDrawing(0, 0);
    return { x, y, w: this.width / this.scale, h: this.height / this.scale };
  }

  /** The part of the canvas that no panel covers. */
  get room() {
    const { top, right, bottom, left } = this.margins;
    return { x: left, y: top, w: Math.max(this.width - left - right, 80), h: Math.max(this.height - top - bottom, 80) };
  }

  panBy(dx, dy) {
    this.flight = null;
    this.left += dx;
    this.top += dy;
  }

  /** Zoom so that the point of the drawing under (x, y) stays there. */
  zoomAt(x, y, factor) {
    this.flight = null;
    const scale = clamp(this.scale * factor, SMALLEST, LARGEST);
    this.left = x - (x - this.left) * (scale / this.scale);
    this.top = y - (y - this.top) * (scale / this.scale);
    this.scale = scale;
  }

  /** Where the camera must be to show a rectangle in the middle of the free room. */
  framing({ x, y, w, h }, largest = 1.25, smallest = SMALLEST) {
    const room = this.room;
    const scale = clamp(Math.min((room.w - 48) / w, (room.h - 48) / h), smallest, largest);
    const spareHeight = room.h - h * scale;
    return {
      scale,
      left: room.x + (room.w - w * scale) / 2 - x * scale,
      top: room.y + (spareHeight > 0 ? spareHeight / 2 : 24) - y * scale,
    };
  }

  jumpTo(target) {
    this.flight = null;
    this.glide = null;
    Object.assign(this, target);
  }

  flyTo(target, duration = TRAVEL) {
    if (prefersStillness() || duration === 0) {
      this.jumpTo(target);
      return;
    }
    this.glide = null;
    const from = { left: this.left, top: this.top, scale: this.scale };
    this.flight = { from, target, start: performance.now(), duration };
  }

  /** Let the drawing glide on with the speed (pixels per millisecond) that a hand gave it. */
  release(vx, vy) {
    if (Math.hypot(vx, vy) > 0.15 && !prefersStillness()) this.glide = { vx, vy, time: performance.now() };
  }

  /** Move on to the moment; true while there is more to come. */
  advance(now) {
    if (this.flight) this.fly(now);
    else if (this.glide) this.slide(now);
    return Boolean(this.flight || this.glide);
  }

  fly(now) {
    const { from, target, start, duration } = this.flight;
    const t = clamp((now - start) / duration, 0, 1);
    const share = eased(t);
    const scale = from.scale * (target.scale / from.scale) ** share;
    const middle = (side, size) => (size / 2 - side.at) / side.scale;
    const along = (name, size) => {
      const first = middle({ at: from[name], scale: from.scale }, size);
      const last = middle({ at: target[name], scale: target.scale }, size);
      return size / 2 - (first + (last - first) * share) * scale;
    };
    this.left = along("left", this.width);
    this.top = along("top", this.height);
    this.scale = scale;
    if (t === 1) {
      Object.assign(this, target);
      this.flight = null;
    }
  }

  slide(now) {
    const passed = Math.min(now - this.glide.time, 40);
    const kept = Math.exp(-passed / 160);
    this.left += this.glide.vx * passed;
    this.top += this.glide.vy * passed;
    this.glide = { vx: this.glide.vx * kept, vy: this.glide.vy * kept, time: now };
    if (Math.hypot(this.glide.vx, this.glide.vy) < 0.02) this.glide = null;
  }
}
