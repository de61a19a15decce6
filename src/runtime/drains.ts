/** Drains by their targets: which of them an order ends, which others hold, and what they are called. */
import { overridesOf, prefixesNamed, withdrawOf } from '../core/overrides.ts';
import type { DaemonState } from '../core/state.ts';
import { insideOf, isHostPrefix, networkAddress, type Prefix } from '../model/address.ts';
import {
  type Drain,
  type DrainTarget,
  drainKey,
  type Override,
  type OverrideKey,
  overrideKeyOf,
  setKey,
  targetText,
} from '../model/override.ts';

/** Of services, in one go: some milliseconds. */
const MOST_LOOKED_AT = 2_000;
/** That an answer names. */
export const MOST_NAMED = 20;

const drainsOf = ({ overrides }: DaemonState): Drain[] =>
  [...overrides.said.values()].filter((each): each is Drain => each.kind === 'drain');

/** Its own, and those inside it: of `all`, every drain there is. */
export function drainsInside(state: DaemonState, target: DrainTarget): readonly Drain[] {
  if (target.type === 'all') return drainsOf(state);
  const own = drainKey(target);
  const isInside = target.type === 'prefix' ? insideOf(target.prefix) : () => false;
  return drainsOf(state).filter(
    (each) => overrideKeyOf(each) === own || (each.target.type === 'prefix' && isInside(each.target.prefix)),
  );
}

export const drainsOver = (state: DaemonState, prefix: Prefix): readonly Drain[] =>
  overridesOf(state, prefix).filter((each) => each.kind === 'drain');

/** Drains besides those that hold for something inside it. */
export function othersOver(
  state: DaemonState,
  target: DrainTarget,
  services: readonly Prefix[],
  besides: ReadonlySet<OverrideKey>,
): readonly Drain[] {
  const some = services.slice(0, MOST_LOOKED_AT);
  const inside = target.type === 'prefix' ? [target.prefix, ...some] : some;
  const found = new Set(inside.flatMap((prefix) => drainsOver(state, prefix)));
  return [...found].filter((each) => !besides.has(overrideKeyOf(each)));
}

/** What is set by hand inside it, as far as somebody reads on. */
export function setsInside(
  { overrides: { said } }: DaemonState,
  target: DrainTarget,
  services: readonly Prefix[],
): readonly Override[] {
  const some = services.slice(0, MOST_LOOKED_AT);
  const inside = new Set(target.type === 'prefix' ? [target.prefix, ...some] : some);
  const found = [...inside].map((prefix) => said.get(setKey(prefix))).filter((each) => each !== undefined);
  return found.slice(0, MOST_NAMED);
}

/** Of a hundred thousand, some at a time. */
export async function servicesIn(state: DaemonState, target: DrainTarget): Promise<Prefix[]> {
  const { services, policy } = state;
  if (target.type === 'service') return [...prefixesNamed(policy, target.service)];
  const isInside = target.type === 'all' ? () => true : insideOf(target.prefix);
  const { of } = state.standings;
  const all = [services, of, policy.services, policy.statics.routes].flatMap((each) => [...each.keys()]);
  return [...new Set(await those([...all, ...policy.announce], isInside))];
}

async function those(prefixes: readonly Prefix[], isOne: (prefix: Prefix) => boolean): Promise<Prefix[]> {
  const found: Prefix[] = [];
  for (const [index, prefix] of prefixes.entries()) {
    if (isOne(prefix)) found.push(prefix);
    if ((index + 1) % MOST_LOOKED_AT === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return found;
}

/** Those that are drained by any of these, whatever else drains them. */
export const drainedBy = (state: DaemonState, services: readonly Prefix[], by: ReadonlySet<OverrideKey>) =>
  those(services, (prefix) => drainsOver(state, prefix).some((each) => by.has(overrideKeyOf(each))));

/** Why nothing is withdrawn for all that. */
export function whatIsDrained(
  drain: Override,
  target: DrainTarget,
  services: number,
  isAnnounced: boolean,
): readonly string[] {
  if (services === 0) return [`no service${placeOf(target)} is known: the drain holds for when there is one`];
  if (!isAnnounced) return [services === 1 ? 'it is not announced now' : 'none of them is announced now'];
  const isShort = drain.kind === 'drain' && withdrawOf(drain) === undefined;
  return isShort ? ['it ends before anything is withdrawn'] : [];
}

const placeOf = (target: DrainTarget): string => {
  if (target.type !== 'prefix') return '';
  return isHostPrefix(target.prefix) ? ` of the address ${networkAddress(target.prefix)}` : ` inside ${target.prefix}`;
};

export function whyNotDrained(state: DaemonState, target: DrainTarget, over: readonly Drain[]): string {
  if (target.type === 'all') return 'nothing is drained';
  const it = targetText(target);
  if (over.length > 0) return `${it} is drained by way of ${namesOf(over)}: undrain that`;
  const elsewhere = drainsOf(state);
  return `${it} is not drained${elsewhere.length === 0 ? '' : `; drained: ${namesOf(elsewhere)}`}`;
}

export function namesOf(drains: readonly Drain[]): string {
  const names = drains.slice(0, MOST_NAMED).map(({ target }) => targetText(target));
  const more = drains.length - names.length;
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
