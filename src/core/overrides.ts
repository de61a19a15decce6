/**
 * What was said by hand, PURE: which of it is in force for a prefix. It acts beside the verdict, which goes on underneath:
 * `up` in the place of health, `drain` and `down` at the routes, whatever the verdict.
 *
 * Ends (`until`, `withdrawAt`) are promises among people: a stall of ours moves none of them, and time in which the host was
 * suspended counts.
 */
import { lengthOf, networkAddress, type Prefix } from '../model/address.ts';
import { type Millis, ms } from '../model/millis.ts';
import {
  type Drain,
  drainKey,
  type Override,
  type OverrideKey,
  type SetByHand,
  setKey,
  targetText,
} from '../model/override.ts';
import type { Policy } from '../model/policy.ts';
import { type PrefixIndex, prefixIndex } from '../model/prefix-index.ts';
import type { Reason } from '../model/reason.ts';
import { gracefullyShutDown, type RouteAttributes } from '../model/route.ts';
import type { ServiceId } from '../model/service.ts';
import { type DesiredRoutes, isRouted } from './desired.ts';

export interface Overrides {
  /** In force, by what each is about. */
  readonly said: Map<OverrideKey, Override>;
  /** The drains among them whose target is a prefix. */
  readonly drains: PrefixIndex<Drain>;
  /** Prefixes for which something else may be in force now, and nobody has looked yet. */
  readonly marked: Set<Prefix>;
  /** Held back until now, and announced on facts that were read after that: since when. */
  readonly freed: Map<Prefix, Millis>;
  /** Went while they were set up by hand: what comes back has its announce delay. */
  readonly gone: Set<Prefix>;
  /** What is said of a route that is about to go, by what is said of it otherwise: equal attributes are the same object. */
  readonly graceful: Map<RouteAttributes, RouteAttributes>;
  /** What was to happen until then has happened. */
  at: Millis;
  /** When the next of them ends, or withdraws. */
  due: Millis | undefined;
}

export const noOverrides = (): Overrides => ({
  said: new Map(),
  drains: prefixIndex(),
  marked: new Set(),
  freed: new Map(),
  gone: new Set(),
  graceful: new Map(),
  at: ms(Number.NEGATIVE_INFINITY),
  due: undefined,
});

/** What of the core's memory says how a prefix stands by hand. */
export interface Overridden {
  readonly overrides: Overrides;
  readonly policy: Policy;
  readonly desired: DesiredRoutes;
}

/** All that are about the prefix. */
export function overridesOf(
  { overrides, policy }: Pick<Overridden, 'overrides' | 'policy'>,
  prefix: Prefix,
): Override[] {
  const { said, drains } = overrides;
  if (said.size === 0) return [];
  const service = policy.services.get(prefix)?.id;
  const length = lengthOf(prefix);
  return [
    said.get(ALL),
    ...(service === undefined ? [] : [said.get(drainKey({ type: 'service', service }))]),
    ...drains
      .containing(networkAddress(prefix))
      .flatMap(([outer, drain]) => (lengthOf(outer) <= length ? [drain] : [])),
    said.get(setKey(prefix)),
  ].filter((each) => each !== undefined);
}

/** Those of the service; none where nobody declared one of that name. */
export const prefixesNamed = ({ services }: Policy, id: ServiceId): readonly Prefix[] =>
  [...services.values()].find((service) => service.id === id)?.prefixes ?? [];

const ALL = drainKey({ type: 'all' });

/** The drains over the prefix as one; `undefined` where there is none. */
interface Draining {
  /** Whether the graceful phase of any of them is over. */
  readonly isOver: boolean;
  /** `undefined`: all of them end before that. */
  readonly withdrawAt: Millis | undefined;
  /** The one that ends last. */
  readonly last: Drain;
}

/** Asked for each of a hundred thousand prefixes: it makes nothing that it need not. */
function drainingOf({ overrides, policy }: Overridden, prefix: Prefix): Draining | undefined {
  const { said, drains, at } = overrides;
  const service = policy.services.get(prefix)?.id;
  let draining = joined(undefined, said.get(ALL), at);
  if (service !== undefined) draining = joined(draining, said.get(drainKey({ type: 'service', service })), at);
  const around = drains.containing(networkAddress(prefix));
  if (around.length === 0) return draining;
  const length = lengthOf(prefix);
  for (const [outer, drain] of around) if (lengthOf(outer) <= length) draining = joined(draining, drain, at);
  return draining;
}

