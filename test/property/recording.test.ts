/**
 * A recording is the run: played again it gives the same actions, from its beginning and from any of its snapshots, and
 * under its own settings what-if says what happened.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isByCheck } from '../../src/core/checked.ts';
import { handle } from '../../src/core/daemon.ts';
import { isRouted } from '../../src/core/desired.ts';
import { restoreSnapshot, takeSnapshot } from '../../src/core/snapshot.ts';
import { standingOf } from '../../src/core/standing.ts';
import { type DaemonState, initialState } from '../../src/core/state.ts';
import { createTimeline } from '../../src/core/timeline.ts';
import { createWhatIf } from '../../src/core/what-if.ts';
import type { Action } from '../../src/model/action.ts';
import type { Prefix } from '../../src/model/address.ts';
import type { Event } from '../../src/model/event.ts';
import { ms } from '../../src/model/millis.ts';
import { parseRecordingLine, type SnapshotPart } from '../../src/model/recording.ts';
import { EVENTFUL, evenHappenings, type Happening, happenings, live, manyHappenings } from '../helpers/happenings.ts';
import { recordLife } from '../helpers/recordings.ts';
import { type Simulation, simulate } from '../helpers/simulation.ts';

/** Through JSON, as a file would have it. */
const written = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
const snapshotOf = (state: DaemonState): SnapshotPart[] => written([...takeSnapshot(state)]);

/** Actions share the core's own map of routes, which moves on; what counts is what it says at that moment. */
const frozen = (actions: readonly Action[]): unknown[] =>
  actions.map((action) =>
    action.type === 'setRoutes'
      ? { type: action.type, desired: written([...action.desired]), changed: [...action.changed] }
      : action,
  );
/** When that moment is over. */
const frozenLater = (actions: readonly Action[]): unknown[] =>
  actions.map((action) => (action.type === 'setRoutes' ? { type: action.type, changed: [...action.changed] } : action));
const play = (state: DaemonState, events: readonly Event[]): unknown[] =>
  events.flatMap((event) => frozen(handle(state, event)));

/** With the intervals of `EVENTFUL`: all checks end between a reading of the interval and the next change of the host. */
const BETWEEN = 60;

/** `checkTime`: how long a check takes, where that matters. */
async function lived(
  all: readonly Happening[],
  words: readonly string[] = EVENTFUL,
  checkTime?: number,
): Promise<Simulation> {
  const simulation = simulate(words);
  if (checkTime !== undefined) simulation.checks.time = checkTime;
  await live(simulation, all);
  await simulation.close();
  return simulation;
}

it('restores a core that cannot be told from the one whose snapshot was taken, at any moment', async () => {
  await fc.assert(
    fc.asyncProperty(happenings, happenings, fc.double({ min: 0, max: 1, noNaN: true }), async (all, others, at) => {
      const { events, state } = await lived(all);
      const cut = Math.floor(at * events.length);
      const original = initialState(state.policy);
      play(original, events.slice(0, cut));
      const restored = restoreSnapshot(state.policy, snapshotOf(original));
      expect(snapshotOf(restored)).toEqual(snapshotOf(original));
      // What came then, and what might come in another life.
      const other = (await lived(others)).events;
      for (const event of [...events.slice(cut), ...other]) {
        expect(play(restored, [event])).toEqual(play(original, [event]));
      }
      expect(snapshotOf(restored)).toEqual(snapshotOf(original));
    }),
    { numRuns: 300 },
  );
});

it('holds the run, action for action, from its beginning and from the beginning of each of its files', async () => {
  let turns = 0;
  let byCheck = 0;
  await fc.assert(
    fc.asyncProperty(manyHappenings, async (all) => {
      const { files, simulation, end } = recordLife(EVENTFUL, { size: 1_000 });
      await live(simulation, all);
      await end('over');
      const { state, actions } = simulation;
      turns += files.length - 1;
      byCheck += actions.filter(
        (action) => action.type === 'noteTransition' && action.reason && isByCheck(action.reason),
      ).length;
      const heard = files.map((lines) =>
        lines.map(parseRecordingLine).flatMap((line) => {
          if (line.type === 'damaged') throw new Error(line.expected);
          return line.type === 'event' ? [line.event] : [];
        }),
      );
      const replayed = initialState(state.policy);
      expect(heard.flat().flatMap((event) => frozenLater(handle(replayed, event)))).toEqual(frozenLater(actions));
      expect(snapshotOf(replayed)).toEqual(snapshotOf(state));
      const running = initialState(state.policy);
      for (const [index, lines] of files.entries()) {
        const parts = lines.map(parseRecordingLine).flatMap((line) => (line.type === 'part' ? [line.part] : []));
        expect(parts).toEqual(snapshotOf(running));
        const rest = heard.slice(index).flat();
        const restored = restoreSnapshot(state.policy, parts);
        const fresh = restoreSnapshot(state.policy, snapshotOf(running));
        expect(play(restored, rest)).toEqual(play(fresh, rest));
        play(running, heard[index] ?? []);
      }
      expect(snapshotOf(running)).toEqual(snapshotOf(state));
    }),
    { numRuns: 30 },
  );
  expect(turns).toBeGreaterThan(30);
  expect(byCheck).toBeGreaterThan(100);
});

