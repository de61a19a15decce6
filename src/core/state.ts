/** The core's memory. */
import type { IpAddress } from '../model/address.ts';
import type { Millis } from '../model/millis.ts';
import type { Policy } from '../model/policy.ts';
import type { Reason } from '../model/reason.ts';
import { type Networks, prepareNetworks } from './candidates.ts';
import { type DesiredRoutes, noRoutes } from './desired.ts';
import { emptyFacts, type FactsIndex } from './facts.ts';
import type { Verdict } from './hold.ts';

export interface DaemonState {
  readonly policy: Policy;
  readonly networks: Networks;
  readonly facts: FactsIndex;
  /** One service is one address. A service is forgotten when it is down and nothing of it is left on this host. */
  readonly services: Map<IpAddress, Verdict>;
  /** Addresses with a matching listener that are no service, and why. */
  readonly rejected: Map<IpAddress, Reason>;
  readonly desired: DesiredRoutes;
  /** Services whose delay has run out, and which wait for facts read after that. */
  readonly due: Set<IpAddress>;
  /** When the last good facts were read; `undefined` before the first. */
  readAt: Millis | undefined;
  /** Since when the kernel cannot be read; `undefined` while it can. */
  failingSince: Millis | undefined;
}

export function initialState(policy: Policy): DaemonState {
  return {
    policy,
    networks: prepareNetworks(policy.networks),
    facts: emptyFacts(),
    services: new Map(),
    rejected: new Map(),
    desired: noRoutes(),
    due: new Set(),
    readAt: undefined,
    failingSince: undefined,
  };
}
