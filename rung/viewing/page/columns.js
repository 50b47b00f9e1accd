// Columns of numbers, and heights of labels.

/** The places of the finite values. */
export const places = (values) => values.flatMap((value, i) => (Number.isFinite(value) ? [i] : []));
export const min = (values) => values.reduce((a, b) => (b < a ? b : a), Infinity);
export const max = (values) => values.reduce((a, b) => (b > a ? b : a), -Infinity);

/** The place of the value nearest to x in an ascending column. */
export function nearest(column, x) {
  let low = 0;
  let high = column.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (column[middle] <= x) low = middle;
    else high = middle;
  }
  return Math.abs(column[low] - x) <= Math.abs(column[high] - x) ? low : high;
}

/** Move heights apart until they are `gap` from one another, in their order, between top and bottom. */
export function apart(ends, gap, top, bottom) {
  ends.sort((a, b) => a.y - b.y);
  for (let round = 0; round < 40; round += 1) {
    for (let i = 1; i < ends.length; i += 1) {
      const lack = gap - (ends[i].y - ends[i - 1].y);
      if (lack > 0.01) {
        ends[i - 1].y -= lack / 2;
        ends[i].y += lack / 2;
      }
    }
    for (const end of ends) end.y = Math.max(top, Math.min(bottom, end.y));
  }
}
