/** What people see of the core's state, PURE: its services, and how many are in which state. See `model/view`. */
import type { Prefix } from '../model/address.ts';
import { type Millis, ms } from '../model/millis.ts';
import { type Override, targetText } from '../model/override.ts';
import { type Reason, sentence, stageOf } from '../model/reason.ts';
import type { Telling } from '../model/telling.ts';
import type {
  AskedService,
  CheckView,
  Instant,
  OverrideView,
  PenaltyView,
  ReasonView,
  ServiceStateName,
  ServiceView,
  TellingView,
  ToldView,
} from '../model/view.ts';
import type { Watches } from './checked.ts';
import { isSuppressedAt, penaltyAt } from './dampening.ts';
import { endByHand, overridesOf, withdrawnByHand, withdrawOf } from './overrides.ts';
import { reasonOf, standingOf, stateNameOf } from './standing.ts';
import type { DaemonState } from './state.ts';

/** What a moment is by the wall clock. */
export type InstantOf = (at: Millis) => Instant;

/** Every service there is, and those that were there not long ago. */
export function* prefixesOf({ standings, policy }: DaemonState): Iterable<Prefix> {
  yield* standings.of.keys();
  for (const prefix of policy.statics.routes.keys()) if (!standings.of.has(prefix)) yield prefix;
}

export function countsOf({ standings, policy, desired }: DaemonState): Record<ServiceStateName, number> {
  const counts = { ...standings.counts };
  // Those that have no entry, in the middle of a reload as well: announced, or yet to be.
  const others = Math.max(0, policy.statics.routes.size - standings.statics);
  const announced = Math.max(0, Math.min(others, desired.routes.size - counts.announced - counts.leaving));
  counts.announced += announced;
  counts.down += others - announced;
  return counts;
}

/** `tellings`: what each sink and peer was told of it. */
export function serviceView(
  state: DaemonState,
  prefix: Prefix,
  now: Millis,
  instant: InstantOf,
  tellings: readonly Telling[],
): ServiceView {
  const standing = standingOf(state, prefix, now);
  const reason = reasonOf(standing);
  const service = state.policy.services.get(prefix);
  const until = untilOf(state, prefix, stateNameOf(standing));
  const penalty = penaltyOf(state, prefix, now);
  return {
    prefix,
    ...(service && { name: service.id }),
    kind: kindOf(state, prefix),
    state: stateNameOf(standing),
    since: instant(sinceOf(state, prefix, stateNameOf(standing), now)),
    ...(reason && { reason: reasonView(prefix, reason) }),
    ...(until !== undefined && { until: instant(until) }),
    ...(penalty && { penalty }),
    overrides: overridesOf(state, prefix).map((each) => overrideView(each, instant)),
    told: toldOf(standing.announced, tellings, instant),
  };
}

/** Of any prefix. */
export function askedView(...of: Parameters<typeof serviceView>): AskedService {
  const [{ standings, policy }, prefix] = of;
  const view = serviceView(...of);
  if (standings.of.has(prefix) || policy.statics.routes.has(prefix)) return view;
  const { kind, since: _, ...asked } = view;
  return kind === 'discovered' ? asked : { ...asked, kind };
}

export const reasonView = (prefix: Prefix, reason: Reason): ReasonView => ({
  code: reason.code,
  stage: stageOf(reason),
  sentence: sentence(prefix, reason),
});

function kindOf({ policy: { statics, services, announce } }: DaemonState, prefix: Prefix): ServiceView['kind'] {
  if (statics.routes.has(prefix)) return 'static';
  if (services.get(prefix)?.kind === 'checked') return 'checked';
  return announce.has(prefix) ? 'declared' : 'discovered';
}

/** What is being judged at this moment stands otherwise since now. */
function sinceOf({ standings }: DaemonState, prefix: Prefix, now: ServiceStateName, at: Millis): Millis {
  const stood = standings.of.get(prefix);
  if (stood !== undefined) return stood.state === now ? stood.since : at;
  return standings.staticsSince ?? at;
}

/** When what runs has run out. */
function untilOf(state: DaemonState, prefix: Prefix, now: ServiceStateName): Millis | undefined {
  const verdict = state.services.get(prefix);
  if (now === 'suppressed') return state.dampening.services.get(prefix)?.reuseAt;
  if (now === 'drained' || now === 'set-down') return endByHand(state, prefix);
  if (now === 'rising') return verdict?.state === 'rising' ? verdict.until : undefined;
  if (now !== 'leaving') return undefined;
  if (verdict?.state === 'falling') return verdict.until;
  return withdrawnByHand(state, prefix) ?? endByHand(state, prefix);
}

/** RFC 2439 §4.8.2: below half of the reuse threshold nothing is remembered. */
function penaltyOf({ dampening, policy }: DaemonState, prefix: Prefix, now: Millis): PenaltyView | undefined {
  const dampened = dampening.services.get(prefix);
  if (dampened === undefined || policy.dampening === undefined) return undefined;
  const { suppress, reuse } = policy.dampening;
  const isSuppressed = isSuppressedAt(dampened, now);
  const penalty = penaltyAt(dampened, now, policy.dampening);
  if (!isSuppressed && penalty < reuse / 2) return undefined;
  const reuseInMs = isSuppressed ? ms(Math.max(0, (dampened.reuseAt ?? now) - now)) : undefined;
  return { now: Math.round(penalty), suppress, reuse, ...(reuseInMs !== undefined && { reuseInMs }) };
}

/** Tellings that are shown with a service. */
const MOST_EXCEPT = 3;

/** `isWanted`: whether they are to have it. */
export function toldOf(isWanted: boolean, tellings: readonly Telling[], instant: InstantOf): ToldView {
  let told = 0;
  let of = 0;
  const except: Telling[] = [];
  for (const telling of tellings) {
    const { state } = telling;
    const has = state === 'told' || state === 'leaving';
    if (state !== 'not-for-it') of++;
    if (has) told++;
    const isAsItShould = state === 'not-for-it' || (isWanted ? state === 'told' : !has && state !== 'refused');
    if (!isAsItShould && except.length < MOST_EXCEPT) except.push(telling);
  }
  // For nobody at all: somebody ought to know why.
  if (isWanted && of === 0) except.push(...tellings.slice(0, MOST_EXCEPT));
  return { told, of, except: except.map((telling) => tellingView(telling, instant)) };
}

export const tellingView = ({ at, ...telling }: Telling, instant: InstantOf): TellingView => ({
  ...telling,
  ...(at !== undefined && { at: instant(at) }),
});

export function checkViews(checks: Watches, instant: InstantOf): readonly CheckView[] {
  return [...checks.values()].map(({ declared, standing, inForce, last }) => ({
    ...{ name: declared.id, state: standing.state, prefixes: declared.prefixes.length },
    ...(inForce !== undefined && { inForce }),
    ...(last && {
      last: { at: instant(last.at), tookMs: Math.round(last.took), result: last.result, detail: last.detail },
    }),
  }));
}

export function overrideView(override: Override, instant: InstantOf): OverrideView {
  const { kind, by, why, at, until } = override;
  const withdrawAt = kind === 'drain' ? withdrawOf(override) : undefined;
  return {
    kind,
    target: kind === 'drain' ? targetText(override.target) : override.prefix,
    by,
    why,
    at: instant(at),
    ...(until !== undefined && { until: instant(until) }),
    ...(withdrawAt !== undefined && { withdrawAt: instant(withdrawAt) }),
  };
}