function joined(one: Draining | undefined, other: Override | undefined, at: Millis): Draining | undefined {
  if (other?.kind !== 'drain') return one;
  const withdrawAt = one?.withdrawAt === undefined ? withdrawOf(other) : sooner(one.withdrawAt, withdrawOf(other));
  const last = one !== undefined && endOf(one.last) >= endOf(other) ? one.last : other;
  return { withdrawAt, last, isOver: withdrawAt !== undefined && withdrawAt <= at };
}

const sooner = (one: Millis, other: Millis | undefined): Millis => (other === undefined || one < other ? one : other);

/** When what it drains is withdrawn; `undefined` for one that ends before that. */
export const withdrawOf = (drain: Drain): Millis | undefined =>
  drain.withdrawAt < endOf(drain) ? drain.withdrawAt : undefined;

export const endOf = ({ until }: Override): number => until ?? Number.POSITIVE_INFINITY;

function setOf({ overrides: { said } }: Pick<Overridden, 'overrides'>, prefix: Prefix): SetByHand | undefined {
  const set = said.size === 0 ? undefined : said.get(setKey(prefix));
  return set?.kind === 'drain' ? undefined : set;
}

/** Whether `up` stands in for what was found, on facts that were read then: older ones do not know of it. */
export function isSetUp(state: Pick<Overridden, 'overrides'>, prefix: Prefix, readAt: Millis): boolean {
  const set = setOf(state, prefix);
  return set?.kind === 'up' && readAt >= set.at;
}

/**
 * What keeps the prefix from being announced, whatever its verdict; `undefined` when nothing does. A drain that begins lets
 * what is announced stay so for a while, and nothing new begins.
 */
export function heldBackBy(state: Overridden, prefix: Prefix): Override | undefined {
  if (state.overrides.said.size === 0) return undefined;
  const drained = drainingOf(state, prefix);
  if (drained !== undefined && (drained.isOver || !isRouted(state.desired, prefix, state.policy))) return drained.last;
  const set = setOf(state, prefix);
  return set?.kind === 'down' ? set : undefined;
}

/** Whether that is so also for what is announced. */
export const isHeldDown = (state: Overridden, prefix: Prefix): boolean =>
  setOf(state, prefix)?.kind === 'down' || drainingOf(state, prefix)?.isOver === true;

/** What an announced prefix says while it is drained: what it says otherwise, and that it is about to go. */
export function toldWith<T extends RouteAttributes | undefined>(
  state: Overridden,
  prefix: Prefix,
  attributes: T,
): T | RouteAttributes {
  const { graceful, said } = state.overrides;
  if (attributes === undefined || said.size === 0 || drainingOf(state, prefix) === undefined) return attributes;
  const known = graceful.get(attributes);
  if (known !== undefined) return known;
  const made = gracefullyShutDown(attributes);
  graceful.set(attributes, made);
  return made;
}

/** Until when what was said by hand keeps the prefix from being announced. */
export const endByHand = (state: Overridden, prefix: Prefix): Millis | undefined =>
  (drainingOf(state, prefix)?.last ?? setOf(state, prefix))?.until;

/** When an announced prefix that is drained is withdrawn; `undefined` where it never is. */
export const withdrawnByHand = (state: Overridden, prefix: Prefix): Millis | undefined =>
  drainingOf(state, prefix)?.withdrawAt;

/** Why the prefix is not announced, as far as that was said by hand. */
export function whyHeldBack(state: Overridden, prefix: Prefix, now: Millis): Reason | undefined {
  const by = heldBackBy(state, prefix);
  return by && reasonOf(by, prefix, now);
}

/** Why an announced prefix is about to go. */
export function whyDraining(state: Overridden, prefix: Prefix, now: Millis): Reason | undefined {
  const drained = state.overrides.said.size === 0 ? undefined : drainingOf(state, prefix);
  if (drained === undefined) return undefined;
  const { withdrawAt, last } = drained;
  const { by, why } = last;
  const left = ms(Math.max(0, (withdrawAt ?? endOf(last)) - now));
  const next = withdrawAt === undefined ? { endsIn: left } : { withdrawIn: left };
  return { code: 'draining', by, why, ...next, ...wider(last, prefix) };
}

function reasonOf(override: Override, prefix: Prefix, now: Millis): Reason {
  const { by, why, until } = override;
  const said = { by, why, ...(until !== undefined && { endsIn: ms(Math.max(0, until - now)) }) };
  return override.kind === 'drain'
    ? { code: 'drained', ...said, ...wider(override, prefix) }
    : { code: 'set-down', ...said };
}

/** The target, where it is more than this prefix. */
const wider = ({ target }: Drain, prefix: Prefix): { readonly target?: string } =>
  targetText(target) === prefix ? {} : { target: targetText(target) };
