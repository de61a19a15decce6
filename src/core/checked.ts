/**
 * Declared services that have a check, PURE: how their checks stand. It is one more way to declare services to the stages,
 * not one beside them: health asks `whyNotWanted` of those whose check decides alone, and `whyHeldDown` of those that are
 * found on this host.
 *
 * A service whose check decides alone is up for the stages when the state that is in force has a route for its prefix;
 * rising and falling change nothing. Its routes take their attributes from `attributesOf`.
 */
import type { Prefix } from '../model/address.ts';
import { type Millis, ms } from '../model/millis.ts';
import type { Policy } from '../model/policy.ts';
import type { Reason } from '../model/reason.ts';
import type { RouteAttributes } from '../model/route.ts';
import {
  type DeclaredService,
  isWatched,
  type ServiceId,
  type ServiceState,
  type WatchedService,
} from '../model/service.ts';
import { type CheckResult, type CheckStanding, initialStanding } from './check.ts';

/** A service that has a check, and how that stands. */
export interface Watch {
  declared: WatchedService;
  standing: CheckStanding;
  /** The state that is in force: its routes are; `undefined` before there is one. */
  inForce: ServiceState | undefined;
  /** Since when: facts that were read before that know nothing of it. */
  since: Millis;
  /** How often the state changed. What is asked for carries this number, so that an answer to an older wish is known. */
  run: number;
  /** What has to be there before `up` comes into force. */
  readonly pending: Set<'hooks' | 'addresses'>;
  /** Why this host has not all of the addresses that come and go with the service; `undefined` when it has. */
  addressProblem: string | undefined;
  /** The last one. */
  last: CheckMade | undefined;
  /** The last one that failed. */
  failed: CheckMade | undefined;
}

/** One check that was made. */
export interface CheckMade {
  readonly at: Millis;
  readonly took: Millis;
  readonly result: CheckResult;
  /** Why it failed, or which file disables the service. */
  readonly detail: string;
}

export type Watches = ReadonlyMap<ServiceId, Watch>;

export function watchesOf(services: Iterable<DeclaredService>): Map<ServiceId, Watch> {
  return new Map([...services].filter(isWatched).map((declared) => [declared.id, noResults(declared)]));
}

export const noResults = (declared: WatchedService): Watch => ({
  ...{ declared, standing: initialStanding(), inForce: undefined, since: ALWAYS, run: 0 },
  ...{ addressProblem: undefined, last: undefined, failed: undefined, pending: new Set() },
});

const ALWAYS = ms(Number.NEGATIVE_INFINITY);

/** Whether each check has said what is so. */
export const areDecided = (checks: Watches): boolean =>
  [...checks.values()].every(({ inForce }) => inForce !== undefined);

/** So long the slowest check takes to find a service up, each of its runs as long as it may. */
export function decidedWithin(checks: Watches): Millis {
  const each = [...checks.values()].map(({ declared: { check, probe } }) => {
    const runs = Math.max(1, check.rise);
    return runs * probe.timeout + (runs - 1) * check.fastInterval;
  });
  return ms(each.reduce((most, time) => Math.max(most, time), 0));
}

/**
 * What a prefix of the service is announced with now; `undefined` when it is not. `isSetUp`: somebody stands in by hand for
 * the check, as if it passed.
 */
export function attributesOf(
  prefix: Prefix,
  checks: Watches,
  id: ServiceId,
  isSetUp = false,
): RouteAttributes | undefined {
  const service = checks.get(id);
  if (service?.declared.kind !== 'checked') return undefined;
  const { routes } = service.declared;
  const inForce = service.inForce && routes[service.inForce].get(prefix);
  return isSetUp && service.inForce !== 'disabled' ? (routes.up.get(prefix) ?? inForce) : inForce;
}

interface Unwanted {
  readonly lost: 'address' | 'listener';
  readonly reason: Reason;
}

