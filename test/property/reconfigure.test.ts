/**
 * Other settings at any moment of any life: in the end the core stands as one that had them from the beginning, and on the way
 * nothing moves that both want.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isByCheck } from '../../src/core/checked.ts';
import { handle } from '../../src/core/daemon.ts';
import { countOf } from '../../src/core/desired.ts';
import { restoreSnapshot, takeSnapshot } from '../../src/core/snapshot.ts';
import { standingOf } from '../../src/core/standing.ts';
import { type DaemonState, initialState } from '../../src/core/state.ts';
import type { Action } from '../../src/model/action.ts';
import type { Prefix } from '../../src/model/address.ts';
import type { SnapshotPart } from '../../src/model/recording.ts';
import { evenHappenings, type Happening, happenings, live } from '../helpers/happenings.ts';
import { afresh, calm, chapters, limitedWords, routesOf, words } from '../helpers/reloads.ts';
import { type Simulation, simulate } from '../helpers/simulation.ts';
import { settled } from '../helpers/virtual-clock.ts';

/** How many prefixes are down because of their checks. */
const heldDownIn = ({ state, clock }: Simulation): number =>
  [...state.policy.services.keys()].filter((prefix) => {
    const standing = standingOf(state, prefix, clock.now());
    return !standing.announced && isByCheck(standing.reason);
  }).length;

const isChecked = ({ state }: Simulation, prefix: string): boolean =>
  state.policy.services.get(prefix as Prefix)?.check !== undefined;

it('stands in the end as one that had the settings from the beginning', async () => {
  let different = 0;
  let byCheck = 0;
  await fc.assert(
    fc.asyncProperty(words, chapters(words), async (first, all) => {
      const simulation = simulate(first, undefined, 'ports');
      for (const { happenings: lived, next } of all) {
        await live(simulation, lived);
        simulation.reconfigure(next);
        await settled();
      }
      await calm(simulation);
      const last = all.at(-1)?.next ?? first;
      const fresh = await afresh(last, simulation);
      expect(routesOf(simulation)).toEqual(routesOf(fresh));
      const verdicts = ({ state }: Simulation) =>
        [...state.services].map(([prefix, verdict]) => [prefix, verdict.state]);
      expect(verdicts(simulation).sort()).toEqual(verdicts(fresh).sort());
      expect([...simulation.state.rejected.keys()].sort()).toEqual([...fresh.state.rejected.keys()].sort());
      expect(simulation.state.awaitsFacts).toBe(false);
      byCheck += heldDownIn(simulation);
      if (JSON.stringify([...routesOf(simulation)]) !== JSON.stringify([...routesOf(await afresh(first, simulation))]))
        different++;
      await simulation.close();
      await fresh.close();
    }),
    { numRuns: 100 },
  );
  expect(different).toBeGreaterThan(20);
  expect(byCheck).toBeGreaterThan(0);
});

it('announces as many as there is room for, and counts them right', async () => {
  await fc.assert(
    fc.asyncProperty(limitedWords, chapters(limitedWords), async (first, all) => {
      const simulation = simulate(first, undefined, 'ports');
      for (const { happenings: lived, next } of all) {
        await live(simulation, lived);
        simulation.reconfigure(next);
        await settled();
        const { desired, policy } = simulation.state;
        const count = (kind: 'discovered' | 'declared'): number =>
          [...desired.routes.values()].filter(
            ({ prefix }) =>
              (policy.announce.has(prefix) || policy.statics.routes.has(prefix)) === (kind === 'declared'),
          ).length;
        for (const kind of ['discovered', 'declared'] as const) {
          expect(countOf(desired, kind)).toBe(count(kind));
          expect(count(kind)).toBeLessThanOrEqual(policy.maxRoutes[kind]);
        }
      }
      await calm(simulation);
      const fresh = await afresh(all.at(-1)?.next ?? first, simulation);
      for (const kind of ['discovered', 'declared'] as const) {
        expect(countOf(simulation.state.desired, kind)).toBe(countOf(fresh.state.desired, kind));
      }
      await simulation.close();
      await fresh.close();
    }),
    { numRuns: 100 },
  );
});

