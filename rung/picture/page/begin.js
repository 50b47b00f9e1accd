/* The beginning: unpack what lies in the page, show it, and let programs look at it. */

const pristine = document.body.cloneNode(true);
let current = null;

function begin(content) {
  if (current) document.body.replaceChildren(...pristine.cloneNode(true).childNodes);
  current = new Page(content);
}

/** What a program may know of the page; it changes nothing. */
const inspection = {
  get ready() {
    return current !== null;
  },
  get boxes() {
    return current.picture.boxes.map((box) => ({ ...onScreen(box), kind: box.kind, id: box.id, lines: [...box.lines] }));
  },
  get frames() {
    return current.picture.frames.map((frame) => {
      return { ...onScreen(frame), group: frame.group, label: frame.label, header: frame.header * current.view.scale };
    });
  },
  get view() {
    const { left, top, scale } = current.view;
    return { left, top, scale, isMoving: Boolean(current.view.flight || current.view.glide || current.morph) };
  },
  get player() {
    const { position, length, isPlaying, isActive, isNaive, event, speed } = current.player;
    return { position, length, isPlaying, isActive, isNaive, event: structuredClone(event), speed };
  },
  get queue() {
    return current.player.queue.at(current.player.now).waiting;
  },
  get naive() {
    const { naive } = current.player;
    return naive && { wrong: naive.wrong, mistakes: naive.mistakes(), visits: naive.events.length - naive.start - 2 };
  },
  get selected() {
    return current.selected && { ...current.selected };
  },
  get open() {
    return [...current.folding.open];
  },
  get mode() {
    return current.mode;
  },
  get comparison() {
    const { comparison } = current;
    return comparison && { differences: structuredClone(comparison.differences), missing: [...comparison.missing] };
  },
  get drawingTimes() {
    return [...current.frames];
  },
};

function onScreen({ x, y, w, h }) {
  const [left, top] = current.view.toScreen(x, y);
  return { x: left, y: top, w: w * current.view.scale, h: h * current.view.scale };
}

Object.defineProperty(window, "rung", { value: Object.freeze(inspection) });
unpacked(byId("content").textContent)
  .then(begin)
  .catch((error) => {
    showProblem(error.message);
    throw error;
  });
