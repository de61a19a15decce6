/**
 * The judgement on one prefix, PURE: through the stages up to its verdict. A route that it loses it loses here; one that it
 * is to get waits for its turn (`announcing`).
 */
import type { Action } from '../model/action.ts';
import { isHostPrefix, networkAddress, type Prefix } from '../model/address.ts';
import { type Millis, ms } from '../model/millis.ts';
import { type Reason, sentence } from '../model/reason.ts';
import { findCandidate } from './candidates.ts';
import { isReadBefore, whyHeldDown, whyUnsteady } from './checked.ts';
import { flapOf } from './dampening.ts';
import { isRouted, unwant } from './desired.ts';
import { type Health, healthOf } from './health.ts';
import { dueOf, nextVerdict, type Verdict } from './hold.ts';
import { heldBackBy, isSetUp, whyHeldBack } from './overrides.ts';
import { log, report } from './report.ts';
import { schedule } from './schedule.ts';
import { touch } from './standings.ts';
import type { DaemonState } from './state.ts';
import { dampen, suppressedUntil, whySuppressed } from './suppression.ts';

/** Takes one prefix through the stages. `mayRise`: whether anything may rise or be announced on these facts. */
export function judge(state: DaemonState, prefix: Prefix, readAt: Millis, mayRise: boolean, actions: Action[]): void {
  const { policy } = state;
  const isUpByHand = isSetUp(state, prefix, readAt);
  const isHeldUp = isReadBefore(readAt, prefix, state) || whyUnsteady(prefix, state) !== undefined;
  const isWhole = mayRise && (isUpByHand || !isHeldUp);
  // The order came while these facts were looked at.
  const isAwaited = !isUpByHand && isSetUp(state, prefix, NEVER);
  const health = healthSeen(state, prefix, readAt, isUpByHand);
  touch(state, prefix, health);
  const before = state.services.get(prefix);
  if (before === undefined) {
    if (!health.up) reject(state, prefix, health.reason, actions);
    if (!health.up && isWhole && !isAwaited) state.due.delete(prefix);
    if (!health.up || !isWhole) return;
  }
  state.rejected.delete(prefix);
  const wasRouted = isRouted(state.desired, prefix, policy);
  const heldBack = heldBackBy(state, prefix);
  const isByHand = isUpByHand || heldBack !== undefined;
  // A delay protects a route. One that is held has none to lose, and starts anew; one that is suppressed goes on flapping.
  const isIdle = before?.state === 'up' && !wasRouted && (isByHand || suppressedUntil(state, prefix) === undefined);
  const from = before === undefined || (isIdle && !health.up) ? DOWN : before;
  const verdict = isUpByHand
    ? verdictByHand(state, prefix, from, health, readAt, isWhole)
    : nextVerdict(from, health, readAt, isWhole, policy);
  // Nobody sees what goes on while it is set by hand, and the flapping of what is worked on is no flapping.
  const penalised = dampen(state, prefix, isByHand ? 'none' : flapOf(from, verdict), readAt, actions);
  const suppressed = isUpByHand ? undefined : penalised;
  const isGone = verdict.state === 'down' || verdict.state === 'rising';
  move(state, prefix, verdict, earlier(wakeOf(health), isGone ? undefined : suppressed), readAt, actions);
  if (suppressed !== undefined || isGone || heldBack !== undefined) unwant(state.desired, prefix, policy);
  else if (verdict.state === 'up' && !wasRouted && !state.desired.held.has(prefix)) comes(state, prefix, readAt);
  if (isAwaited) state.due.add(prefix);
  if (isGone || wasRouted) state.overrides.freed.delete(prefix);
  const why = isGone || isByHand ? undefined : whySuppressed(state, prefix, readAt);
  if (why !== undefined && wasRouted) log(actions, 'info', 'withdrawn', { prefix, reason: sentence(prefix, why) });
  else if (why !== undefined && verdict.state === 'up' && (from.state === 'rising' || from.state === 'down')) {
    log(actions, 'info', 'up, but suppressed', { prefix, reason: sentence(prefix, why) });
  } else if (heldBack !== undefined && verdict.state === 'up' && (from.state === 'rising' || from.state === 'down')) {
    const held = whyHeldBack(state, prefix, readAt);
    log(actions, 'info', 'up, but not announced', { prefix, ...(held && { reason: sentence(prefix, held) }) });
  } else report(prefix, { before, after: verdict, wasRouted }, policy, actions);
  if (verdict.state === 'down') {
    state.services.delete(prefix);
    reject(state, prefix, verdict.reason, actions);
  }
}

