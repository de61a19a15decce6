/**
 * Declared services that have a check, PURE: which state's routes are in force. It is one more way to declare services to
 * the stages, not one beside them: health asks `whyNotWanted`, and the routes take their attributes from `attributesOf`.
 *
 * A service is up for the stages when the state that is in force has a route for its prefix; rising and falling change
 * nothing.
 */
import type { Prefix } from '../model/address.ts';
import type { Policy } from '../model/policy.ts';
import type { Reason } from '../model/reason.ts';
import type { RouteAttributes } from '../model/route.ts';
import type { DeclaredService, ServiceId, ServiceState } from '../model/service.ts';
import { type CheckStanding, INITIAL_STANDING } from './check.ts';

export interface CheckedService {
  readonly declared: DeclaredService;
  standing: CheckStanding;
  /** The state whose routes are in force; `undefined` before there is one. */
  inForce: ServiceState | undefined;
  /** How often the state changed. What is asked for carries this number, so that an answer to an older wish is known. */
  run: number;
  /** What has to be there before `up` comes into force. */
  readonly pending: Set<'hooks' | 'addresses'>;
  /** Why this host has not all of the addresses that come and go with the service; `undefined` when it has. */
  addressProblem: string | undefined;
  /** What the last check that failed said. */
  detail: string;
}

export type CheckedServices = ReadonlyMap<ServiceId, CheckedService>;

export function noResults(services: Iterable<DeclaredService>): CheckedServices {
  const none = { standing: INITIAL_STANDING, inForce: undefined, run: 0, addressProblem: undefined, detail: '' };
  return new Map([...services].map((declared) => [declared.id, { declared, ...none, pending: new Set() }]));
}

/**
 * What a prefix of the service is announced with now; `undefined` when it is not. `isSetUp`: somebody stands in by hand for
 * the check, as if it passed.
 */
export function attributesOf(
  prefix: Prefix,
  checks: CheckedServices,
  id: ServiceId,
  isSetUp = false,
): RouteAttributes | undefined {
  const service = checks.get(id);
  if (service === undefined) return undefined;
  const { routes } = service.declared;
  const inForce = service.inForce && routes[service.inForce].get(prefix);
  return isSetUp && service.inForce !== 'disabled' ? (routes.up.get(prefix) ?? inForce) : inForce;
}

interface Unwanted {
  readonly lost: 'address' | 'listener';
  readonly reason: Reason;
}

/** Why the prefix should not be announced now; `undefined` when it should. */
export function whyNotWanted(
  prefix: Prefix,
  checks: CheckedServices,
  id: ServiceId,
  isSetUp = false,
): Unwanted | undefined {
  const service = checks.get(id);
  // One that is disabled was taken down by hand itself.
  if (isSetUp && service !== undefined && attributesOf(prefix, checks, id, isSetUp) !== undefined) {
    if (service.inForce === 'up' || !service.declared.addressesWhileUp) return whyNoAddress(service);
    if (service.inForce !== 'disabled')
      return { lost: 'address', reason: { code: 'address-not-set-up', detail: WITH_CHECK } };
  }
  if (service?.inForce === undefined) return { lost: 'listener', reason: { code: 'check-undecided', service: id } };
  const noAddress = whyNoAddress(service);
  if (noAddress !== undefined) return noAddress;
  if (service.declared.routes[service.inForce].has(prefix)) return undefined;
  return service.inForce === 'disabled'
    ? { lost: 'listener', reason: { code: 'service-disabled', service: id } }
    : { lost: 'listener', reason: { code: 'check-down', service: id, detail: service.detail } };
}

const WITH_CHECK = 'it comes when the check passes, which nobody can stand in for';

const whyNoAddress = ({ inForce, addressProblem: detail }: CheckedService): Unwanted | undefined =>
  inForce === 'up' && detail !== undefined
    ? { lost: 'address', reason: { code: 'address-not-set-up', detail } }
    : undefined;

/** For the log: the state that an announce stands for, which else only its metric tells. Nothing where there is no check. */
export function stateOf(
  prefix: Prefix,
  { policy, checks }: { readonly policy: Policy; readonly checks: CheckedServices },
): { readonly state?: ServiceState } {
  const service = policy.checked.get(prefix);
  const state = service && checks.get(service.id)?.inForce;
  return state === undefined ? {} : { state };
}
