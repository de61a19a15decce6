/** How each service stood when it was looked at last, PURE, and since when: see `transitions`. */
import type { Prefix } from '../model/address.ts';
import type { Millis } from '../model/millis.ts';
import type { Reason } from '../model/reason.ts';
import { SERVICE_STATES, type ServiceStateName } from '../model/view.ts';
import type { Health } from './health.ts';

export interface Stood {
  readonly state: ServiceStateName;
  readonly code: Reason['code'] | undefined;
  readonly since: Millis;
  /** Whether it ever was anything but down: what never was is forgotten when it is gone. */
  readonly hasRisen: boolean;
  /** Whether it was a static prefix when that was noted. */
  readonly isStatic: boolean;
}

export interface Standings {
  readonly of: Map<Prefix, Stood>;
  /** To be compared; with their health, where that is known already. */
  readonly touched: Map<Prefix, Health | undefined>;
  /** Of which nothing is left here, the newest last: what was withdrawn last, and why, can still be seen. */
  readonly gone: Set<Prefix>;
  /** How many of `of` are in each state. */
  readonly counts: Record<ServiceStateName, number>;
  /** How many transitions went into each state, ever. */
  readonly moves: Record<ServiceStateName, number>;
  /** How many of `of` were static prefixes then. */
  statics: number;
  /** Since when static prefixes are announced; `undefined` before. */
  staticsSince: Millis | undefined;
}

export const noStandings = (): Standings => ({
  of: new Map(),
  touched: new Map(),
  gone: new Set(),
  counts: none(),
  moves: none(),
  statics: 0,
  staticsSince: undefined,
});

const none = (): Record<ServiceStateName, number> =>
  Object.fromEntries(SERVICE_STATES.map((state) => [state, 0])) as Record<ServiceStateName, number>;

/** It may stand otherwise now. `health`: as it was just found. */
export const touch = (
  { standings }: { readonly standings: Standings },
  prefix: Prefix,
  health: Health | undefined = undefined,
): void => void standings.touched.set(prefix, health);
