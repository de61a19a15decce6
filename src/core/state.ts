/** The core's memory. */
import type { Prefix } from '../model/address.ts';
import { type Millis, ms } from '../model/millis.ts';
import type { Policy } from '../model/policy.ts';
import type { Reason } from '../model/reason.ts';
import type { RouteKey } from '../model/route.ts';
import type { ServiceId } from '../model/service.ts';
import { type Networks, prepareNetworks } from './candidates.ts';
import { type Watch, watchesOf } from './checked.ts';
import { type Dampening, noDampening } from './dampening.ts';
import { type DesiredRoutes, noRoutes } from './desired.ts';
import { emptyFacts, type FactsIndex } from './facts.ts';
import type { Verdict } from './hold.ts';
import { noOverrides, type Overrides } from './overrides.ts';
import { emptySchedule, type Schedule } from './schedule.ts';
import { noStandings, type Standings } from './standings.ts';
import { noSweep, type Sweep } from './sweep.ts';

export interface DaemonState {
  /** These two are replaced when the settings change, and by `reconfigure` alone. */
  policy: Policy;
  networks: Networks;
  readonly facts: FactsIndex;
  /** Of services that have one. */
  readonly checks: Map<ServiceId, Watch>;
  /** One service is one prefix. A service is forgotten when it is down. */
  readonly services: Map<Prefix, Verdict>;
  /** How often services went of late; kept while they are down. */
  readonly dampening: Dampening;
  /** What was said by hand, above what is found. */
  readonly overrides: Overrides;
  /** Prefixes that are no service though something here asks for them, and why. */
  readonly rejected: Map<Prefix, Reason>;
  readonly desired: DesiredRoutes;
  readonly schedule: Schedule;
  /** How far the way through the static prefixes is. */
  readonly sweep: Sweep;
  /** How each stood, and since when. */
  readonly standings: Standings;
  /** Services whose time has come, and which wait for facts read after that. */
  readonly due: Set<Prefix>;
  /** What the last reading may have changed and nobody has looked at yet. */
  readonly marked: Set<Prefix>;
  /** Of which a check said something new, and nobody has looked at them yet. */
  readonly checked: Set<Prefix>;
  /** Found from an earlier process; until the first whole facts say which of them are wanted. */
  readonly found: Set<RouteKey>;
  /** The last reading; `undefined` before the first. */
  reading: { readonly at: Millis; readonly isWhole: boolean } | undefined;
  /** Whether there was a whole one. */
  hasFacts: boolean;
  /** Settings changed since the kernel was read: what is marked is judged when everything was read anew. */
  awaitsFacts: boolean;
  /** Since when the kernel cannot be read; `undefined` while it can. */
  failingSince: Millis | undefined;
  /** Whether that lasts so long that the last facts are stale. */
  isStale: boolean;
  /** Until when we stood still last, how often that was, and for how long all in all. */
  stalledUntil: Millis;
  stalls: number;
  stalledFor: Millis;
}

export function initialState(policy: Policy): DaemonState {
  return {
    policy,
    networks: prepareNetworks(policy.networks),
    facts: emptyFacts(policy),
    checks: watchesOf(policy.services.values()),
    services: new Map(),
    dampening: noDampening(),
    overrides: noOverrides(),
    rejected: new Map(),
    desired: noRoutes(),
    schedule: emptySchedule(),
    sweep: noSweep(),
    standings: noStandings(),
    due: new Set(),
    marked: new Set(),
    checked: new Set(),
    found: new Set(),
    reading: undefined,
    hasFacts: false,
    awaitsFacts: false,
    failingSince: undefined,
    isStale: false,
    stalledUntil: ms(Number.NEGATIVE_INFINITY),
    stalls: 0,
    stalledFor: ms(0),
  };
}
