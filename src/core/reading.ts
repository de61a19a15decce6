/**
 * A reading of the kernel, PURE: its facts are taken in as they come, and when the last of them is there the services that
 * it may have changed are looked at, some at a time.
 */
import type { Action } from '../model/action.ts';
import type { Prefix } from '../model/address.ts';
import type { Event } from '../model/event.ts';
import { told } from './announcing.ts';
import { seeAgain } from './blindness.ts';
import { applyFacts } from './facts.ts';
import { judge } from './judgement.ts';
import { log } from './report.ts';
import type { DaemonState } from './state.ts';
import { leave } from './statics.ts';
import { touchAll } from './transitions.ts';

export function factsRead(
  state: DaemonState,
  event: Extract<Event, { type: 'factsRead' }>,
  actions: Action[],
): Action[] {
  const { facts, policy, services, marked } = state;
  // What was asked of the kernel may be less than what the settings ask now.
  if (event.resync && event.isWhole) state.awaitsFacts = false;
  for (const prefix of applyFacts(facts, event, policy, watched(state))) marked.add(prefix);
  if (event.resync) for (const prefix of [...services.keys(), ...facts.areas.keys()]) marked.add(prefix);
  if (!event.isLast) return actions;
  // What was found is not to be judged by half of the facts.
  if (state.found.size > 0 && !event.isWhole) return actions;
  for (const key of state.found) state.desired.changed.add(key);
  state.found.clear();
  state.reading = { at: event.readAt, isWhole: event.isWhole };
  if (event.isWhole) {
    if (!state.hasFacts) {
      reportFirst(state, actions);
      touchAll(state);
    }
    state.hasFacts = true;
    if (state.failingSince !== undefined) seeAgain(state, state.failingSince, event.readAt, actions);
    for (const prefix of state.due) marked.add(prefix);
  }
  return goOn(state, actions);
}

/** Of what is gone, and of what was only spoken of by hand, why it is down may be another thing when a device is. */
const watched = ({ services, standings, overrides }: DaemonState): Iterable<Prefix> => ({
  *[Symbol.iterator]() {
    yield* services.keys();
    yield* standings.gone;
    for (const each of overrides.said.values()) if (each.kind !== 'drain') yield each.prefix;
  },
});

/** So many services are looked at in one go: some milliseconds, log lines included. */
const MOST_AT_ONCE = 100;

export function goOn(state: DaemonState, actions: Action[]): Action[] {
  if (state.reading === undefined || state.awaitsFacts) return actions;
  const { at } = state.reading;
  const isWhole = state.reading.isWhole && state.failingSince === undefined;
  let looked = 0;
  for (const prefix of state.marked) {
    if (looked++ === MOST_AT_ONCE) break;
    if (state.sweep.former.has(prefix)) leave(state, prefix, at, actions);
    state.marked.delete(prefix);
    // What is found there makes no difference.
    if (!state.policy.statics.routes.has(prefix)) judge(state, prefix, at, isWhole, actions);
  }
  if (state.marked.size > 0) actions.push({ type: 'goOn' });
  return told(state, isWhole, actions);
}

function reportFirst({ facts, policy }: DaemonState, actions: Action[]): void {
  log(actions, 'info', 'first facts read', { listeners: facts.listeners.size, addresses: facts.addresses.size });
  if (policy.device !== '' && !facts.devices.has(policy.device)) {
    log(actions, 'warn', 'device not found', { device: policy.device });
  }
}
