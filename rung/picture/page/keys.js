/* The keyboard: all that a hand can do with the mouse, and a page of help that says so. */

const KEYS = [
  { keys: [" "], show: "space", words: "play or pause", act: ({ player }) => player.toggle() },
  { keys: ["ArrowRight"], show: "→", words: "one event on", act: ({ player }) => player.stepBy(1) },
  { keys: ["ArrowLeft"], show: "←", words: "one event back", act: ({ player }) => player.stepBy(-1) },
  { keys: ["Home"], show: "Home", words: "before the first event", act: ({ player }) => player.seek(0) },
  { keys: ["End"], show: "End", words: "after the last event", act: ({ player }) => player.seek(player.length) },
  { keys: ["["], show: "[", words: "slower", act: ({ player }) => player.faster(-1) },
  { keys: ["]"], show: "]", words: "faster", act: ({ player }) => player.faster(1) },
  { keys: ["n"], show: "n", words: "the order of step 14, or of step 16", act: ({ player }) => player.useNaive(!player.isNaive) },
  { keys: ["/"], show: "/", words: "search: a name, a function, (2, 3), nan, grad>1", act: (page) => page.search.focus() },
  { keys: ["ArrowUp"], show: "↑", words: "select what it comes from", act: (page) => page.walk("back") },
  { keys: ["ArrowDown"], show: "↓", words: "select what uses it", act: (page) => page.walk("ahead") },
  { keys: ["b"], show: "b", words: "the whole path back", act: (page) => page.showPath("back") },
  { keys: ["v"], show: "v", words: "the whole path ahead", act: (page) => page.showPath("ahead") },
  { keys: ["Enter"], show: "Enter", words: "fold or unfold the selected group", act: (page) => page.toggleSelected() },
  { keys: ["1", "2", "3"], show: "1 2 3", words: "unfold so many levels", act: (page, key) => page.openTo(Number(key)) },
  { keys: ["o"], show: "o", words: "unfold all", act: (page) => page.openAll() },
  { keys: ["c"], show: "c", words: "fold all", act: (page) => page.foldAll() },
  { keys: ["r"], show: "r", words: "run down or to the right", act: (page) => page.turn() },
  { keys: ["f"], show: "f", words: "fit the graph into the window", act: (page) => page.fit() },
  { keys: ["+", "="], show: "+", words: "nearer", act: (page) => page.zoom(1.25) },
  { keys: ["-"], show: "−", words: "farther", act: (page) => page.zoom(0.8) },
  { keys: ["m"], show: "m", words: "memory", act: (page) => page.toggleMemory() },
  { keys: ["k"], show: "k", words: "colour by the next measure", act: (page) => page.nextMeasure() },
  { keys: ["t"], show: "t", words: "the table of all calls", act: (page) => page.table.toggle() },
  { keys: ["d"], show: "d", words: "dark or light", act: (page) => page.toggleMode() },
  { keys: ["Escape"], show: "Esc", words: "close, let go, back to the whole graph", act: (page) => page.escape() },
  { keys: ["?"], show: "?", words: "this help", act: (page) => page.toggleHelp() },
];

class Keyboard {
  constructor(page) {
    this.page = page;
    document.addEventListener("keydown", (event) => this.press(event), { signal: page.life.signal });
    byId("keys").replaceChildren(
      ...KEYS.flatMap(({ show, words }) => [element("dt", {}, element("kbd", {}, show)), element("dd", {}, words)]),
    );
  }

  press(event) {
    const { target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isField = target.closest("input, select, textarea");
    if (isField && event.key !== "Escape") return;
    const isButton = target.closest("button") && [" ", "Enter"].includes(event.key);
    if (isButton) return;
    if (byId("help").open && !["?", "Escape"].includes(event.key)) return;
    const found = KEYS.find(({ keys }) => keys.includes(event.key));
    if (!found || (this.page.table.isOpen && /^(Arrow|Home|End)/.test(event.key))) return;
    event.preventDefault();
    found.act(this.page, event.key);
  }
}
