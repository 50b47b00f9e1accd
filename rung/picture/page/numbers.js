/* How numbers, sizes and shapes are written. */

const toNumber = (x) => (typeof x === "string" ? Number(x) : x); // JSON has no NaN: the trace writes it as text

/** A number in so many significant digits at most: 0.5, 1234, 1.2e-7, NaN, ∞. */
function numberText(x, significant = 4) {
  const number = toNumber(x);
  if (typeof number !== "number") return String(x ?? "–");
  if (Number.isNaN(number)) return "NaN";
  if (!Number.isFinite(number)) return number > 0 ? "∞" : "−∞";
  const size = Math.abs(number);
  const digits = Number(number.toPrecision(significant));
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) {
    return digits.toExponential().replace("e+", "e").replace(/-/g, "−");
  }
  return String(digits).replace("-", "−");
}

/** A number of bytes, in the largest unit that leaves it at 1 or more. */
function bytesText(bytes) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let size = Math.abs(bytes);
  let unit = 0;
  for (; size >= 1000 && unit < units.length - 1; unit += 1) size /= 1000;
  return `${bytes < 0 ? "−" : ""}${unit && size < 10 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}

/** Seconds in a unit that leaves two or three digits. */
function secondsText(seconds) {
  if (seconds >= 1) return `${seconds.toFixed(2)} s`;
  return seconds >= 1e-3 ? `${(seconds * 1e3).toFixed(1)} ms` : `${(seconds * 1e6).toFixed(0)} µs`;
}

const shapeText = (shape) => (shape.length ? `(${shape.join(", ")}${shape.length === 1 ? "," : ""})` : "()");

const grouped = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

const plural = (count, one, many = `${one}s`) => `${grouped(count)} ${count === 1 ? one : many}`;

const clamp = (x, low, high) => Math.min(Math.max(x, low), high);

/** The first place in a sorted list whose entry, seen through `key`, is greater than `limit`. */
function placeAfter(list, limit, key = (entry) => entry) {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (key(list[middle]) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
