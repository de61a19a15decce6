/** How services are said to stand, against all of them looked at anew after each event; and what is noted of that. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { handle } from '../../src/core/daemon.ts';
import { reasonOf, standingOf, stateNameOf } from '../../src/core/standing.ts';
import { type DaemonState, initialState } from '../../src/core/state.ts';
import { countsOf, prefixesOf } from '../../src/core/view.ts';
import type { Action } from '../../src/model/action.ts';
import type { Prefix } from '../../src/model/address.ts';
import type { Event } from '../../src/model/event.ts';
import { ms } from '../../src/model/millis.ts';
import { SERVICE_STATES, type ServiceStateName } from '../../src/model/view.ts';
import { EVENTFUL, type Happening, live, manyHappenings } from '../helpers/happenings.ts';
import { simulate } from '../helpers/simulation.ts';

type Note = Extract<Action, { type: 'noteTransition' }>;

const STATIC = ['192.0.2.0/24', '198.51.100.0/24'] as Prefix[];
const WORDS = [...EVENTFUL, ...STATIC.flatMap((prefix) => ['--static', prefix]), '--nexthop', '192.0.2.254'];
/** All that may ever be a service there. */
const PREFIXES = [
  ...['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.5.1', '10.0.5.9', '10.9.0.1'].map((address) => `${address}/32`),
  ...['10.0.5.0/28', '10.0.5.0/29', '10.9.0.0/30', ...STATIC],
] as Prefix[];

async function lived(all: readonly Happening[]): Promise<readonly Event[]> {
  const simulation = simulate(WORDS);
  await live(simulation, all);
  await simulation.close();
  return simulation.events;
}

const nameOf = (state: DaemonState, prefix: Prefix, event: Event): ServiceStateName =>
  stateNameOf(standingOf(state, prefix, event.at));

it('tells of each service how it stands, as if all were looked at anew', async () => {
  const seen = new Set<string>();
  const policy = simulate(WORDS).state.policy;
  await fc.assert(
    fc.asyncProperty(manyHappenings, async (all) => {
      const state = initialState(policy);
      for (const event of await lived(all)) {
        handle(state, event);
        const { standings, marked } = state;
        // Asked of one by one `expect` takes longer than all the rest.
        const wrong: unknown[] = standings.touched.size === 0 ? [] : ['not everything was looked at'];
        for (const prefix of PREFIXES) {
          if (marked.has(prefix)) continue;
          const standing = standingOf(state, prefix, event.at);
          const name = stateNameOf(standing);
          const stood = standings.of.get(prefix);
          seen.add(name);
          const isSo =
            stood === undefined
              ? name === (STATIC.includes(prefix) ? 'announced' : 'down')
              : stood.state === name && stood.code === reasonOf(standing)?.code;
          if (!isSo) wrong.push([prefix, stood, standing]);
        }
        expect(wrong).toEqual([]);
        if (marked.size > 0) continue;
        const counts = Object.fromEntries(SERVICE_STATES.map((name) => [name, 0])) as Record<ServiceStateName, number>;
        for (const prefix of new Set(prefixesOf(state))) counts[nameOf(state, prefix, event)]++;
        expect(countsOf(state)).toEqual(counts);
      }
    }),
    { numRuns: 50 },
  );
  expect([...seen].sort()).toEqual(['announced', 'down', 'held', 'leaving', 'rising', 'suppressed']);
});

it('notes each change once, from what was noted before; and what stands since when moves with nothing else', async () => {
  let notes = 0;
  const policy = simulate(WORDS).state.policy;
  await fc.assert(
    fc.asyncProperty(manyHappenings, async (all) => {
      const state = initialState(policy);
      const last = new Map<Prefix, Note>();
      let since = new Map<Prefix, number>();
      for (const event of await lived(all)) {
        const noted = handle(state, event).filter((action): action is Note => action.type === 'noteTransition');
        notes += noted.length;
        for (const note of noted) {
          expect(note.at).toBe(event.at);
          expect([note.from, note.reason?.code]).not.toEqual([note.to, last.get(note.prefix)?.reason?.code]);
          const before = last.get(note.prefix)?.to ?? (STATIC.includes(note.prefix) ? note.from : 'down');
          expect(note.from, note.prefix).toBe(before);
          last.set(note.prefix, note);
        }
        const now = new Map([...state.standings.of].map(([prefix, stood]) => [prefix, stood.since]));
        for (const [prefix, at] of now) {
          const before = since.get(prefix);
          if (before === undefined || before === at) continue;
          expect(noted.map((note) => note.prefix)).toContain(prefix);
          expect(at).toBe(event.at);
        }
        since = now;
      }
    }),
    { numRuns: 50 },
  );
  expect(notes).toBeGreaterThan(1_000);
});

it('notes the same of the same events', async () => {
  const policy = simulate(WORDS).state.policy;
  await fc.assert(
    fc.asyncProperty(manyHappenings, async (all) => {
      const events = await lived(all);
      const [one, other] = [initialState(policy), initialState(policy)];
      for (const event of events) {
        const notesOf = (state: DaemonState) => handle(state, event).filter(({ type }) => type === 'noteTransition');
        expect(notesOf(one)).toEqual(notesOf(other));
      }
      expect([...one.standings.of]).toEqual([...other.standings.of]);
      expect(ms(one.standings.staticsSince ?? -1)).toBe(ms(0));
    }),
    { numRuns: 20 },
  );
});