function healthSeen(state: DaemonState, prefix: Prefix, readAt: Millis, isUpByHand: boolean): Health {
  const { facts, policy, checks } = state;
  if (!state.hasFacts && state.services.has(prefix) && policy.services.get(prefix)?.kind === 'local') {
    // An earlier process announced it, and nothing is known of the kernel. Of the check it is.
    const no = whyHeldDown(prefix, state, isUpByHand);
    return no === undefined ? { up: true } : { up: false, ...no };
  }
  const found = findCandidate(prefix, facts, policy, state.networks);
  // A queue that was full when it was read last is not known to be so since then.
  const at = earlier(readAt, state.reading?.at) ?? readAt;
  return healthOf(found, { facts, policy, checks, at, isSetUp: isUpByHand });
}

/**
 * `up` waits for no announce delay, neither in what it finds nor in what comes to the host later; but what went from the
 * host while it holds, and comes back, has to stay for as long as anything else.
 */
function verdictByHand(
  { policy, overrides: { gone } }: DaemonState,
  prefix: Prefix,
  before: Verdict,
  health: Health,
  readAt: Millis,
  isWhole: boolean,
): Verdict {
  if (gone.has(prefix)) return nextVerdict(before, health, readAt, isWhole, policy);
  const from = before.state === 'rising' ? DOWN : before;
  const verdict = nextVerdict(from, health, readAt, isWhole, { ...policy, announceDelay: ms(0) });
  if (verdict.state === 'down' && from.state !== 'down') gone.add(prefix);
  return verdict;
}

/** One that was held back by hand waits for facts that were read after that. */
function comes({ overrides: { freed }, due, desired }: DaemonState, prefix: Prefix, readAt: Millis): void {
  if (readAt < (freed.get(prefix) ?? readAt)) due.add(prefix);
  else {
    freed.delete(prefix);
    desired.coming.add(prefix);
  }
}

const NEVER = ms(Number.POSITIVE_INFINITY);
const DOWN: Verdict = { state: 'down', reason: { code: 'no-listener' } };

/** `wake`: when the service's health has to be looked at again, whatever its verdict waits for. */
export function move(
  state: DaemonState,
  prefix: Prefix,
  verdict: Verdict,
  wake: Millis | undefined,
  now: Millis,
  actions: Action[],
): void {
  state.services.set(prefix, verdict);
  const due = earlier(dueOf(verdict), wake);
  // A service whose time has come, and which is not moved on, waits for the next facts without a timer.
  if (state.due.has(prefix) && due !== undefined && due <= now) return;
  // It waits for another moment now, and no longer for facts.
  if (state.due.delete(prefix) && !state.standings.touched.has(prefix)) touch(state, prefix);
  schedule(state.schedule, prefix, due, actions);
}

/** The earlier of two moments, each of which may never come. */
export const earlier = (one: Millis | undefined, other: Millis | undefined): Millis | undefined =>
  one === undefined || other === undefined ? (one ?? other) : ms(Math.min(one, other));

const wakeOf = (health: Health): Millis | undefined => (health.up ? health.until : undefined);

function reject(state: DaemonState, prefix: Prefix, reason: Reason, actions: Action[]): void {
  const { facts, rejected } = state;
  const address = isHostPrefix(prefix) ? networkAddress(prefix) : undefined;
  const isListening = address !== undefined && facts.listenersOf.has(address);
  const isArea = facts.areas.has(prefix);
  if (!isListening && !isArea && (address === undefined || !facts.assignedOf.has(address))) {
    rejected.delete(prefix);
    return;
  }
  if (rejected.get(prefix)?.code === reason.code) return;
  rejected.set(prefix, reason);
  // Somebody listens there, or asked for it, and may wonder; of the host's other addresses there are many.
  const isAsking = isListening || isArea || reason.code === 'wildcard-not-host-route';
  const level = isAsking ? 'info' : 'debug';
  log(actions, level, 'not announced', { address: address ?? prefix, reason: sentence(prefix, reason) });
}
