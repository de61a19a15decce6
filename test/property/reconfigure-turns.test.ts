/**
 * Other settings whose way through static prefixes takes many turns, one look each, amid whatever else happens: each state in
 * between is a right one, and the last is that of a core that had the settings from the beginning.
 */
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { handle } from '../../src/core/daemon.ts';
import { countOf } from '../../src/core/desired.ts';
import { restoreSnapshot, takeSnapshot } from '../../src/core/snapshot.ts';
import { standingOf, stateNameOf } from '../../src/core/standing.ts';
import { type DaemonState, initialState } from '../../src/core/state.ts';
import { countsOf, prefixesOf } from '../../src/core/view.ts';
import type { Action } from '../../src/model/action.ts';
import { SERVICE_STATES, type ServiceStateName } from '../../src/model/view.ts';
import { happenings, live } from '../helpers/happenings.ts';
import { afresh, type Chapter, calm, chapters, limitedWords, routesOf, words } from '../helpers/reloads.ts';
import { type Simulation, simulate } from '../helpers/simulation.ts';
import { settled } from '../helpers/virtual-clock.ts';

vi.mock('../../src/core/effort.ts', async (original) => ({ ...(await original<object>()), MOST_EFFORT: 1 }));

const isOnItsWay = ({ sweep, overrides }: DaemonState): boolean =>
  sweep.former.size > 0 || sweep.left > 0 || overrides.marked.size > 0;

/** What holds at any moment. */
function lookAt(state: DaemonState): void {
  const { desired, policy, services, sweep, found } = state;
  const wrong: unknown[] = [];
  for (const [key, { prefix }] of desired.routes) {
    const isSomebodys =
      services.has(prefix) || policy.statics.routes.has(prefix) || sweep.former.has(prefix) || found.has(key);
    if (!isSomebodys) wrong.push(['announced for nobody', prefix]);
    if (desired.held.has(prefix)) wrong.push(['announced, and held', prefix]);
  }
  for (const prefix of policy.statics.routes.keys())
    if (services.has(prefix)) wrong.push(['two things at once', prefix]);
  for (const key of desired.discovered) if (!desired.routes.has(key)) wrong.push(['counted, and not there', key]);
  const negative = Object.entries(countsOf(state)).filter(([, count]) => count < 0);
  if (negative.length > 0) wrong.push(negative);
  expect(wrong).toEqual([]);
}

/** What holds when nothing is on its way any more. */
function lookAtRest(state: DaemonState, now: number): void {
  const { desired, policy, sweep } = state;
  expect([sweep.former.size, sweep.left, sweep.held.size, sweep.isFirst]).toEqual([0, 0, 0, false]);
  const declared = [...desired.routes.values()].filter(
    ({ prefix }) => policy.announce.has(prefix) || policy.statics.routes.has(prefix),
  ).length;
  expect([countOf(desired, 'declared'), countOf(desired, 'discovered')]).toEqual([
    declared,
    desired.routes.size - declared,
  ]);
  expect(declared).toBeLessThanOrEqual(policy.maxRoutes.declared);
  expect(desired.discovered.size).toBeLessThanOrEqual(policy.maxRoutes.discovered);
  if (state.marked.size > 0 || state.standings.touched.size > 0) return;
  const counts = Object.fromEntries(SERVICE_STATES.map((name) => [name, 0])) as Record<ServiceStateName, number>;
  for (const prefix of new Set(prefixesOf(state))) counts[stateNameOf(standingOf(state, prefix, now as never))]++;
  expect(countsOf(state)).toEqual(counts);
}

const turns = (count: number): Promise<void> =>
  Array.from({ length: count }).reduce<Promise<void>>(
    (before) => before.then(() => new Promise((resolve) => setImmediate(resolve))),
    Promise.resolve(),
  );

/** Until nothing is on its way. */
async function through({ state }: Simulation): Promise<void> {
  await settled();
  while (isOnItsWay(state)) await settled();
}

/** Each reload comes some turns after the one before, which may be on its way, and so does what happens then. */
async function read(simulation: Simulation, all: readonly Chapter[], pauses: readonly number[]): Promise<number> {
  let interrupted = 0;
  for (const [index, { happenings: lived, next }] of all.entries()) {
    await live(simulation, lived.slice(0, index === 0 ? 40 : 5), index === 0);
    simulation.reconfigure(next);
    await turns(pauses[index] ?? 0);
    if (isOnItsWay(simulation.state)) interrupted++;
  }
  return interrupted;
}

