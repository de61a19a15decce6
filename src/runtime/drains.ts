/** Drains by their targets: which of them an order ends, which others hold, and what they are called. */
import { overridesOf } from '../core/overrides.ts';
import type { DaemonState } from '../core/state.ts';
import { insideOf, type Prefix } from '../model/address.ts';
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

/** Of services: some milliseconds. */
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
