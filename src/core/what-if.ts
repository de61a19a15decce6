/**
 * The core on a virtual clock, PURE: what other settings would have made of the same facts. What came of the recorded
 * settings (timers, what sinks were told) is left out; timers are the core's own, and are due where the recording says that
 * this process was awake.
 *
 * When the core asks for a reading, it hears the facts as the recording had them at that moment. Facts that changed between
 * two recorded readings changed, as far as anybody knows, at the second: how soon a listener was seen is what it was.
 */
import type { Event, FactsRead, TimerName } from '../model/event.ts';
import { type Millis, ms } from '../model/millis.ts';
import type { Policy } from '../model/policy.ts';
import { attributesNow } from './announcing.ts';
import { resumeChecks, takeAsPassed } from './checks.ts';
import { handle } from './daemon.ts';
import { isRouted, want } from './desired.ts';
import { isHeldDown } from './overrides.ts';
import { type DaemonState, initialState } from './state.ts';
import type { Timeline } from './timeline.ts';

export interface WhatIf {
  readonly state: DaemonState;
  /** The next recorded event. */
  hear(event: Event): void;
  /** Nothing more is recorded until then. */
  advance(until: Millis): void;
  /** The recording begins in the middle of a run, or goes on after a gap: the core's state there, under its own settings. */
  resume(at: Millis, recorded: DaemonState): void;
}

/** What happens to us, whatever the settings are, and what comes of them. */
const ORIGIN = {
  factsRead: 'cause',
  discoveryFailed: 'cause',
  stalled: 'cause',
  suspended: 'cause',
  routesFound: 'cause',
  started: 'cause',
  settingsChanged: 'cause',
  probeFinished: 'cause',
  hooksFinished: 'cause',
  addressesSetUp: 'cause',
  overridden: 'cause',
  wentOn: 'consequence',
  timerFired: 'consequence',
  routeTold: 'consequence',
  routeRefused: 'consequence',
} as const satisfies Readonly<Record<Event['type'], 'cause' | 'consequence'>>;

