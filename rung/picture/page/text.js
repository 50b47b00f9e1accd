// Text in pictures: what can be drawn of it, how wide it is, and how it is cut to fit.
// The twin of rung/picture/text.py; `WIDTHS` is widths.json.

const SPACES = /[\t\n\v\f\r \x85\u2028\u2029]+/g;
// Control characters, marks that turn the direction of writing, halves of characters, and what XML forbids.
const UNDRAWABLE =
  /[\0-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]/gu;
const characterWidths = new Map();

/** The text in one line, with � for what cannot be drawn. */
function drawable(text) {
  return text.replace(SPACES, " ").replace(/^ | $/g, "").replace(UNDRAWABLE, "\ufffd");
}

/** How many pixels a line of text takes at most, in DejaVu Sans or Arial of this size. */
function textWidth(text, size) {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return Math.ceil((width * size) / 1000);
}

/** How many thousandths of the font size a character takes. */
function characterWidth(character) {
  let width = characterWidths.get(character);
  if (width === undefined) {
    width = widthInTable(character.codePointAt(0));
    characterWidths.set(character, width);
  }
  return width;
}

function widthInTable(code) {
  const within = ([first, last]) => first <= code && code <= last;
  const row = WIDTHS.ranges.find(({ first, widths }) => first <= code && code < first + widths.length);
  if (row) return row.widths[code - row.first];
  if (WIDTHS.none.some(within)) return 0;
  return WIDTHS.wide.some(within) ? WIDTHS.wide_width : WIDTHS.other_width;
}

/** The text, with … for its middle where it is wider than so many pixels. */
function cut(text, width, size) {
  if (textWidth(text, size) <= width) return text;
  const characters = Array.from(text);
  let low = 0; // characters to keep: so many fit, and more than `high` do not
  let high = characters.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (textWidth(withoutMiddle(characters, middle), size) <= width) low = middle;
    else high = middle - 1;
  }
  return withoutMiddle(characters, low);
}

function withoutMiddle(characters, kept) {
  const tail = characters.slice(characters.length - (kept >> 1));
  return characters.slice(0, (kept + 1) >> 1).join("") + "…" + tail.join("");
}
