/**
 * The loop: one queue of events, one core, one executor.
 *
 * Whatever happens is pushed here, and handled in the order in which it came, once the code that pushed it has returned:
 * the core is never entered twice. A turn ends when the queue is empty, or when it has taken long; only then the sinks
 * hear, once, of all that changed in it.
 */
import { handle } from '../core/daemon.ts';
import type { DaemonState } from '../core/state.ts';
import type { Action } from '../model/action.ts';
import type { Event } from '../model/event.ts';
import type { Executor } from './executor.ts';

export interface Loop {
  readonly push: (event: Event) => void;
  /** Resolves when what was pushed before has been handled; false when it never will be. */
  whenHandled(): Promise<boolean>;
  /** Nothing that is pushed from now on is handled, and no timer of the core's is left. */
  close(): void;
}

/** Hears every event, in the order in which the core does, and before it. */
export interface Tap {
  /** Does what has to be done before the next event, until then; false when there is more, and the event has to wait. */
  prepare(state: DaemonState, until: number): boolean;
  hear(event: Event): void;
}

const NO_TAP: Tap = { prepare: () => true, hear: () => {} };

/** Milliseconds; an event that is long by itself is not cut short. */
const LONGEST_TURN = 5;

export function createLoop(
  state: DaemonState,
  executor: Executor,
  failed: (error: unknown) => void,
  tap: Tap = NO_TAP,
): Loop {
  const queue: Event[] = [];
  /** How many were pushed, and handled, ever. */
  let pushed = 0;
  let handled = 0;
  let waiting: { readonly upTo: number; readonly resolve: (isHandled: boolean) => void }[] = [];
  let isScheduled = false;
  let rest: NodeJS.Immediate | undefined;
  let isClosed = false;

  function turn(): void {
    const endBy = performance.now() + LONGEST_TURN;
    try {
      // What a turn pushes is handled in the same turn. Taking from the front of a long array would be quadratic.
      let next = 0;
      while (next < queue.length && !isClosed && (next === 0 || performance.now() < endBy)) {
        if (!tap.prepare(state, endBy)) break;
        const event = queue[next++] as Event;
        tap.hear(event);
        const actions: readonly Action[] = handle(state, event);
        for (const action of actions) executor.execute(action);
      }
      queue.splice(0, next);
      handled += next;
      if (isClosed) return;
      // What is pushed from now on takes its place behind a rest, which has its turn already.
      isScheduled = queue.length > 0;
      if (isScheduled) later();
      executor.endTurn();
      tellThoseWhoWait();
    } catch (error) {
      failed(error);
    }
  }

  function tellThoseWhoWait(): void {
    if (waiting.length === 0) return;
    for (const { resolve } of waiting.filter(({ upTo }) => upTo <= handled)) resolve(true);
    waiting = waiting.filter(({ upTo }) => upTo > handled);
  }

  /** After whoever waits for this iteration of the event loop. */
  function later(): void {
    rest = setImmediate(turn);
  }

  return {
    push(event) {
      if (isClosed) return;
      queue.push(event);
      pushed++;
      if (isScheduled) return;
      isScheduled = true;
      queueMicrotask(turn);
    },
    whenHandled: () =>
      new Promise((resolve) => {
        if (isClosed || handled >= pushed) resolve(!isClosed);
        else waiting.push({ upTo: pushed, resolve });
      }),
    close() {
      isClosed = true;
      for (const { resolve } of waiting.splice(0)) resolve(false);
      queue.length = 0;
      clearImmediate(rest);
      executor.close();
    },
  };
}
