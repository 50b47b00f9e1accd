/* What waits to be visited by backward, at any moment, without replaying the whole pass each time. */

const CHECKPOINT = 256; // events between two remembered states

/** The queue of a timeline's passes: calls, the next one first. A stack gives out the last that came in. */
class Queue {
  constructor(timeline, isStack = false) {
    this.timeline = timeline;
    this.isStack = isStack;
    this.states = [];
    let waiting = [];
    timeline.events.forEach((event, number) => {
      if (number % CHECKPOINT === 0) this.states.push(waiting);
      waiting = this.after(waiting, event);
    });
  }

  after(waiting, event) {
    if (event.what === "backward") {
      if (event.pushed) return [...event.pushed].sort((a, b) => b - a);
      const { maker } = this.timeline.index.values[this.timeline.rootOf(event)];
      return typeof maker === "number" ? [maker] : [];
    }
    if (event.what === "end" || event.what === "step") return [];
    if (event.what !== "visit") return waiting;
    const rest = waiting.filter((call, place) => (this.isStack ? place > 0 : call !== event.call));
    if (this.isStack) return [...[...event.pushed].reverse(), ...rest];
    return [...rest, ...event.pushed].sort((a, b) => b - a);
  }

  /** What is waiting after the event `now`, what is being visited, and what this visit put in. */
  at(now) {
    const { events } = this.timeline;
    if (now < 0) return { visiting: null, waiting: [], pushed: [] };
    const start = Math.floor(now / CHECKPOINT);
    let waiting = this.states[start];
    for (let number = start * CHECKPOINT; number <= now; number += 1) waiting = this.after(waiting, events[number]);
    const event = events[now];
    const isVisit = event.what === "visit";
    return { visiting: isVisit ? event.call : null, waiting, pushed: isVisit ? event.pushed : [] };
  }
}
