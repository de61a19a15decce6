/**
 * The last transitions of all services, in memory; and in a journal, where there is one, so that they outlive the process.
 *
 * Noting one costs next to nothing: its words are made when somebody asks for them, and for the journal and those who watch
 * behind the turn in which it came, some at a time.
 */
import { reasonView } from '../core/view.ts';
import { insideOf, type Prefix } from '../model/address.ts';
import type { Transition } from '../model/view.ts';
import type { Clock } from './clock.ts';
import type { NotedTransition } from './executor.ts';
import { instantBy } from './wall-clock.ts';

export interface History {
  note(transition: NotedTransition): void;
  /** The newest first. `prefix`: of it, of those inside it, and of those that contain it; of it alone if `isExact`. */
  list(which: Which): readonly Transition[];
  /** What is not in the journal yet goes there. */
  close(): void;
}

export interface Which {
  readonly prefix?: Prefix;
  readonly isExact?: boolean;
  readonly most: number;
}

/** Where it is kept. Never blocks, never throws. */
export interface Journal {
  append(line: string): void;
}

export interface HistoryOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly journal?: Journal;
  /** What an earlier process kept, the oldest first. */
  readonly before?: readonly Transition[];
  /** Hears each, soon after it was noted. */
  readonly heard?: (transition: Transition) => void;
}

interface Kept {
  readonly number: number;
  /** Put into words once. */
  it: NotedTransition | Transition;
}

export const MOST_KEPT = 10_000;
/** So many are put into words before others have their turn. */
const MOST_AT_ONCE = 200;

export function createHistory({ clock, journal, before = [], heard = () => {} }: HistoryOptions): History {
  let kept: Kept[] = before.slice(-MOST_KEPT).map((it) => ({ number: it.number, it }));
  let number = kept.at(-1)?.number ?? 0;
  const waiting: Kept[] = [];
  let rest: NodeJS.Immediate | undefined;
  const instant = instantBy(clock);

  function wordsOf({ number: own, it }: Kept): Transition {
    if ('number' in it) return it;
    const { at, prefix, from, to, reason } = it;
    return {
      ...{ at: instant(at), number: own, prefix, from, to },
      ...(reason && { reason: reasonView(prefix, reason) }),
    };
  }

  function tell(most: number): void {
    const some = waiting.splice(0, most);
    for (const each of some) {
      const transition = wordsOf(each);
      each.it = transition;
      journal?.append(JSON.stringify(transition));
      heard(transition);
    }
  }

  function tellSome(): void {
    tell(MOST_AT_ONCE);
    rest = waiting.length > 0 ? setImmediate(tellSome) : undefined;
  }

  return {
    note(it) {
      const own = { number: ++number, it };
      kept.push(own);
      // Not with each: to move ten thousand costs more than to keep them.
      if (kept.length > 2 * MOST_KEPT) kept = kept.slice(-MOST_KEPT);
      waiting.push(own);
      rest ??= setImmediate(tellSome);
    },
    list({ prefix, isExact = false, most }) {
      const found: Transition[] = [];
      const isAbout = prefix === undefined ? () => true : isExact ? (each: Prefix) => each === prefix : aboutOf(prefix);
      const oldest = Math.max(0, kept.length - MOST_KEPT);
      for (let index = kept.length - 1; index >= oldest && found.length < most; index--) {
        const each = kept[index];
        if (each !== undefined && isAbout(each.it.prefix)) found.push(wordsOf(each));
      }
      return found;
    },
    close() {
      clearImmediate(rest);
      tell(waiting.length);
    },
  };
}

/** Whether one of the two lies inside the other. */
function aboutOf(asked: Prefix): (prefix: Prefix) => boolean {
  const isInside = insideOf(asked);
  const known = new Map<Prefix, boolean>();
  return (prefix) => {
    const before = known.get(prefix);
    if (before !== undefined) return before;
    const is = isInside(prefix) || insideOf(prefix)(asked);
    known.set(prefix, is);
    return is;
  };
}