it('withdraws nothing that both want, and announces nothing new but after its delay', async () => {
  let stayed = 0;
  let went = 0;
  let checked = 0;
  await fc.assert(
    fc.asyncProperty(words, happenings, words, async (first, lived, next) => {
      const simulation = simulate(first, undefined, 'ports');
      await live(simulation, lived);
      await calm(simulation);
      const before = routesOf(simulation);
      const commands: string[] = [];
      simulation.onCommand((line) => commands.push(line));
      simulation.reconfigure(next);
      await settled();
      const delay = simulation.state.policy.announceDelay;
      for (const line of commands) {
        const [, verb, prefix = ''] = /^(announce|withdraw) route (\S+)/.exec(line) ?? [];
        const isStatic = simulation.state.policy.statics.routes.has(prefix as Prefix);
        if (verb === 'announce') expect(before.has(prefix) || isStatic || delay === 0, line).toBe(true);
      }
      await calm(simulation);
      const after = routesOf(simulation);
      const withdrawn = new Set(
        commands.filter((line) => line.startsWith('withdraw')).map((line) => line.split(' ')[2]),
      );
      for (const prefix of before.keys()) {
        if (!after.has(prefix)) went++;
        else {
          stayed++;
          if (isChecked(simulation, prefix)) checked++;
          expect(withdrawn.has(prefix), prefix).toBe(false);
        }
      }
      await simulation.close();
    }),
    { numRuns: 300 },
  );
  expect(stayed).toBeGreaterThan(30);
  expect(went).toBeGreaterThan(30);
  expect(checked).toBeGreaterThan(2);
});

/** Addresses are read. */
const HINT: Happening = { type: 'link', there: true };

it('is nothing when the settings are the same', async () => {
  await fc.assert(
    fc.asyncProperty(limitedWords, evenHappenings, evenHappenings, async (words, lived, livedThen) => {
      const of = words.map((word, index) => (words[index - 1] === '--interval' ? '250ms' : word));
      const [plain, reloaded] = await Promise.all(
        [false, true].map(async (isReloaded) => {
          const simulation = simulate(of, undefined, 'ports');
          const said: string[] = [];
          simulation.onCommand((line) => said.push(`${simulation.clock.now()} ${line}`));
          // What is there now was seen by the reading of the interval.
          await live(simulation, [HINT, ...lived, { type: 'wait', length: 250 }]);
          if (isReloaded) simulation.reconfigure(of);
          await settled();
          await live(simulation, [HINT, ...livedThen]);
          await simulation.close();
          return said;
        }),
      );
      expect(reloaded).toEqual(plain);
    }),
    { numRuns: 100 },
  );
});

/** Through JSON, as a file would have it. */
const written = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
const snapshotOf = (state: DaemonState): SnapshotPart[] => written([...takeSnapshot(state)]);
/** With the routes as they are at that moment. */
const frozen = (actions: readonly Action[]): unknown[] =>
  actions.map((action) =>
    action.type === 'setRoutes' ? [written([...action.desired]), [...action.changed]] : written(action),
  );

it('is in a snapshot: what is restored goes on as the core that it was taken from', async () => {
  await fc.assert(
    fc.asyncProperty(
      limitedWords,
      chapters(limitedWords),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (first, all, at) => {
        const simulation = simulate(first, undefined, 'ports');
        const original = initialState(simulation.state.policy);
        for (const { happenings: lived, next } of all) {
          await live(simulation, lived);
          simulation.reconfigure(next);
          await settled();
        }
        await simulation.close();
        const { events } = simulation;
        const cut = Math.floor(at * events.length);
        for (const event of events.slice(0, cut)) handle(original, event);
        const restored = restoreSnapshot(original.policy, snapshotOf(original));
        expect(snapshotOf(restored)).toEqual(snapshotOf(original));
        for (const event of events.slice(cut)) {
          expect(frozen(handle(restored, event))).toEqual(frozen(handle(original, event)));
        }
        expect(snapshotOf(restored)).toEqual(snapshotOf(original));
        expect(snapshotOf(original)).toEqual(snapshotOf(simulation.state));
      },
    ),
    { numRuns: 100 },
  );
});