/** A timer that was due at the very moment of a reading, and fired after it: either might have come first. */
const isTie = (events: readonly Event[], { type, at }: Event, index: number): boolean =>
  type === 'timerFired' && events.slice(0, index).some((each) => each.type === 'factsRead' && each.readAt === at);

it('says, asked what would have happened under the same settings, what happened', async () => {
  await fc.assert(
    fc.asyncProperty(happenings, async (all) => {
      const { events, state } = await lived(all);
      fc.pre(!events.some((event, index) => isTie(events, event, index)));
      const end = ms((events.at(-1)?.at ?? 0) + 1);
      const recorded = createTimeline();
      const running = initialState(state.policy);
      for (const event of events) recorded.note(event.at, handle(running, event), running);
      const asked = createTimeline();
      const whatIf = createWhatIf(state.policy, asked);
      for (const event of events) whatIf.hear(event);
      // An order that ends last of all does so by a timer alone.
      whatIf.advance(events.at(-1)?.at ?? ms(0));
      expect(asked.services(end)).toEqual(recorded.services(end));
    }),
    { numRuns: 300 },
  );
});

it('adds up for each service what a look at it at every event would', async () => {
  let suppressed = 0;
  await fc.assert(
    fc.asyncProperty(manyHappenings, async (all) => {
      const { events, state: end } = await lived(all);
      const state = initialState(end.policy);
      const timeline = createTimeline();
      const sums = new Map<Prefix, { announcedFor: number; suppressedFor: number }>();
      let now = ms(0);
      for (const event of events) {
        for (const { prefix } of timeline.services(now)) {
          const sum = sums.get(prefix) ?? { announcedFor: 0, suppressedFor: 0 };
          sums.set(prefix, sum);
          const standing = standingOf(state, prefix, now);
          if (isRouted(state.desired, prefix, state.policy)) sum.announcedFor += event.at - now;
          else if (!standing.announced && standing.reason.code === 'dampened') sum.suppressedFor += event.at - now;
        }
        now = event.at;
        timeline.note(now, handle(state, event), state);
      }
      for (const { prefix, totals } of timeline.services(now)) {
        expect(totals.announcedFor, prefix).toBeCloseTo(sums.get(prefix)?.announcedFor ?? 0, 6);
        expect(totals.suppressedFor, prefix).toBeCloseTo(sums.get(prefix)?.suppressedFor ?? 0, 6);
        if (totals.suppressedFor > 0) suppressed++;
      }
    }),
    { numRuns: 80 },
  );
  expect(suppressed).toBeGreaterThan(3);
});

/** Of the same flag the last one counts here. */
const OTHER = [
  ['--withdraw-delay', '2500ms'],
  ['--announce-delay', '500ms'],
  ['--wildcard', 'all'],
  ['--max-routes', '1'],
  ['--accept-queue-full', 'off'],
  ['--listen-filter', 'sport = :80'],
  ['--dampening-suppress', '2500'],
  ['--dampening-action', 'log'],
] as const;

const withOther = ([flag, value]: readonly [string, string]): string[] => {
  const index = EVENTFUL.indexOf(flag);
  return index < 0 ? [...EVENTFUL, flag, value] : EVENTFUL.toSpliced(index, 2, flag, value);
};

/**
 * A run looks once more when a penalty has decayed, which is at no even time, and may see a change there and then that the
 * other run sees a moment later. Such a pair has nothing to be compared.
 */
const isOnGrid = (event: Event): boolean =>
  event.type !== 'factsRead' ||
  Number.isInteger(event.readAt) ||
  [event.listeners, event.addresses, event.devices].every(({ added, removed }) => added.length + removed.length === 0);

it.each(OTHER)('says what a run with %s %s would have done', async (flag, value) => {
  const half: Happening = { type: 'wait', length: 125 };
  let differences = 0;
  await fc.assert(
    fc.asyncProperty(evenHappenings, async (all) => {
      const recorded = await lived([half, ...all], EVENTFUL, BETWEEN);
      const other = await lived([half, ...all], withOther([flag, value]), BETWEEN);
      fc.pre([recorded, other].every(({ events }) => events.every(isOnGrid)));
      const end = ms(Math.max(...[recorded, other].map(({ clock }) => clock.now())));
      const timelines = [createTimeline(), createTimeline(), createTimeline()] as const;
      const [happened, wouldHave, before] = timelines;
      const running = initialState(other.state.policy);
      for (const event of other.events) happened.note(event.at, handle(running, event), running);
      const original = initialState(recorded.state.policy);
      for (const event of recorded.events) before.note(event.at, handle(original, event), original);
      const whatIf = createWhatIf(other.state.policy, wouldHave);
      for (const event of recorded.events) whatIf.hear(event);
      whatIf.advance(end);
      expect(wouldHave.services(end)).toEqual(happened.services(end));
      if (JSON.stringify(before.services(end)) !== JSON.stringify(happened.services(end))) differences++;
    }),
    { numRuns: 100 },
  );
  expect(differences).toBeGreaterThan(3);
});
