/* Hands on the drawing: mouse, wheel, trackpad and fingers. */

const CLICK = 5; // pixels that a click may wander
const TWICE = 400; // milliseconds between the clicks of a double click

class Pointer {
  constructor(page) {
    this.page = page;
    this.canvas = page.canvas;
    this.fingers = new Map();
    this.lastToggle = -Infinity;
    this.lastWheel = 0;
    const listen = (name, action) => this.canvas.addEventListener(name, (event) => action.call(this, event));
    listen("pointerdown", this.down);
    listen("pointermove", this.move);
    listen("pointerup", this.up);
    listen("pointercancel", this.up);
    listen("pointerleave", () => page.setHover(null));
    listen("dblclick", this.double);
    this.canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  place(event) {
    const { left, top } = this.canvas.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  down(event) {
    this.canvas.focus({ preventScroll: true });
    this.canvas.setPointerCapture(event.pointerId);
    this.fingers.set(event.pointerId, this.place(event));
    this.start = this.place(event);
    this.wandered = this.fingers.size > 1;
    this.speed = [0, 0];
    this.time = event.timeStamp;
    this.page.view.glide = null;
    this.page.follow = false;
  }

  move(event) {
    const [x, y] = this.place(event);
    const before = this.fingers.get(event.pointerId);
    if (!before) {
      this.page.setHover(this.page.pickAt(x, y));
      return;
    }
    if (Math.hypot(x - this.start[0], y - this.start[1]) > CLICK) this.wandered = true;
    if (this.fingers.size === 1 && this.wandered) this.drag(x - before[0], y - before[1], event.timeStamp);
    if (this.fingers.size === 2) this.pinch(event.pointerId, [x, y]);
    if (this.wandered || this.fingers.size > 1) this.fingers.set(event.pointerId, [x, y]);
  }

  drag(dx, dy, time) {
    const passed = Math.max(time - this.time, 1);
    this.speed = [0.7 * (dx / passed) + 0.3 * this.speed[0], 0.7 * (dy / passed) + 0.3 * this.speed[1]];
    this.time = time;
    this.page.view.panBy(dx, dy);
    this.canvas.classList.add("dragged");
    this.page.wake();
  }

  pinch(id, moved) {
    const [, fixed] = [...this.fingers].find(([other]) => other !== id);
    const before = this.fingers.get(id);
    const spread = (point) => Math.max(Math.hypot(point[0] - fixed[0], point[1] - fixed[1]), 1);
    const middle = [(moved[0] + fixed[0]) / 2, (moved[1] + fixed[1]) / 2];
    const { view } = this.page;
    view.panBy((moved[0] - before[0]) / 2, (moved[1] - before[1]) / 2);
    view.zoomAt(middle[0], middle[1], spread(moved) / spread(before));
    this.page.wake();
  }

  up(event) {
    const held = this.fingers.delete(event.pointerId);
    this.canvas.classList.remove("dragged");
    if (!held || event.type === "pointercancel" || this.fingers.size) return;
    if (!this.wandered) this.click(event);
    else if (event.timeStamp - this.time < 60) this.page.view.release(this.speed[0], this.speed[1]);
    this.page.wake();
  }

  click(event) {
    if (event.button !== 0) return;
    const [x, y] = this.place(event);
    const found = this.page.pickAt(x, y);
    if (!found) {
      this.page.select(null);
      return;
    }
    const group = this.page.groupAt(found);
    if (group !== null && !event.shiftKey) this.toggle(group, [x, y], event.timeStamp);
    else this.page.select(this.page.itemAt(found));
  }

  /** The second click of a double click must not undo the first. */
  toggle(group, point, time) {
    if (time - this.lastToggle < TWICE) return;
    this.lastToggle = time;
    this.page.toggleGroup(group, point);
  }

  /** A double click on a value or call folds the group around it. */
  double(event) {
    const [x, y] = this.place(event);
    const found = this.page.pickAt(x, y);
    if (!found || found.box === undefined) return;
    const item = this.page.picture.boxes[found.box];
    const group = item.kind === "group" ? null : this.page.index.groupOf(item);
    if (group !== null && this.page.folding.open.has(group)) this.toggle(group, [x, y], event.timeStamp);
  }

  /** A wheel zooms, two fingers on a trackpad move; in a frame of another page only once it was clicked. */
  wheel(event) {
    if (window !== window.parent && document.activeElement !== this.canvas && !event.ctrlKey) return;
    event.preventDefault();
    const { view } = this.page;
    if (event.timeStamp - this.lastWheel > 200) this.isTrackpad = looksLikeTrackpad(event);
    this.lastWheel = event.timeStamp;
    this.page.follow = false;
    const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1;
    if (event.shiftKey && !event.ctrlKey) view.panBy(-(event.deltaX || event.deltaY) * unit, 0);
    else if (this.isTrackpad && !event.ctrlKey) view.panBy(-event.deltaX * unit, -event.deltaY * unit);
    else {
      const [x, y] = this.place(event);
      const strength = event.ctrlKey ? 0.01 : 0.0018;
      view.zoomAt(x, y, Math.exp(-clamp(event.deltaY * unit, -240, 240) * strength));
    }
    this.page.wake();
  }
}

const looksLikeTrackpad = ({ deltaX, deltaY, deltaMode }) =>
  deltaMode === 0 && (deltaX !== 0 || !Number.isInteger(deltaY) || Math.abs(deltaY) < 40);