/** `timeline` hears of all that the core does. */
export function createWhatIf(policy: Policy, timeline: Pick<Timeline, 'note' | 'begin'>): WhatIf {
  const state = initialState(policy);
  const timers = new Map<TimerName, Millis>();
  /** The earliest of them; `undefined` when that has to be looked for. */
  let nextDue: number | undefined;
  let now = ms(0);
  let failure: string | undefined;
  /** A reading is told in parts, and its last one is still to come. */
  let isReading = false;
  let isLookWanted = false;
  /** A reading that is told after that is not the one that was asked for. */
  let answeredUntil = Number.POSITIVE_INFINITY;

  function play(event: Event): void {
    now = ms(Math.max(now, event.at));
    let next: Event | undefined = event;
    while (next !== undefined) {
      const actions = handle(state, next);
      next = undefined;
      nextDue = undefined;
      for (const action of actions) {
        if (action.type === 'setTimer') timers.set(action.timer, action.due);
        else if (action.type === 'clearTimer') timers.delete(action.timer);
        else if (action.type === 'lookNow') isLookWanted = true;
        else if (action.type === 'goOn') next = { type: 'wentOn', at: now };
      }
      timeline.note(now, actions, state);
      if (event.type === 'routesFound') timeline.begin(now, state);
    }
  }

  /** Fires what is due until then. What asks for a reading at that very moment has its answer then, if `isReadThen`. */
  function fire(until: Millis, isReadThen: boolean): void {
    for (let due = earliest(); due <= until; due = earliest()) {
      for (const [timer, each] of [...timers]) {
        if (each !== due || !timers.delete(timer)) continue;
        nextDue = undefined;
        play({ type: 'timerFired', at: ms(Math.max(now, due)), timer });
      }
      if (isLookWanted && !(isReadThen && due === until)) look();
    }
  }

  function earliest(): number {
    if (nextDue === undefined) {
      nextDue = Number.POSITIVE_INFINITY;
      for (const due of timers.values()) nextDue = Math.min(nextDue, due);
    }
    return nextDue;
  }

  function look(): void {
    isLookWanted = false;
    answeredUntil = Number.POSITIVE_INFINITY;
    play(failure === undefined ? readAgain(now) : { type: 'discoveryFailed', at: now, detail: failure });
  }

  function hear(event: Event): void {
    if (ORIGIN[event.type] === 'consequence') return;
    if (isLookWanted && !isReading && !(isAnswering(event) && event.at <= answeredUntil)) look();
    if (!isReading) {
      if (event.type === 'factsRead') fire(event.readAt, true);
      // What was due while this process stood still comes after it, and so does what showed that it did.
      else if (event.type === 'stalled') fire(before(event.at - event.lost), false);
      // No answer to what is asked for at that moment.
      else fire(event.at, event.type !== 'probeFinished');
    }
    if (event.type === 'discoveryFailed') failure = event.detail;
    if (event.type === 'factsRead') {
      isReading = !event.isLast;
      if (event.isLast && event.isWhole) failure = undefined;
    }
    const isAnswer = event.type === 'discoveryFailed' || (event.type === 'factsRead' && event.isLast && event.isWhole);
    if (isAnswer) isLookWanted = false;
    play(event);
    // By these settings it may be news where it was none.
    answeredUntil = isLookWanted && event.type === 'probeFinished' ? now + AT_ONCE : Number.POSITIVE_INFINITY;
    // Of a reading that failed in part, that is told next; and what an order or a check asks for was asked for then as well.
    const isToldNext = (event.type === 'factsRead' && !event.isWhole) || isAskedAnyhow(event);
    if (isLookWanted && !isReading && !isToldNext) look();
  }

  function resume(at: Millis, recorded: DaemonState): void {
    fire(at, false);
    now = ms(Math.max(now, at));
    const { facts, hasFacts, reading, failingSince, overrides } = recorded;
    const added = [...overrides.said.values()];
    const removed = [...state.overrides.said.keys()].filter((key) => !overrides.said.has(key));
    if (added.length + removed.length > 0) play({ type: 'overridden', at: now, by: '', added, removed, isKept: true });
    const canGoOn = hasFacts && reading !== undefined;
    resumeChecks(state.checks, recorded.checks);
    if (canGoOn && !state.hasFacts) adopt(recorded, state);
    takeAsPassed(state.checks, (prefix) => isRouted(state.desired, prefix, state.policy));
    timeline.begin(at, state);
    // Whatever began before that, it has begun.
    play({ type: 'started', at: now });
    if (!canGoOn) return;
    for (const [key, since] of facts.fullSince) state.facts.fullSince.set(key, since);
    isReading = false;
    failure = undefined;
    const all = <T>(of: ReadonlyMap<string, T>) => ({ added: [...of.values()], removed: [] });
    const { listeners, addresses, devices } = facts;
    play({
      ...readAgain(reading.at),
      ...{ at, resync: true, listeners: all(listeners), addresses: all(addresses), devices: all(devices) },
    });
    if (failingSince === undefined) return;
    failure = 'already where the recording begins';
    play({ type: 'discoveryFailed', at: failingSince, detail: failure });
  }

  return { state, hear, advance: (until) => fire(until, false), resume };
}

/** Whether it may be, or come before, the reading that an order asked for. */
const isAnswering = (event: Event): boolean =>
  event.type === 'overridden' || event.type === 'discoveryFailed' || event.type === 'factsRead';

/** How soon a reading that was asked for is told, unless the kernel takes its time. */
const AT_ONCE = 250;

const isAskedAnyhow = ({ type }: Event): boolean => type === 'overridden' || type === 'probeFinished';

/** What was announced stays so, without an announce delay, where these settings would have it announced at all. */
function adopt(recorded: DaemonState, state: DaemonState): void {
  for (const { prefix } of recorded.desired.routes.values()) {
    if (state.services.has(prefix) || isHeldDown(state, prefix)) continue;
    if (want(state.desired, prefix, state.policy, attributesNow(state, prefix)) !== undefined) continue;
    if (!state.policy.statics.routes.has(prefix)) state.services.set(prefix, { state: 'up' });
  }
  state.desired.changed.clear();
}

/** The greatest time below. */
const before = (time: number): Millis => ms(time - Number.EPSILON * Math.max(1, Math.abs(time)));

const NOTHING = { added: [], removed: [] };
const readAgain = (at: Millis): FactsRead => ({
  type: 'factsRead',
  ...{ at, readAt: at, resync: false, isWhole: true, isLast: true },
  ...{ listeners: NOTHING, addresses: NOTHING, devices: NOTHING },
});