/** Why the prefix, whose check decides alone, should not be announced now; `undefined` when it should. */
export function whyNotWanted(prefix: Prefix, checks: Watches, id: ServiceId, isSetUp = false): Unwanted | undefined {
  const service = checks.get(id);
  const declared = service?.declared.kind === 'checked' ? service.declared : undefined;
  // One that is disabled was taken down by hand itself.
  if (isSetUp && service !== undefined && attributesOf(prefix, checks, id, isSetUp) !== undefined) {
    if (service.inForce === 'up' || declared?.addressesWhileUp !== true) return whyNoAddress(service);
    if (service.inForce !== 'disabled')
      return { lost: 'address', reason: { code: 'address-not-set-up', detail: WITH_CHECK } };
  }
  if (service?.inForce === undefined) return { lost: 'listener', reason: { code: 'check-undecided', service: id } };
  const noAddress = whyNoAddress(service);
  if (noAddress !== undefined) return noAddress;
  if (declared?.routes[service.inForce].has(prefix)) return undefined;
  return { lost: 'listener', reason: whyNotUp(service) };
}

/** Why the check holds down what is served on this host; `undefined` when it does not. */
export function whyHeldDown(
  prefix: Prefix,
  { policy, checks }: { readonly policy: Policy; readonly checks: Watches },
  isSetUp = false,
): Unwanted | undefined {
  const watch = watchOver(prefix, policy, checks);
  if (watch === undefined || watch.inForce === 'up') return undefined;
  if (isSetUp && watch.inForce !== 'disabled' && !mayBeDisabled(watch)) return undefined;
  return { lost: 'listener', reason: whyNotUp(watch) };
}

/** Whether nobody has looked yet for the file that says so. */
export const mayBeDisabled = ({ inForce, standing, declared }: Watch): boolean =>
  inForce === undefined && standing.state === 'init' && declared.probe.disableFile !== undefined;

/** Whether the check of what is served on this host came up only after facts were read that are of then. */
export function isReadBefore(
  readAt: Millis,
  prefix: Prefix,
  { policy, checks }: { readonly policy: Policy; readonly checks: Watches },
): boolean {
  const watch = watchOver(prefix, policy, checks);
  return watch !== undefined && readAt < watch.since;
}

/** Of one whose check fails at present, though not often enough yet: what is announced stays, and nothing new begins. */
export function whyUnsteady(
  prefix: Prefix,
  { policy, checks }: { readonly policy: Policy; readonly checks: Watches },
): Reason | undefined {
  const watch = watchOver(prefix, policy, checks);
  return watch?.standing.state === 'falling' ? { code: 'check-undecided', service: watch.declared.id } : undefined;
}

function watchOver(prefix: Prefix, { services }: Policy, checks: Watches): Watch | undefined {
  const service = services.get(prefix);
  return service?.kind === 'local' ? checks.get(service.id) : undefined;
}

/** Whether a check says so. */
export const isByCheck = ({ code }: Reason): boolean =>
  code === 'check-down' || code === 'service-disabled' || code === 'check-undecided';

function whyNotUp({ inForce, declared, failed }: Watch): Reason {
  const { id: service, probe } = declared;
  if (inForce === undefined) return { code: 'check-undecided', service };
  return inForce === 'disabled'
    ? { code: 'service-disabled', service, file: probe.disableFile ?? '' }
    : { code: 'check-down', service, detail: failed?.detail ?? '' };
}

const WITH_CHECK = 'it comes when the check passes, which nobody can stand in for';

const whyNoAddress = ({ inForce, addressProblem: detail }: Watch): Unwanted | undefined =>
  inForce === 'up' && detail !== undefined
    ? { lost: 'address', reason: { code: 'address-not-set-up', detail } }
    : undefined;

/** For the log: the state that an announce stands for, where else only its metric tells. */
export function stateOf(
  prefix: Prefix,
  { policy, checks }: { readonly policy: Policy; readonly checks: Watches },
): { readonly state?: ServiceState } {
  const service = policy.services.get(prefix);
  const state = service?.kind === 'checked' ? checks.get(service.id)?.inForce : undefined;
  return state === undefined ? {} : { state };
}
