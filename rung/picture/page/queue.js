/* What waits to be visited by backward, at any moment, without replaying the whole pass each time. */

const CHECKPOINT = 256; // events between two remembered states

/** The queues of a timeline's passes: calls, the next one first. A stack gives out the last that came in.

    A pass may run inside another one's visit, and an exception may end one without an event, so a state is the queues
    of all passes that have begun and have events to come, the innermost last: [{pass, waiting}]. */
class Queue {
  constructor(timeline, isStack = false) {
    this.timeline = timeline;
    this.isStack = isStack;
    this.ends = new Map(timeline.events.map(({ pass }, number) => [pass, number]));
    this.states = [];
    let queues = [];
    timeline.events.forEach((event, number) => {
      if (number % CHECKPOINT === 0) this.states.push(queues);
      queues = this.after(queues, event, number);
    });
  }

  after(queues, event, number) {
    if (event.what === "step") return [];
    const { pass } = event;
    const isOver = event.what === "end";
    const running = queues.filter((queue) => this.ends.get(queue.pass) >= number && !(isOver && queue.pass === pass));
    if (event.what === "backward") return [...running, { pass, waiting: this.atFirst(event) }];
    if (event.what !== "visit") return running;
    return running.map((queue) => (queue.pass === pass ? { pass, waiting: this.visited(queue.waiting, event) } : queue));
  }

  atFirst(event) {
    if (event.pushed) return [...event.pushed].sort((a, b) => b - a);
    const { maker } = this.timeline.index.values[this.timeline.rootOf(event)];
    return typeof maker === "number" ? [maker] : [];
  }

  visited(waiting, event) {
    const rest = waiting.filter((call, place) => (this.isStack ? place > 0 : call !== event.call));
    if (this.isStack) return [...[...event.pushed].reverse(), ...rest];
    return [...rest, ...event.pushed].sort((a, b) => b - a);
  }

  /** What is waiting after the event `now`, what is being visited, and what this visit put in. */
  at(now) {
    const { events } = this.timeline;
    if (now < 0) return { visiting: null, waiting: [], pushed: [] };
    const start = Math.floor(now / CHECKPOINT);
    let queues = this.states[start];
    for (let number = start * CHECKPOINT; number <= now; number += 1) {
      queues = this.after(queues, events[number], number);
    }
    const event = events[now];
    const waiting = queues.at(-1)?.waiting ?? [];
    const isVisit = event.what === "visit";
    return { visiting: isVisit ? event.call : null, waiting, pushed: isVisit ? event.pushed : [] };
  }
}
