/* What lies under the cursor. */

const CELL = 256; // side of the squares that boxes are filed in

/** Boxes, filed by the squares of the plane that they touch. */
class Cells {
  constructor(boxes) {
    this.boxes = boxes;
    this.squares = new Map();
    boxes.forEach((box, at) => {
      for (const key of this.keys(box)) append(this.squares, key, at);
    });
  }

  *keys({ x, y, w, h }) {
    for (let row = Math.floor(y / CELL); row <= Math.floor((y + h) / CELL); row += 1) {
      for (let column = Math.floor(x / CELL); column <= Math.floor((x + w) / CELL); column += 1) {
        yield `${row} ${column}`;
      }
    }
  }

  at(x, y) {
    const [key] = this.keys({ x, y, w: 0, h: 0 });
    const found = (this.squares.get(key) ?? []).find((at) => {
      const box = this.boxes[at];
      return x >= box.x && x <= box.x + box.w && y >= box.y && y <= box.y + box.h;
    });
    return found ?? -1;
  }
}

/** What lies at a point of the drawing: {box} or {frame, header: whether in its title bar}, or null. */
function pick(picture, x, y) {
  const box = picture.cells.at(x, y);
  if (box >= 0) return { box };
  let found = null;
  picture.frames.forEach((frame, at) => {
    if (x < frame.x || x > frame.x + frame.w || y < frame.y || y > frame.y + frame.h) return;
    if (!found || picture.frames[found.frame].w * picture.frames[found.frame].h > frame.w * frame.h) {
      found = { frame: at, header: y <= frame.y + frame.header };
    }
  });
  return found;
}
