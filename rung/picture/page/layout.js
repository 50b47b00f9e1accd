// The layout of a graph: boxes, frames and nets to coordinates. The twin of rung/picture/layout/, where the algorithm
// is told: the same names, the same steps, the same integers. Whoever changes one changes the other.
"use strict";

const layOut = (() => {
  // distances.py: how far things keep from one another, in pixels, and how far a line may run, in ranks
  const BESIDE = 24, LANE_GAP = 14, PASSING = 18, BELOW = 28, TRACK = 10, BEND = 14, CLEAR = 10, PADDING = 18, MARGIN = 20;
  const CHIP_WIDTH = 110, CHIP_HEIGHT = 20;
  const REACH = 60, LANES_PER_ITEM = 4;

  const integers = (count, value = 0) => new Array(count).fill(value);
  const lists = (count) => Array.from({length: count}, () => []);
  const half = (number) => Math.floor(number / 2);

  // levels.py: a scene taken apart into levels; what lies directly in one frame, or in none, is a small scene of its own
  const BOX = 0, FRAME = 1, ENTRY = 2, EXIT = 3, LANE = 4, CHIP = 5;

  class Level {
    constructor(frame) {
      this.frame = frame;
      this.kinds = [];
      this.parts = [];
      this.widths = [];
      this.heights = [];
      this.ins = [];
      this.outs = [];
      this.wires = [];
    }

    add(kind, part, width, height, ins, outs) {
      this.kinds.push(kind);
      this.parts.push(part);
      this.widths.push(width);
      this.heights.push(height);
      this.ins.push(ins);
      this.outs.push(outs);
      return this.kinds.length - 1;
    }
  }

  function splitIntoLevels(scene) {
    const levels = new Map([[-1, new Level(-1)]]);
    scene.frames.forEach((_, frame) => levels.set(frame, new Level(frame)));
    const [boxes, places] = addItems(scene, levels);
    scene.nets.forEach((net, number) => new Wiring(scene, levels, boxes, places, number, net).connect());
    return [levels, places];
  }

  function innermostFirst(frames) {
    const depths = frameDepths(frames);
    return frames.map((_, frame) => frame).sort((one, other) => depths[other] - depths[one]);
  }

  function frameDepths(frames) {
    const depths = integers(frames.length);
    for (let start = 0; start < frames.length; start++) {
      const path = [];
      for (let frame = start; frame !== -1 && !depths[frame]; frame = frames[frame].parent) path.push(frame);
      for (const inner of path.reverse()) {
        const parent = frames[inner].parent;
        depths[inner] = parent === -1 ? 1 : depths[parent] + 1;
      }
    }
    return depths;
  }

  function addItems(scene, levels) {
    const frames = scene.frames, boxes = [], places = integers(frames.length, -1);
    scene.boxes.forEach((box, number) => {
      addFramesAround(box.frame, frames, levels, places);
      boxes.push(levels.get(box.frame).add(BOX, number, box.w, box.h, box.ins, box.outs));
    });
    frames.forEach((_, frame) => addFramesAround(frame, frames, levels, places));
    return [boxes, places];
  }

  function addFramesAround(frame, frames, levels, places) {
    while (frame !== -1 && places[frame] === -1) {
      const parent = frames[frame].parent;
      places[frame] = levels.get(parent).add(FRAME, frame, 0, 0, [], []);
      frame = parent;
    }
  }

  class Wiring {
    constructor(scene, levels, boxes, places, number, net) {
      Object.assign(this, {scene, levels, boxes, places, number, net});
      this.wires = new Map();
      this.home = scene.boxes[net.from[0]].frame;
    }

    connect() {
      const around = this.framesAround(this.home);
      this.net.to.forEach(([box, port], goal) => {
        let level = this.scene.boxes[box].frame, target = [this.boxes[box], port], known = false;
        while (!around.has(level) && !known) {
          known = this.wires.has(level);
          const wire = known ? this.wires.get(level) : this.enter(level);
          wire.targets.push(target);
          wire.goals.push(goal);
          if (known) return;
          goal = -1;
          target = [this.places[level], this.addPort(level, "ins")];
          level = this.scene.frames[level].parent;
        }
        const wire = this.leave(level);
        wire.targets.push(target);
        wire.goals.push(goal);
      });
    }

    framesAround(frame) {
      const around = new Set([-1]);
      for (; frame !== -1; frame = this.scene.frames[frame].parent) around.add(frame);
      return around;
    }

    newWire(level, source, port) {
      const wire = {net: this.number, source, port, targets: [], goals: []};
      this.wires.set(level, wire);
      this.levels.get(level).wires.push(wire);
      return wire;
    }

    enter(level) {
      return this.newWire(level, this.levels.get(level).add(ENTRY, this.number, 0, 0, [], [0]), 0);
    }

    leave(level) {
      if (!this.wires.has(this.home)) this.newWire(this.home, this.boxes[this.net.from[0]], this.net.from[1]);
      for (let inner = this.home; inner !== level;) {
        const outer = this.scene.frames[inner].parent;
        if (!this.wires.has(outer)) {
          const wire = this.wires.get(inner);
          wire.targets.push([this.levels.get(inner).add(EXIT, this.number, 0, 0, [0], []), 0]);
          wire.goals.push(-1);
          this.newWire(outer, this.places[inner], this.addPort(inner, "outs"));
        }
        inner = outer;
      }
      return this.wires.get(level);
    }

    addPort(frame, side) {
      const level = this.levels.get(this.scene.frames[frame].parent);
      return level[side][this.places[frame]].push(0) - 1;
    }
  }

  // ranks.py: how many rows down each item of a level stands
  function rankItems(level) {
    const [above, below] = itemsAround(level);
    const order = topological(level.kinds.length, above);
    const place = integers(order.length);
    order.forEach((item, position) => { place[item] = position; });
    const ranks = longestWays(level, order, place, above);
    pullDown(level, ranks, order, place, above, below);
    return ranks;
  }

  function itemsAround(level) {
    const above = lists(level.kinds.length), below = lists(level.kinds.length);
    for (const wire of level.wires) {
      if (wire.source < 0) continue;
      for (const [item] of wire.targets) {
        above[item].push(wire.source);
        below[wire.source].push(item);
      }
    }
    return [above, below];
  }

  function topological(count, above) {
    const order = [], state = integers(count);
    for (let start = 0; start < count; start++) {
      const stack = [start];
      while (stack.length) {
        const item = stack[stack.length - 1];
        if (state[item] === 0) {
          state[item] = 1;
          for (let index = above[item].length - 1; index >= 0; index--) {
            if (state[above[item][index]] === 0) stack.push(above[item][index]);
          }
          continue;
        }
        stack.pop();
        if (state[item] === 1) {
          state[item] = 2;
          order.push(item);
        }
      }
    }
    return order;
  }

  function longestWays(level, order, place, above) {
    const kinds = level.kinds, first = kinds.includes(ENTRY) ? 1 : 0;
    const ranks = integers(order.length, first);
    for (const item of needingChips(level, place)) ranks[item] = first + 1;
    for (const item of order) {
      if (kinds[item] === ENTRY) {
        ranks[item] = 0;
        continue;
      }
      let rank = ranks[item];
      for (const upper of above[item]) {
        if (place[upper] < place[item] && ranks[upper] >= rank) rank = ranks[upper] + 1;
      }
      ranks[item] = rank;
    }
    if (kinds.includes(EXIT)) {
      let last = 0;
      kinds.forEach((kind, item) => { last = Math.max(last, ranks[item] + (kind === EXIT ? 0 : 1)); });
      kinds.forEach((kind, item) => { if (kind === EXIT) ranks[item] = last; });
    }
    return ranks;
  }

  function needingChips(level, place) {
    const found = [];
    for (const wire of level.wires) {
      for (const [item] of wire.targets) {
        if (wire.source < 0 || place[wire.source] >= place[item]) found.push(item);
      }
    }
    return found;
  }

  function pullDown(level, ranks, order, place, above, below) {
    const loose = integers(order.length, false);
    for (const item of order) {
      const kind = level.kinds[item];
      loose[item] = kind !== ENTRY && kind !== EXIT
        && above[item].every((upper) => loose[upper] && below[upper].every((lower) => lower === item));
    }
    for (let index = order.length - 1; index >= 0; index--) {
      const item = order[index];
      if (!loose[item]) continue;
      let least = Infinity;
      for (const target of below[item]) if (place[target] > place[item]) least = Math.min(least, ranks[target]);
      if (least < Infinity) ranks[item] = Math.max(least - 1, ranks[item]);
    }
  }

  // lanes.py: lanes and stubs, what stands in the rows between the ends of a long wire
  function weave(level, ranks, chips) {
    const strands = makeStrands(level, ranks, chips);
    const stems = lists(greatest(ranks) + 1);
    strands.forEach((strand, number) => addLane(level, ranks, stems, number, strand));
    return [strands, stems];
  }

  function greatest(numbers) {
    let most = 0;
    for (const number of numbers) if (number > most) most = number;
    return most;
  }

  function makeStrands(level, ranks, chips) {
    const reach = findReach(level, ranks), strands = [];
    level.wires.forEach((wire, number) => {
      const near = [];
      wire.targets.forEach(([item], place) => {
        const span = wire.source >= 0 ? ranks[item] - ranks[wire.source] : 0;
        if (0 < span && span <= reach) {
          near.push(place);
        } else if (level.kinds[item] !== EXIT) {
          const [width, height] = chips[wire.net];
          const chip = level.add(CHIP, wire.net, width, height, [], [half(width)]);
          ranks.push(ranks[item] - 1);
          strands.push({wire: number, source: chip, port: 0, targets: [place]});
        }
      });
      if (near.length) strands.push({wire: number, source: wire.source, port: wire.port, targets: near});
    });
    return strands;
  }

  function findReach(level, ranks) {
    const budget = LANES_PER_ITEM * ranks.length, spans = integers(REACH + 2);
    for (const wire of level.wires) {
      if (wire.source < 0) continue;
      let longest = 0;
      for (const [item] of wire.targets) longest = Math.max(longest, ranks[item] - ranks[wire.source]);
      spans[Math.min(longest, REACH + 1)]++;
    }
    let longer = 0, places = 0;
    for (let span = 2; span < spans.length; span++) longer += spans[span];
    for (let reach = 2; reach <= REACH; reach++) {
      places += longer;
      if (places > budget) return reach - 1;
      longer -= spans[reach];
    }
    return REACH;
  }

  function addLane(level, ranks, stems, number, strand) {
    const {targets, net} = level.wires[strand.wire];
    let item = strand.source, offset = level.outs[item][strand.port], rank = ranks[item];
    const byRank = new Map();
    for (const place of strand.targets) {
      const at = ranks[targets[place][0]];
      if (!byRank.has(at)) byRank.set(at, []);
      byRank.get(at).push(place);
    }
    const last = greatest(byRank.keys());
    while (rank < last) {
      rank++;
      const goals = byRank.get(rank) || [];
      const lower = goals.map((place) => targets[place][0]);
      const offsets = goals.map((place) => level.ins[targets[place][0]][targets[place][1]]);
      const stem = {strand: number, item, offset, lower, offsets, goals: goals.slice()};
      stems[rank - 1].push(stem);
      if (rank < last) {
        item = level.add(LANE, net, 0, 0, [0], [0]);
        offset = 0;
        ranks.push(rank);
        stem.lower.push(item);
        stem.offsets.push(0);
        stem.goals.push(-1);
      }
    }
  }

  // threads.py: the stems of a level as pairs of ends, in columns
  const BETWEEN_LANES = 16, AT_LANE = 1, BETWEEN_BOXES = 8, FROM_SERVANT = 1;

  function spin(level, stems) {
    const count = level.kinds.length;
    const upper = [], upperOffset = [], lower = [], lowerOffset = [], above = lists(count), below = lists(count);
    for (const channel of stems) {
      for (const stem of channel) {
        stem.lower.forEach((item, index) => {
          above[item].push(upper.length);
          below[stem.item].push(upper.length);
          upper.push(stem.item);
          upperOffset.push(stem.offset);
          lower.push(item);
          lowerOffset.push(stem.offsets[index]);
        });
      }
    }
    for (let item = 0; item < count; item++) {
      above[item].sort((one, other) => lowerOffset[one] - lowerOffset[other]);
      below[item].sort((one, other) => upperOffset[one] - upperOffset[other]);
    }
    const threads = {upper, upperOffset, lower, lowerOffset, above, below};
    threads.weight = upper.map((_, thread) => weigh(level, threads, thread));
    return threads;
  }

  function weigh(level, threads, thread) {
    const upper = threads.upper[thread], lower = threads.lower[thread];
    const lanes = (level.kinds[upper] === LANE) + (level.kinds[lower] === LANE);
    if (lanes) return lanes === 2 ? BETWEEN_LANES : AT_LANE;
    const servant = (level.kinds[upper] === BOX || level.kinds[upper] === CHIP) && !threads.above[upper].length;
    return servant ? FROM_SERVANT : BETWEEN_BOXES;
  }

  // order.py: the items of each rank from left to right, so that few lines cross
  const MOST_SWEEPS = 24, LEAST_SWEEPS = 4, WORK = 60000;

  function orderRows(level, ranks, threads) {
    let rows = lists(greatest(ranks) + 1);
    for (const item of byCreation(level, threads)) rows[ranks[item]].push(item);
    const work = Math.floor(WORK / (threads.upper.length + 1));
    const sweeps = Math.min(Math.max(work, LEAST_SWEEPS), MOST_SWEEPS);
    const lefts = integers(ranks.length);
    for (const row of rows) packRow(row, level, lefts);
    let best = rows, fewest = countCrossings(rows, threads);
    for (let sweep = 0; sweep < sweeps && fewest; sweep++) {
      rows = rows.map((row) => row.slice());
      sweepRows(rows, level, threads, lefts, sweep % 2 === 0);
      const crossings = countCrossings(rows, threads);
      if (crossings < fewest) [best, fewest] = [rows, crossings];
    }
    return best;
  }

  function byCreation(level, threads) {
    const ages = level.kinds.map((_, item) => item);
    level.kinds.forEach((kind, item) => {
      if (kind === LANE) ages[item] = ages[threads.upper[threads.above[item][0]]];
      else if (kind === CHIP) ages[item] = threads.lower[threads.below[item][0]];
    });
    return ages.map((_, item) => item).sort((one, other) => ages[one] - ages[other]);
  }

  function gap(level, left, right) {
    const lines = (level.widths[left] === 0) + (level.widths[right] === 0);
    return lines === 2 ? LANE_GAP : lines ? PASSING : BESIDE;
  }

  function packRow(row, level, lefts) {
    let x = 0;
    row.forEach((item, index) => {
      if (index) x += gap(level, row[index - 1], item);
      lefts[item] = x;
      x += level.widths[item];
    });
    for (const item of row) lefts[item] -= x / 2;
  }

  function sweepRows(rows, level, threads, lefts, downwards) {
    const {upper, upperOffset, lower, lowerOffset, above, below} = threads;
    const keys = lefts.slice();
    for (let step = 0; step < rows.length; step++) {
      const row = rows[downwards ? step : rows.length - 1 - step];
      for (const item of row) {
        const ends = downwards ? above[item] : below[item];
        let total = 0;
        if (downwards) for (const thread of ends) total += lefts[upper[thread]] + upperOffset[thread];
        else for (const thread of ends) total += lefts[lower[thread]] + lowerOffset[thread];
        keys[item] = ends.length ? total / ends.length : lefts[item] + level.widths[item] / 2;
      }
      row.sort((one, other) => keys[one] - keys[other]);
      packRow(row, level, lefts);
    }
  }

  function countCrossings(rows, threads) {
    const {above, below} = threads, places = integers(threads.upper.length);
    let crossings = 0;
    for (let number = 0; number + 1 < rows.length; number++) {
      let size = 0, seen = 0;
      for (const item of rows[number + 1]) for (const thread of above[item]) places[thread] = ++size;
      const tree = integers(size + 1);
      for (const item of rows[number]) {
        for (const thread of below[item]) {
          let left = 0;
          for (let place = places[thread]; place > 0; place &= place - 1) left += tree[place];
          crossings += seen - left;
          for (let place = places[thread]; place <= size; place += place & -place) tree[place]++;
          seen++;
        }
      }
    }
    return crossings;
  }

  // placing.py: where each item stands in its row, so that lines are straight and the picture balanced
  const PASSES = 10, FROM_ABOVE = 0, FROM_BELOW = 1, FROM_BOTH = 2;

  function placeItems(level, rows, threads) {
    const lefts = integers(level.kinds.length), starts = tightStarts(level, rows, threads);
    rows.forEach((row, rank) => {
      const start = starts[rank], last = row.length - 1;
      const middle = row.length ? (start[last] + level.widths[row[last]]) / 2 : 0;
      row.forEach((item, index) => { lefts[item] = start[index] - middle; });
    });
    for (let number = 0; number < PASSES; number++) {
      const downwards = number % 2 === 0;
      const side = number >= PASSES - 4 ? FROM_BOTH : downwards ? FROM_ABOVE : FROM_BELOW;
      for (let step = 0; step < rows.length; step++) {
        const rank = downwards ? step : rows.length - 1 - step;
        placeRow(rows[rank], starts[rank], threads, lefts, side);
      }
    }
    const rounded = lefts.map((x) => Math.floor(x + 0.5));
    straighten(level, rows, threads, rounded);
    return rounded;
  }

  function tightStarts(level, rows, threads) {
    const count = level.kinds.length, distances = integers(count), before = integers(count, -1);
    for (const row of rows) {
      for (let index = 1; index < row.length; index++) {
        const left = row[index - 1], right = row[index];
        before[right] = left;
        distances[right] = level.widths[left] + gap(level, left, right);
      }
    }
    const [upper, lower] = findColumns(threads, count);
    for (const row of rows) for (const right of row) keepApart(right, upper, before, threads, distances, 1);
    for (let rank = rows.length - 1; rank >= 0; rank--) {
      for (const right of rows[rank]) keepApart(right, lower, before, threads, distances, -1);
    }
    return rows.map((row) => {
      let x = 0;
      return row.map((item, index) => (x += index ? distances[item] : 0));
    });
  }

  function findColumns(threads, count) {
    const upper = integers(count, -1), lower = integers(count, -1);
    for (let item = 0; item < count; item++) {
      const ends = threads.above[item];
      if (ends.length === 1 && threads.below[threads.upper[ends[0]]].length === 1) {
        upper[item] = ends[0];
        lower[threads.upper[ends[0]]] = ends[0];
      }
    }
    return [upper, lower];
  }

  function keepApart(right, column, before, threads, distances, way) {
    const left = before[right];
    if (left < 0 || column[right] < 0 || column[left] < 0) return;
    const one = column[left], other = column[right], ends = way > 0 ? threads.upper : threads.lower;
    if (before[ends[other]] !== ends[one]) return;
    const shift = (threads.upperOffset[other] - threads.lowerOffset[other])
      - (threads.upperOffset[one] - threads.lowerOffset[one]);
    distances[right] = Math.max(distances[right], distances[ends[other]] + way * shift);
  }

  function placeRow(row, starts, threads, lefts, side) {
    const means = [], weights = [], sizes = [];
    row.forEach((item, index) => {
      let [mean, weight] = wanted(item, threads, lefts, side), size = 1;
      mean -= starts[index];
      while (means.length && means[means.length - 1] >= mean) {
        const total = weights[weights.length - 1] + weight;
        mean = (means.pop() * weights.pop() + mean * weight) / total;
        weight = total;
        size += sizes.pop();
      }
      means.push(mean);
      weights.push(weight);
      sizes.push(size);
    });
    let index = 0;
    means.forEach((mean, block) => {
      for (let member = 0; member < sizes[block]; member++, index++) lefts[row[index]] = starts[index] + mean;
    });
  }

  function wanted(item, threads, lefts, side) {
    const {upper, upperOffset, lower, lowerOffset, weight} = threads;
    let above = threads.above[item], below = threads.below[item], strength = 1;
    if (side === FROM_ABOVE) {
      if (above.length) below = [];
      else strength = 0.05;
    } else if (side === FROM_BELOW) {
      if (below.length) above = [];
      else strength = 0.05;
    }
    const places = [];
    let total = 0;
    for (const t of above) places.push([lefts[upper[t]] + upperOffset[t] - lowerOffset[t], weight[t]]);
    for (const t of below) places.push([lefts[lower[t]] + lowerOffset[t] - upperOffset[t], weight[t]]);
    if (!places.length) return [lefts[item], strength];
    places.sort((one, other) => one[0] - other[0]);
    for (const place of places) total += place[1];
    return [weightedMedian(places, total), strength * total];
  }

  function weightedMedian(places, total) {
    let seen = 0;
    for (let index = 0; index < places.length; index++) {
      seen += places[index][1];
      if (2 * seen > total) return places[index][0];
      if (2 * seen === total) return (places[index][0] + places[index + 1][0]) / 2;
    }
    return 0;
  }

  // straight.py: what the places left almost straight is moved until it is, where there is room
  const NEARLY = 12;

  function straighten(level, rows, threads, lefts) {
    const [before, after] = neighbours(rows, lefts.length);
    const blocks = lefts.map((_, item) => item), members = lefts.map((_, item) => [item]);
    const order = threads.upper.map((_, thread) => thread);
    order.sort((one, other) => threads.weight[other] - threads.weight[one]);
    for (const thread of order) {
      const upper = threads.upper[thread], lower = threads.lower[thread];
      const one = blocks[upper], other = blocks[lower];
      if (one === other) continue;
      const jog = lefts[upper] + threads.upperOffset[thread] - lefts[lower] - threads.lowerOffset[thread];
      if (jog && !mayStraighten(threads, thread, jog)) continue;
      const upperIsSmall = members[one].length < members[other].length;
      const small = upperIsSmall ? one : other, large = upperIsSmall ? other : one, way = upperIsSmall ? -jog : jog;
      if (jog) {
        let moved = small, distance = way;
        if (!hasRoom(level, members[small], small, blocks, before, after, lefts, way)) {
          if (members[large].length > 200
              || !hasRoom(level, members[large], large, blocks, before, after, lefts, -way)) continue;
          [moved, distance] = [large, -way];
        }
        for (const item of members[moved]) lefts[item] += distance;
      }
      for (const item of members[small]) {
        blocks[item] = large;
        members[large].push(item);
      }
      members[small] = [];
    }
  }

  function mayStraighten(threads, thread, jog) {
    if (Math.abs(jog) <= NEARLY || threads.weight[thread] === BETWEEN_LANES) return true;
    return threads.below[threads.upper[thread]].length === 1 && threads.above[threads.lower[thread]].length === 1;
  }

  function neighbours(rows, count) {
    const before = integers(count, -1), after = integers(count, -1);
    for (const row of rows) {
      for (let index = 1; index < row.length; index++) {
        after[row[index - 1]] = row[index];
        before[row[index]] = row[index - 1];
      }
    }
    return [before, after];
  }

  function hasRoom(level, members, block, blocks, before, after, lefts, way) {
    for (const item of members) {
      const other = way < 0 ? before[item] : after[item];
      if (other < 0 || blocks[other] === block) continue;
      const [left, right] = way < 0 ? [other, item] : [item, other];
      const space = lefts[right] - lefts[left] - level.widths[left] - gap(level, left, right);
      if (Math.abs(way) > space) return false;
    }
    return true;
  }

  // tracks.py: the horizontal lines between two ranks, one below the other, so that no two nets cover one another
  class Line {
    constructor(stem, source, targets) {
      this.stem = stem;
      this.source = source;
      this.targets = targets;
      this.low = Math.min(source, ...targets);
      this.high = Math.max(source, ...targets);
      this.track = 0;
    }

    move(way) {
      this.source += way;
      this.targets = this.targets.map((target) => target + way);
      this.low += way;
      this.high += way;
    }
  }

  function layTracks(lines, taken) {
    const placed = [], waiting = lines.slice().sort(byFall), sources = new Set(lines.map((line) => line.source));
    while (waiting.length) {
      const index = nextLine(waiting, sources);
      let upper;
      if (index < 0) [upper, waiting[0]] = breakLine(waiting[0], taken);
      else [upper] = waiting.splice(index, 1);
      sources.delete(upper.source);
      placed.push(upper);
    }
    return [placed, stackLines(placed)];
  }

  function byFall(one, other) {
    const toLeft = (line) => 2 * line.source > line.low + line.high;
    if (toLeft(one) !== toLeft(other)) return toLeft(one) - toLeft(other);
    return toLeft(one) ? one.source - other.source : other.source - one.source;
  }

  function nextLine(waiting, sources) {
    return waiting.findIndex((line) => line.targets.every((x) => x === line.source || !sources.has(x)));
  }

  function breakLine(line, taken) {
    const middle = freePlace(half(line.low + line.high), taken);
    taken.push(middle);
    return [new Line(line.stem, line.source, [middle]), new Line(line.stem, middle, line.targets)];
  }

  function freePlace(near, taken) {
    const candidates = [near];
    for (const place of taken) candidates.push(place - CLEAR, place + CLEAR);
    candidates.sort((one, other) => Math.abs(one - near) - Math.abs(other - near));
    return candidates.find((place) => taken.every((other) => Math.abs(place - other) >= CLEAR));
  }

  function stackLines(lines) {
    const tracks = [];
    for (const line of lines) {
      const low = line.low - CLEAR, high = line.high + CLEAR;
      let track = tracks.length;
      while (track && !tracks[track - 1].some((other) => low < other.high && other.low < high)) track--;
      if (track === tracks.length) tracks.push([]);
      tracks[track].push(line);
      line.track = track;
    }
    return tracks.length;
  }

  // routing.py: the height of each rank, the tracks between them, and the points through which every strand runs
  class Route {
    constructor() {
      this.xs = [];
      this.ys = [];
      this.before = [];
      this.ends = new Map();
    }

    add(x, y, before) {
      if (before >= 0 && this.xs[before] === x && this.ys[before] === y) return before;
      this.xs.push(x);
      this.ys.push(y);
      return this.before.push(before) - 1;
    }
  }

  function drawLines(stems, lefts) {
    const lines = [], counts = [];
    for (const channel of stems) {
      const own = [], taken = [];
      channel.forEach((stem, number) => {
        const source = lefts[stem.item] + stem.offset;
        const targets = stem.lower.map((item, index) => lefts[item] + stem.offsets[index]);
        taken.push(source, ...targets);
        if (targets.some((target) => target !== source)) own.push(new Line(number, source, targets));
      });
      const [laid, count] = layTracks(own, taken);
      lines.push(laid);
      counts.push(count);
    }
    return [lines, counts];
  }

  function stackRanks(level, rows, trackCounts, top, bottom) {
    const tops = integers(level.kinds.length), channels = [];
    let y = top;
    rows.forEach((row, rank) => {
      let height = 0;
      for (const item of row) height = Math.max(height, level.heights[item]);
      for (const item of row) tops[item] = y + half(height - level.heights[item]);
      y += height;
      channels.push(y);
      y += channelHeight(trackCounts[rank]);
    });
    return [tops, channels, (channels.length ? channels[channels.length - 1] : top) + bottom];
  }

  function channelHeight(tracks) {
    return Math.max(BELOW, 2 * BEND + TRACK * (tracks - 1));
  }

  function followStrands(level, strands, stems, lines, trackCounts, channels, lefts, tops) {
    const routes = strands.map(() => new Route());
    const tips = strands.map(({source, port}, number) =>
      routes[number].add(lefts[source] + level.outs[source][port], tops[source] + level.heights[source], -1));
    stems.forEach((channel, rank) => {
      const tracks = trackCounts[rank];
      const first = channels[rank] + half(channelHeight(tracks) - TRACK * (tracks - 1));
      const own = lists(channel.length);
      for (const line of lines[rank]) own[line.stem].push(line);
      channel.forEach((stem, number) => {
        tips[stem.strand] = follow(routes[stem.strand], tips[stem.strand], stem, own[number], first, lefts, tops);
      });
    });
    return routes;
  }

  function follow(path, tip, stem, lines, first, lefts, tops) {
    for (const line of lines.slice(0, -1)) {
      const y = first + TRACK * line.track;
      tip = path.add(line.targets[0], y, path.add(line.source, y, tip));
    }
    const last = lines[lines.length - 1];
    const corners = last ? turn(path, tip, last, first + TRACK * last.track) : new Map();
    let onward = tip;
    stem.lower.forEach((item, index) => {
      const x = lefts[item] + stem.offsets[index], corner = corners.has(x) ? corners.get(x) : tip;
      if (stem.goals[index] < 0) onward = corner;
      else path.ends.set(stem.goals[index], path.add(x, tops[item], corner));
    });
    return onward;
  }

  function turn(path, tip, line, y) {
    const corners = new Map([[line.source, path.add(line.source, y, tip)]]);
    const places = [...new Set(line.targets)].sort((one, other) => one - other);
    const toRight = places.filter((x) => x > line.source), toLeft = places.filter((x) => x < line.source).reverse();
    for (const side of [toRight, toLeft]) {
      let corner = corners.get(line.source);
      for (const x of side) {
        corner = path.add(x, y, corner);
        corners.set(x, corner);
      }
    }
    return corners;
  }

  // frames.py: a level is arranged as a picture of its own, and becomes one item of the level around it
  function arrange(level, room, chips) {
    closeDeadPorts(level);
    const ranks = rankItems(level);
    const [strands, stems] = weave(level, ranks, chips);
    const threads = spin(level, stems);
    const rows = orderRows(level, ranks, threads);
    const lefts = placeItems(level, rows, threads);
    const [lines, trackCounts] = drawLines(stems, lefts);
    const width = moveInto(level, room, lefts, lines);
    const [top, bottom] = insets(level, room);
    let [tops, channels, height] = stackRanks(level, rows, trackCounts, top, bottom);
    const extra = Math.max(room.leastHeight - height, 0);
    tops = tops.map((y) => y + half(extra));
    channels = channels.map((y) => y + half(extra));
    height += extra;
    putDoorsOnTheBorder(level, tops, height);
    const routes = followStrands(level, strands, stems, lines, trackCounts, channels, lefts, tops);
    return {width, height, lefts, tops, strands, routes};
  }

  function becomeItem(level, plan, outer, item) {
    outer.widths[item] = plan.width;
    outer.heights[item] = plan.height;
    const used = new Set();
    for (const strand of plan.strands) {
      used.add(strand.source);
      for (const place of strand.targets) used.add(level.wires[strand.wire].targets[place][0]);
    }
    const doors = (kind) => {
      const places = [];
      level.kinds.forEach((own, door) => { if (own === kind) places.push(used.has(door) ? plan.lefts[door] : -1); });
      return places;
    };
    outer.ins[item] = doors(ENTRY);
    outer.outs[item] = doors(EXIT);
  }

  function closeDeadPorts(level) {
    for (const wire of level.wires) {
      const alive = [];
      wire.targets.forEach(([item, port], place) => { if (level.ins[item][port] >= 0) alive.push(place); });
      wire.targets = alive.map((place) => wire.targets[place]);
      wire.goals = alive.map((place) => wire.goals[place]);
      if (wire.source >= 0 && level.outs[wire.source][wire.port] < 0) wire.source = -1;
    }
    level.wires = level.wires.filter((wire) => wire.targets.length);
  }

  function moveInto(level, room, lefts, lines) {
    const [low, high] = extent(level, lefts, lines);
    const content = room.left + high - low + room.right, width = Math.max(content, room.leastWidth);
    const shift = room.left - low + half(width - content);
    for (let item = 0; item < lefts.length; item++) lefts[item] += shift;
    for (const channel of lines) for (const line of channel) line.move(shift);
    return width;
  }

  function extent(level, lefts, lines) {
    if (!lefts.length) return [0, 0];
    let low = Infinity, high = -Infinity;
    lefts.forEach((x, item) => {
      low = Math.min(low, x);
      high = Math.max(high, x + level.widths[item]);
    });
    for (const channel of lines) {
      for (const line of channel) {
        low = Math.min(low, line.low);
        high = Math.max(high, line.high);
      }
    }
    return [low, high];
  }

  function insets(level, room) {
    return [level.kinds.includes(ENTRY) ? room.top - PADDING : room.top,
            level.kinds.includes(EXIT) ? room.bottom - PADDING : room.bottom];
  }

  function putDoorsOnTheBorder(level, tops, height) {
    level.kinds.forEach((kind, item) => {
      if (kind === ENTRY) tops[item] = 0;
      else if (kind === EXIT) tops[item] = height;
    });
  }

  // joining.py: the levels put into one another, and what each net does in them made one tree
  function joinLevels(scene, levels, plans, outermostFirst) {
    const boxes = integers(scene.boxes.length, null), frames = integers(scene.frames.length, null);
    const trees = scene.nets.map((net) => new Tree(net.to.length));
    for (const frame of [-1, ...outermostFirst]) {
      const level = levels.get(frame), plan = plans.get(frame);
      const [left, top] = frame >= 0 ? frames[frame] : [0, 0];
      level.kinds.forEach((kind, item) => {
        const x = left + plan.lefts[item], y = top + plan.tops[item];
        if (kind === BOX) boxes[level.parts[item]] = [x, y];
        else if (kind === FRAME) frames[level.parts[item]] = [x, y, level.widths[item], level.heights[item]];
      });
      plan.strands.forEach((_, number) => plant(level, plan, number, left, top, trees));
    }
    const {width, height} = plans.get(-1);
    return {width, height, boxes, frames, nets: trees.map((tree) => tree.grow())};
  }

  function plant(level, plan, number, left, top, trees) {
    const strand = plan.strands[number], path = plan.routes[number];
    const wire = level.wires[strand.wire], source = strand.source;
    const tree = trees[wire.net], root = tree.points.length;
    path.xs.forEach((x, point) => {
      const before = path.before[point];
      tree.points.push([left + x, top + path.ys[point], before >= 0 ? root + before : -1]);
    });
    const kind = level.kinds[source];
    if (kind === CHIP) {
      const width = level.widths[source], height = level.heights[source];
      const middle = [left + plan.lefts[source] + half(width), top + plan.tops[source] + half(height)];
      tree.chips.set(root, [...middle, width, height]);
    } else if (kind === ENTRY || kind === FRAME) {
      tree.begins.set(kind === ENTRY ? level.frame : level.parts[source], root);
    }
    for (const [place, point] of path.ends) {
      const item = wire.targets[place][0], goal = wire.goals[place];
      if (goal >= 0) tree.ends[goal] = root + point;
      else tree.stops.set(level.kinds[item] === EXIT ? level.frame : level.parts[item], root + point);
    }
  }

  class Tree {
    constructor(targets) {
      this.points = [];
      this.ends = integers(targets, -1);
      this.chips = new Map();
      this.begins = new Map();
      this.stops = new Map();
    }

    grow() {
      const points = this.points;
      for (const [frame, point] of this.begins) points[point][2] = this.stops.get(frame);
      const after = lists(points.length), roots = [];
      points.forEach(([, , before], point) => (before >= 0 ? after[before] : roots).push(point));
      const kept = [], numbers = integers(points.length, -1), chips = integers(points.length, -1);
      const ends = new Set(this.ends), stack = roots.reverse().map((root) => [root, -1, root]);
      while (stack.length) {
        let [point, before, root] = stack.pop();
        const [x, y] = points[point], lower = after[point];
        if (before < 0 || ends.has(point) || lower.length !== 1 || this.turns(point, before, lower[0], kept)) {
          before = kept.push([x, y, before]) - 1;
        }
        numbers[point] = before;
        chips[point] = this.chips.has(root) ? root : -1;
        for (let index = lower.length - 1; index >= 0; index--) stack.push([lower[index], before, root]);
      }
      return this.finished(kept, numbers, chips);
    }

    turns(point, before, after, kept) {
      const [x, y] = this.points[point], next = this.points[after];
      const down = kept[before][0] === x && x === next[0], along = kept[before][1] === y && y === next[1];
      return !(down || along);
    }

    finished(kept, numbers, chips) {
      const ends = [], stubs = [];
      this.ends.forEach((point, target) => {
        if (point < 0 || chips[point] >= 0) {
          ends.push(-1);
          stubs.push([target, ...this.chips.get(chips[point]), numbers[point]]);
        } else {
          ends.push(numbers[point]);
        }
      });
      return {points: kept, ends, stubs};
    }
  }

  // turning.py: a picture that runs to the right is one that runs down, with its axes swapped
  function turnedScene(scene) {
    return {...scene, boxes: scene.boxes.map(turnedBox)};
  }

  function turnedBox(box) {
    const turned = (offset) => Math.floor(offset * box.h / box.w);
    return {...box, w: box.h, h: box.w, ins: box.ins.map(turned), outs: box.outs.map(turned)};
  }

  function turnedPlacement(placement) {
    return {
      width: placement.height,
      height: placement.width,
      boxes: placement.boxes.map(([x, y]) => [y, x]),
      frames: placement.frames.map(([x, y, w, h]) => [y, x, h, w]),
      nets: placement.nets.map(turnedNet),
    };
  }

  function turnedNet(net) {
    const points = net.points.map(([x, y, before]) => [y, x, before]);
    const stubs = net.stubs.map(([target, x, y, w, h, point]) => [target, y, x, h, w, point]);
    return {points, ends: net.ends, stubs};
  }

  // __init__.py
  function layOut(scene, direction = "down") {
    if (direction === "right") return turnedPlacement(layOutLevels(turnedScene(scene), true));
    return layOutLevels(scene, false);
  }

  function layOutLevels(scene, turned) {
    const [levels, places] = splitIntoLevels(scene), frames = scene.frames, order = innermostFirst(frames);
    const chips = scene.nets.map((net) => chipSize(scene.boxes[net.from[0]], turned));
    const plans = new Map();
    for (const frame of order) {
      plans.set(frame, arrange(levels.get(frame), roomOf(frames[frame], turned), chips));
      becomeItem(levels.get(frame), plans.get(frame), levels.get(frames[frame].parent), places[frame]);
    }
    const whole = {left: MARGIN, top: MARGIN, right: MARGIN, bottom: MARGIN, leastWidth: 0, leastHeight: 0};
    plans.set(-1, arrange(levels.get(-1), whole, chips));
    return joinLevels(scene, levels, plans, order.reverse());
  }

  function roomOf(frame, turned) {
    const bar = frame.header + PADDING, room = {left: PADDING, top: PADDING, right: PADDING, bottom: PADDING};
    return turned ? {...room, left: bar, leastWidth: 0, leastHeight: frame.w}
      : {...room, top: bar, leastWidth: frame.w, leastHeight: 0};
  }

  function chipSize(box, turned) {
    return turned ? [CHIP_HEIGHT, Math.min(box.h, CHIP_WIDTH)] : [Math.min(box.w, CHIP_WIDTH), CHIP_HEIGHT];
  }

  return layOut;
})();
