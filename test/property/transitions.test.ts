/** How services are said to stand, against all of them looked at anew after each event; and what is noted of that. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isByCheck } from '../../src/core/checked.ts';
import { handle } from '../../src/core/daemon.ts';
import { OVERRIDE_TIMER } from '../../src/core/overriding.ts';
import { reasonOf, standingOf, stateNameOf } from '../../src/core/standing.ts';
import { type DaemonState, initialState } from '../../src/core/state.ts';
import { countsOf, prefixesOf } from '../../src/core/view.ts';
import type { Action } from '../../src/model/action.ts';
import type { Prefix } from '../../src/model/address.ts';
import type { Event } from '../../src/model/event.ts';
import { ms } from '../../src/model/millis.ts';
import type { Reason } from '../../src/model/reason.ts';
import { SERVICE_STATES, type ServiceStateName } from '../../src/model/view.ts';
import { EVENTFUL, type Happening, live, manyHappenings } from '../helpers/happenings.ts';
import { drain, overridden, set } from '../helpers/overrides.ts';
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

const order = fc.record({
  target: fc.constantFrom('all', '10.0.0.0/24', 'service dns', 'service web', ...PREFIXES),
  kind: fc.constantFrom('drain', 'undrain', 'up', 'down', 'auto'),
  for: fc.option(fc.integer({ min: 1, max: 8_000 }), { nil: undefined }),
  drainTime: fc.constantFrom(0, 1_500),
});
type Order = typeof order extends fc.Arbitrary<infer T> ? T : never;

function orderAt(at: number, { target, kind, for: length, drainTime }: Order): Event {
  const when = { at, ...(length !== undefined && { until: at + length }) };
  const prefix = target.includes('/') ? target : PREFIXES[0];
  if (kind === 'drain') return overridden(at, { added: [drain(target, { ...when, withdrawAt: at + drainTime })] });
  if (kind === 'undrain') return overridden(at, { removed: [`drain ${target}`] });
  if (kind === 'auto') return overridden(at, { removed: [`set ${prefix}`] });
  return overridden(at, { added: [set(kind, prefix ?? '', when)] });
}

/** Has the core hear all of it: orders among the events, their own timers, and what is left over. Yields when it has. */
function* withOrders(state: DaemonState, events: readonly Event[], orders: readonly Order[]): Iterable<Event> {
  let due: number | undefined;
  function hear(event: Event): void {
    for (const action of handle(state, event)) {
      if (action.type === 'setTimer' && action.timer === OVERRIDE_TIMER) due = action.due;
      if (action.type === 'clearTimer' && action.timer === OVERRIDE_TIMER) due = undefined;
      if (action.type === 'goOn' && event.type !== 'wentOn') hear({ type: 'wentOn', at: event.at });
    }
  }
  const every = Math.max(1, Math.floor(events.length / (orders.length + 1)));
  for (const [index, event] of events.entries()) {
    if (due !== undefined && due <= event.at) {
      due = undefined;
      hear({ type: 'timerFired', at: event.at, timer: OVERRIDE_TIMER });
    }
    hear(event);
    yield event;
    const given = index % every === 0 ? orders[index / every] : undefined;
    if (given === undefined) continue;
    const said = orderAt(event.at, given);
    hear(said);
    yield said;
  }
}

const nameOf = (state: DaemonState, prefix: Prefix, event: Event): ServiceStateName =>
  stateNameOf(standingOf(state, prefix, event.at));

it('tells of each service how it stands, as if all were looked at anew', async () => {
  const seen = new Set<string>();
  const codes = new Set<string | undefined>();
  const policy = simulate(WORDS).state.policy;
  await fc.assert(
    fc.asyncProperty(manyHappenings, fc.array(order, { maxLength: 30 }), async (all, orders) => {
      const state = initialState(policy);
      for (const event of withOrders(state, await lived(all), orders)) {
        const { standings, marked } = state;
        // Asked of one by one `expect` takes longer than all the rest.
        const wrong: unknown[] = standings.touched.size === 0 ? [] : ['not everything was looked at'];
        let hasDrifted = false;
        for (const prefix of PREFIXES) {
          if (marked.has(prefix)) continue;
          const standing = standingOf(state, prefix, event.at);
          const name = stateNameOf(standing);
          const stood = standings.of.get(prefix);
          seen.add(name);
          codes.add(reasonOf(standing)?.code);
          const isSo =
            stood === undefined
              ? // What nobody has heard of here may be drained for all that.
                (STATIC.includes(prefix) ? ['announced'] : ['down', 'drained']).includes(name)
              : stood.state === name && stood.code === reasonOf(standing)?.code;
          // A queue becomes full for too long by time alone; what waits for whole facts meanwhile is judged with them, and
          // what its check holds down is down for either.
          const isByTime =
            (stood?.state === 'rising' || (stood?.code !== undefined && isByCheck({ code: stood.code } as Reason))) &&
            reasonOf(standing)?.code === 'accept-queue-full';
          hasDrifted ||= isByTime;
          if (!isSo && !isByTime) wrong.push([prefix, stood, standing]);
        }
        expect(wrong).toEqual([]);
        if (marked.size > 0 || hasDrifted) continue;
        const counts = Object.fromEntries(SERVICE_STATES.map((name) => [name, 0])) as Record<ServiceStateName, number>;
        for (const prefix of new Set(prefixesOf(state))) counts[nameOf(state, prefix, event)]++;
        expect(countsOf(state)).toEqual(counts);
      }
    }),
    // To find a shorter one takes minutes.
    { numRuns: 150, endOnFailure: true },
  );
  expect([...seen].sort()).toEqual([...SERVICE_STATES].sort());
  for (const code of ['check-down', 'check-undecided', 'service-disabled']) expect(codes).toContain(code);
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
          const former = last.get(note.prefix);
          const before = former?.to ?? (STATIC.includes(note.prefix) ? note.from : 'down');
          const isSame = note.from === note.to && note.reason?.code === former?.reason?.code;
          if (note.at !== event.at || note.from !== before || isSame) expect([event, former]).toEqual(note);
          last.set(note.prefix, note);
        }
        // What is forgotten begins anew.
        for (const prefix of last.keys()) if (!state.standings.of.has(prefix)) last.delete(prefix);
        const now = new Map([...state.standings.of].map(([prefix, stood]) => [prefix, stood.since]));
        for (const [prefix, at] of now) {
          const before = since.get(prefix);
          if (before === undefined || before === at) continue;
          if (at !== event.at || !noted.some((note) => note.prefix === prefix)) expect([prefix, at]).toEqual(noted);
        }
        since = now;
      }
    }),
    { numRuns: 20 },
  );
  expect(notes).toBeGreaterThan(500);
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