const pauses = fc.array(fc.nat({ max: 6 }), { minLength: 3, maxLength: 3 });
const watched = (of: readonly string[]): Simulation => {
  const simulation: Simulation = simulate(
    of,
    () => ({
      prepare(state) {
        lookAt(state);
        return true;
      },
      hear() {},
    }),
    'ports',
  );
  return simulation;
};

it('stands in the end as one that had the settings from the beginning, and right on the way', async () => {
  let interrupted = 0;
  await fc.assert(
    fc.asyncProperty(words, chapters(words), pauses, async (first, all, waits) => {
      const simulation = watched(first);
      interrupted += await read(simulation, all, waits);
      await through(simulation);
      lookAtRest(simulation.state, simulation.clock.now());
      await calm(simulation);
      const fresh = await afresh(all.at(-1)?.next ?? first, simulation);
      expect(routesOf(simulation)).toEqual(routesOf(fresh));
      expect([...simulation.state.services.keys()].sort()).toEqual([...fresh.state.services.keys()].sort());
      lookAtRest(simulation.state, simulation.clock.now());
      await simulation.close();
      await fresh.close();
    }),
    { numRuns: 100 },
  );
  expect(interrupted).toBeGreaterThan(20);
});

it('announces as many as there is room for, and withdraws nothing that all of them want', async () => {
  await fc.assert(
    fc.asyncProperty(limitedWords, chapters(limitedWords), pauses, async (first, all, waits) => {
      const simulation = watched(first);
      await read(simulation, all, waits);
      await through(simulation);
      lookAtRest(simulation.state, simulation.clock.now());
      await calm(simulation);
      const fresh = await afresh(all.at(-1)?.next ?? first, simulation);
      expect(routesOf(simulation).size).toBe(routesOf(fresh).size);
      await simulation.close();
      await fresh.close();
    }),
    { numRuns: 100 },
  );
});

it('withdraws nothing that both want', async () => {
  let stayed = 0;
  await fc.assert(
    fc.asyncProperty(words, happenings, words, async (first, lived, next) => {
      const simulation = watched(first);
      await live(simulation, lived);
      await calm(simulation);
      const before = routesOf(simulation);
      const withdrawn = new Set<string>();
      simulation.onCommand((line) => {
        const [, prefix] = /^withdraw route (\S+)/.exec(line) ?? [];
        if (prefix !== undefined) withdrawn.add(prefix);
      });
      simulation.reconfigure(next);
      await calm(simulation);
      const after = routesOf(simulation);
      for (const prefix of before.keys()) {
        if (!after.has(prefix)) continue;
        stayed++;
        expect(withdrawn.has(prefix), prefix).toBe(false);
      }
      await simulation.close();
    }),
    { numRuns: 100 },
  );
  expect(stayed).toBeGreaterThan(30);
});

const written = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
const frozen = (actions: readonly Action[]): unknown[] =>
  actions.map((action) =>
    action.type === 'setRoutes' ? [written([...action.desired]), [...action.changed]] : written(action),
  );

it('is in a snapshot, and goes on from there', async () => {
  let middle = 0;
  await fc.assert(
    fc.asyncProperty(limitedWords, chapters(limitedWords), pauses, fc.nat(), async (first, all, waits, at) => {
      const simulation = watched(first);
      const original = initialState(simulation.state.policy);
      await read(simulation, all, waits);
      await through(simulation);
      await simulation.close();
      const { events } = simulation;
      const cut = at % events.length;
      for (const event of events.slice(0, cut)) handle(original, event);
      if (isOnItsWay(original)) middle++;
      const restored = restoreSnapshot(original.policy, written([...takeSnapshot(original)]));
      for (const event of events.slice(cut)) {
        expect(frozen(handle(restored, event))).toEqual(frozen(handle(original, event)));
      }
      expect(written([...takeSnapshot(restored)])).toEqual(written([...takeSnapshot(simulation.state)]));
    }),
    { numRuns: 100 },
  );
  expect(middle).toBeGreaterThan(5);
});
