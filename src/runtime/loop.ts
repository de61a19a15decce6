/**
 * The loop: one queue of events, one core, one executor.
 *
 * Whatever happens is pushed here, and handled in the order in which it came, once the code that pushed it has returned:
 * the core is never entered twice. A turn ends when the queue is empty; only then the sinks hear, once, of all that
 * changed in it.
 */
import { handle } from '../core/daemon.ts';
import type { DaemonState } from '../core/state.ts';
import type { Action } from '../model/action.ts';
import type { Event } from '../model/event.ts';
import type { Executor } from './executor.ts';

export interface Loop {
  readonly push: (event: Event) => void;
  /** Nothing that is pushed from now on is handled, and no timer of the core's is left. */
  close(): void;
}

export function createLoop(state: DaemonState, executor: Executor, failed: (error: unknown) => void): Loop {
  const queue: Event[] = [];
  let isScheduled = false;
  let isClosed = false;

  function turn(): void {
    isScheduled = false;
    try {
      // What a turn pushes is handled in the same turn. Taking from the front of a long array would be quadratic.
      for (let next = 0; next < queue.length && !isClosed; next++) {
        const actions: readonly Action[] = handle(state, queue[next] as Event);
        for (const action of actions) executor.execute(action);
      }
      queue.length = 0;
      if (!isClosed) executor.endTurn();
    } catch (error) {
      failed(error);
    }
  }

  return {
    push(event) {
      if (isClosed) return;
      queue.push(event);
      if (isScheduled) return;
      isScheduled = true;
      queueMicrotask(turn);
    },
    close() {
      isClosed = true;
      queue.length = 0;
      executor.close();
    },
  };
}
