/** Routes that ExaBGP refused, PURE: when each is said again, less and less often. */
import { type Millis, ms } from '../../model/millis.ts';
import type { RouteKey } from '../../model/route.ts';

export interface Refusals {
  /** Returns when it is to be said again. */
  add(key: RouteKey, now: Millis): Millis;
  delete(key: RouteKey): void;
  has(key: RouteKey): boolean;
  readonly size: number;
  /** Those whose time has come; each has to wait again, unless its answer comes first. */
  due(now: Millis): RouteKey[];
  /** When the next one is due; undefined when there is none. */
  next(): Millis | undefined;
}

const FIRST_RETRY = 1_000;
const LAST_RETRY = 60_000;

export function createRefusals(): Refusals {
  const refused = new Map<RouteKey, { readonly attempts: number; readonly due: Millis }>();
  return {
    add(key, now) {
      const attempts = (refused.get(key)?.attempts ?? 0) + 1;
      const due = ms(now + Math.min(FIRST_RETRY * 2 ** (attempts - 1), LAST_RETRY));
      refused.set(key, { attempts, due });
      return due;
    },
    delete: (key) => refused.delete(key),
    has: (key) => refused.has(key),
    get size() {
      return refused.size;
    },
    due(now) {
      const keys = [...refused].filter(([, { due }]) => due <= now).map(([key]) => key);
      for (const key of keys)
        refused.set(key, { attempts: refused.get(key)?.attempts ?? 1, due: ms(now + LAST_RETRY) });
      return keys;
    },
    next() {
      let next: number | undefined;
      for (const { due } of refused.values()) next = Math.min(next ?? due, due);
      return next === undefined ? undefined : ms(next);
    },
  };
}
