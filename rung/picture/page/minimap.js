/* The minimap: the whole picture in a corner, with the part that is seen. */

const MAP_WIDTH = 168;
const MAP_HEIGHT = 120;
const THINNEST = 40;

class Minimap {
  constructor(page) {
    this.page = page;
    this.canvas = byId("minimap");
    this.canvas.addEventListener("pointerdown", (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      this.move(event);
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (this.canvas.hasPointerCapture(event.pointerId)) this.move(event);
    });
    page.on("scene", () => (this.base = null));
    page.on("theme", () => (this.base = null));
  }

  /** Pixels of the map by units of the drawing, across and down: of a sliver, more across than down. */
  get scales() {
    const { width, height } = this.page.picture;
    const scale = Math.min(MAP_WIDTH / width, MAP_HEIGHT / height);
    return [Math.max(scale, THINNEST / width), Math.max(scale, THINNEST / height)];
  }

  move(event) {
    const { left, top } = this.canvas.getBoundingClientRect();
    const { view } = this.page;
    const room = view.room;
    const [across, down] = this.scales;
    const [x, y] = [(event.clientX - left) / across, (event.clientY - top) / down];
    view.jumpTo({ left: room.x + room.w / 2 - x * view.scale, top: room.y + room.h / 2 - y * view.scale });
    this.page.wake();
  }

  /** Hidden where all is seen anyway. */
  draw() {
    const { picture, view } = this.page;
    const seen = view.seen();
    const isWhole = seen.x <= 0 && seen.y <= 0 && seen.x + seen.w >= picture.width && seen.y + seen.h >= picture.height;
    this.canvas.hidden = isWhole;
    if (isWhole) return;
    const [across, down] = this.scales;
    const [width, height] = [picture.width * across, picture.height * down];
    this.base ??= this.drawBase(width, height);
    drawSharply(this.canvas, width, height, (ink) => {
      ink.drawImage(this.base, 0, 0, width, height);
      ink.strokeStyle = this.page.accent("select");
      ink.lineWidth = 1.5;
      const box = [seen.x * across, seen.y * down, seen.w * across, seen.h * down];
      const [x, y] = [Math.max(box[0], 0.75), Math.max(box[1], 0.75)];
      ink.strokeRect(x, y, Math.min(box[0] + box[2], width - 0.75) - x, Math.min(box[1] + box[3], height - 0.75) - y);
    });
  }

  drawBase(width, height) {
    const [across, down] = this.scales;
    const base = document.createElement("canvas");
    drawSharply(base, width, height, (ink) => {
      ink.scale(across, down);
      for (const frame of this.page.picture.frames) {
        ink.fillStyle = THEME[this.page.mode].frame.line;
        ink.globalAlpha = 0.35;
        ink.fillRect(frame.x, frame.y, frame.w, frame.h);
      }
      ink.globalAlpha = 1;
      for (const box of this.page.picture.boxes) {
        ink.fillStyle = this.page.coloursOf(box).line;
        ink.fillRect(box.x, box.y, Math.max(box.w, 1 / across), Math.max(box.h, 1 / down));
      }
    });
    return base;
  }
}
