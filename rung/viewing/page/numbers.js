// Numbers, as people read them.

/** A number from JSON, where those that it lacks are texts. */
export const number = (value) => (typeof value === "number" ? value : value === null ? NaN : Number(value));

/** Three or four digits that say something: 0.0711, 1.02e-6, 12,345. */
export function short(value, digits = 3) {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4)
    return minus(
      value
        .toExponential(digits - 1)
        .replace(/\.?0+e/, "e")
        .replace("e+", "e"),
    );
  if (size >= 1000) return minus(Math.round(value).toLocaleString("en"));
  return minus(String(Number(value.toPrecision(digits))));
}

/** A share in percent, which reads 100 only when it is all. */
export function percent(share, digits = 2) {
  if (!Number.isFinite(share)) return short(share);
  const most = share >= 1 ? Infinity : 100 - 10 ** -digits;
  return `${minus(Math.min(100 * share, most).toFixed(digits))} %`;
}

export const minus = (text) => String(text).replace("-", "−");

/** How long something took: 6.0 s, 3 min 20 s, 2 h 5 min. */
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 60) return seconds < 9.95 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return minutes < 2880 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${Math.floor(minutes / 1440)} days`;
}

/** A number of bytes. */
export function bytes(count) {
  const units = ["B", "KiB", "MiB", "GiB"];
  let place = 0;
  for (; count >= 1024 && place < 3; place += 1) count /= 1024;
  return place === 0 ? `${count} B` : `${count.toFixed(count < 9.995 ? 2 : 1)} ${units[place]}`;
}

/** A day and a time, from seconds since 1970. */
export function moment(seconds) {
  if (!seconds) return "–";
  const format = { year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" };
  return new Date(1000 * seconds).toLocaleString("en-GB", format);
}

/** Round numbers between low and high, about so many. */
export function ticks(low, high, count = 5) {
  const step = roundStep((high - low) / count);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(last - first + 1, 0) }, (_, i) => (first + i) * step);
}

function roundStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 2.5, 5, 10].map((round) => round * power).find((step) => step >= least * 0.999);
}

/** Powers of ten between low and high; with 2 and 5 where there are few. */
export function powers(low, high, count = 5) {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const every = Math.max(1, Math.ceil((last - first) / count));
  const rounds = Math.log10(high / low) < 2 ? [1, 2, 5] : [1];
  const all = [];
  for (let power = first; power <= last; power += every) all.push(...rounds.map((round) => round * 10 ** power));
  return all.filter((tick) => tick >= low && tick <= high);
}

/** The means of what was so far, where what is further away counts less; NaN is passed over. */
export function smooth(values, weight) {
  let sum = 0;
  let total = 0;
  return values.map((value) => {
    if (!Number.isFinite(value)) return value;
    sum = weight * sum + (1 - weight) * value;
    total = weight * total + (1 - weight);
    return sum / total;
  });
}
