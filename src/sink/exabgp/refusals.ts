/** Routes that ExaBGP refused, PURE: when each is said again, less and less often. */
import { type Millis, ms } from '../../model/millis.ts';
import type { RouteKey } from '../../model/route.ts';

export interface Refusal {
  readonly at: Millis;
  readonly command: string;
}

export interface Refusals {
  /** `command`: what was refused. Returns when it is to be said again. */
  add(key: RouteKey, now: Millis, command: string): Millis;
  delete(key: RouteKey): void;
  has(key: RouteKey): boolean;
  /** What was refused last, and when. */
  get(key: RouteKey): Refusal | undefined;
  readonly size: number;
  /** Those whose time has come; each has to wait again, unless its answer comes first. */
  due(now: Millis): RouteKey[];
  /** When the next one is due; undefined when there is none. */
  next(): Millis | undefined;
}

const FIRST_RETRY = 1_000;
const LAST_RETRY = 60_000;

export function createRefusals(): Refusals {
  const refused = new Map<RouteKey, Refusal & { readonly attempts: number; readonly due: Millis }>();
  return {
    add(key, now, command) {
      const attempts = (refused.get(key)?.attempts ?? 0) + 1;
      const due = ms(now + Math.min(FIRST_RETRY * 2 ** (attempts - 1), LAST_RETRY));
      refused.set(key, { at: now, command, attempts, due });
      return due;
    },
    delete: (key) => refused.delete(key),
    has: (key) => refused.has(key),
    get: (key) => refused.get(key),
    get size() {
      return refused.size;
    },
    due(now) {
      const overdue = [...refused].filter(([, { due }]) => due <= now);
      for (const [key, before] of overdue) refused.set(key, { ...before, due: ms(now + LAST_RETRY) });
      return overdue.map(([key]) => key);
    },
    next() {
      let next: number | undefined;
      for (const { due } of refused.values()) next = Math.min(next ?? due, due);
      return next === undefined ? undefined : ms(next);
    },
  };
}
