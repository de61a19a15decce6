/**
 * What is said by hand amid any sequence of happenings, in a simulated host. What ought to hold is worked out here from the
 * orders alone, by simpler means than the core's.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { resumeChecks } from '../../src/core/checks.ts';
import { handle } from '../../src/core/daemon.ts';
import { initialState } from '../../src/core/state.ts';
import { isInside, networkAddress, type Prefix } from '../../src/model/address.ts';
import type { Event } from '../../src/model/event.ts';
import { ms } from '../../src/model/millis.ts';
import type { DrainTarget, Override } from '../../src/model/override.ts';
import * as facts from '../helpers/facts.ts';
import { EVENTFUL, type Happening, happenings, live, orderedHappenings } from '../helpers/happenings.ts';
import { type Simulation, simulate } from '../helpers/simulation.ts';
import { settled } from '../helpers/virtual-clock.ts';

const replaced = (words: readonly string[], flag: string, value: string): string[] =>
  words.toSpliced(words.indexOf(flag), 2, flag, value);
const WORDS = replaced(EVENTFUL, '--max-routes', '100');

/** A host on which something is announced before anything happens. */
const SERVED: readonly Happening[] = [
  ...['10.0.0.1', '10.0.0.2', '10.0.5.1', '10.9.0.1'].map(
    (address): Happening => ({ type: 'listener', listener: facts.listener(address, 80), there: true }),
  ),
  { type: 'wait', length: 3_000 },
];

/** What was said and has not ended at `now`, by what each is about. */
function inForce(events: readonly Event[], now: number): Override[] {
  const said = new Map<string, Override>();
  for (const event of events) {
    if (event.type === 'suspended') {
      for (const [key, each] of said) {
        const until = each.until === undefined ? undefined : ms(each.until - event.lost);
        said.set(
          key,
          each.kind === 'drain' ? { ...each, until, withdrawAt: ms(each.withdrawAt - event.lost) } : { ...each, until },
        );
      }
    }
    if (event.type !== 'overridden') continue;
    for (const key of event.removed) said.delete(key);
    for (const each of event.added) {
      const key = each.kind === 'drain' ? `drain ${nameOf(each.target)}` : `set ${each.prefix}`;
      const before = said.get(key);
      const isOn = before !== undefined && (before.until ?? Number.POSITIVE_INFINITY) > event.at;
      said.set(
        key,
        each.kind === 'drain' && isOn && before.kind === 'drain'
          ? { ...each, withdrawAt: ms(Math.min(each.withdrawAt, before.withdrawAt)) }
          : each,
      );
    }
  }
  return [...said.values()].filter(({ until }) => until === undefined || until > now);
}

function nameOf(target: DrainTarget): string {
  if (target.type === 'all') return 'all';
  return target.type === 'prefix' ? target.prefix : `service ${target.service}`;
}

/** As `EVENTFUL` has it. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  dns: ['10.0.0.2/32', '10.9.0.1/32'],
  web: ['10.0.5.0/28'],
};

function covers(override: Override, prefix: Prefix): boolean {
  if (override.kind !== 'drain') return override.prefix === prefix;
  const { target } = override;
  if (target.type === 'service') return NAMED[target.service]?.includes(prefix) === true;
  return target.type === 'all' || isInside(prefix, target.prefix);
}

interface Seen {
  drained: number;
  down: number;
  graceful: number;
  up: number;
  named: number;
}

/** Plays one happening after the other, and looks at every route after each. */
async function watch(simulation: Simulation, all: readonly Happening[], seen: Seen): Promise<void> {
  const { state, events, clock } = simulation;
  await live(simulation, SERVED);
  let before = new Set([...state.desired.routes.values()].map(({ prefix }) => prefix));
  for (const each of all) {
    await live(simulation, [each], false);
    const now = clock.now();
    const said = inForce(events, now);
    const routes = new Map([...state.desired.routes.values()].map((route) => [route.prefix, route]));
    for (const override of said) {
      if (override.kind === 'down') seen.down++;
      if (override.kind === 'drain' && override.withdrawAt <= now) seen.drained++;
    }
    for (const [prefix, { attributes }] of routes) {
      const about = said.filter((override) => covers(override, prefix));
      const drains = about.filter((override) => override.kind === 'drain');
      expect(
        about.some(({ kind }) => kind === 'down'),
        `${prefix} is set down`,
      ).toBe(false);
      expect(
        drains.some(({ withdrawAt }) => withdrawAt <= now),
        `${prefix} is drained`,
      ).toBe(false);
      const isGoing = attributes.communities?.includes('graceful-shutdown') === true;
      expect(isGoing, `${prefix} says that it goes`).toBe(drains.length > 0);
      if (isGoing) seen.graceful++;
      if (drains.some((each) => each.target.type === 'service')) seen.named++;
      // Only what was announced when it began.
      if (!before.has(prefix)) expect(drains, prefix).toEqual([]);
      if (about.some(({ kind }) => kind === 'up')) seen.up++;
    }
    before = new Set(routes.keys());
  }
}

it('announces nothing that is drained or set down, and tells of the end of what is about to go', async () => {
  const seen: Seen = { drained: 0, down: 0, graceful: 0, up: 0, named: 0 };
  await fc.assert(
    fc.asyncProperty(orderedHappenings, async (all) => {
      const simulation = simulate(WORDS);
      await watch(simulation, all, seen);
      expect(simulation.clock.pending().filter((name) => name === 'overrides').length).toBeLessThanOrEqual(1);
      await simulation.close();
      expect(simulation.clock.pending()).toEqual([]);
    }),
    { numRuns: 60 },
  );
  for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(5);
});

it('announces no address that is not on the host, whatever is set up', async () => {
  await fc.assert(
    fc.asyncProperty(happenings, async (all) => {
      const simulation = simulate(replaced(WORDS, '--address-withdraw-delay', '0'));
      await live(simulation, SERVED);
      for (const each of all) {
        await live(simulation, [each], false);
        const known = simulation.state.facts;
        for (const { prefix } of simulation.state.desired.routes.values()) {
          const address = networkAddress(prefix);
          const isHere =
            known.assignedOf.has(address) ||
            known.localRoutesOf.containing(address).length > 0 ||
            [...known.assignedOf.keys()].some((own) => isInside(`${own}/32` as Prefix, prefix));
          expect(isHere, prefix).toBe(true);
        }
      }
      await simulation.close();
    }),
    { numRuns: 60 },
  );
});

/** Everything is well, and nobody says anything for so long that all delays and penalties are over. */
async function rest({ kernel, clock }: Simulation): Promise<void> {
  kernel.failure = undefined;
  kernel.hostFailure = undefined;
  await clock.advance(ms(clock.now() + 40_000));
  await settled();
}

const routesOf = ({ state }: Simulation): unknown[] =>
  [...state.desired.routes.values()].map(({ prefix, attributes }) => [prefix, attributes]).sort();

it('leaves nothing behind: when all is over, what is announced is what would be if nothing had been said', async () => {
  let announced = 0;
  await fc.assert(
    fc.asyncProperty(happenings, async (all) => {
      const simulation = simulate(WORDS);
      await live(simulation, [...SERVED, ...all]);
      const said = [...simulation.state.overrides.said.keys()];
      simulation.push({
        ...{ type: 'overridden', at: simulation.clock.now(), by: '', added: [], removed: said, isKept: false },
      });
      await rest(simulation);
      const quiet = simulate(WORDS);
      await live(
        quiet,
        [...SERVED, ...all].filter(({ type }) => type !== 'order'),
      );
      await rest(quiet);
      expect(routesOf(simulation)).toEqual(routesOf(quiet));
      announced += routesOf(quiet).length;
      const { overrides, due } = simulation.state;
      expect([overrides.said.size, overrides.freed.size, overrides.gone.size, overrides.marked.size]).toEqual([
        0, 0, 0, 0,
      ]);
      expect([[...overrides.drains.keys()], overrides.due, due.size]).toEqual([[], undefined, 0]);
      await simulation.close();
      await quiet.close();
    }),
    { numRuns: 40 },
  );
  expect(announced).toBeGreaterThan(100);
});

it('wants what a process wants that hears of it all at once: the facts as they are, and what was said', async () => {
  await fc.assert(
    fc.asyncProperty(happenings, async (all) => {
      const simulation = simulate(WORDS);
      await live(simulation, [...SERVED, ...all]);
      await rest(simulation);
      const { facts: known, overrides, policy, checks } = simulation.state;
      const fresh = initialState(policy);
      const of = <T>(some: ReadonlyMap<string, T>) => ({ added: [...some.values()], removed: [] });
      const now = simulation.clock.now();
      const added = [...overrides.said.values()];
      resumeChecks(fresh.checks, checks);
      handle(fresh, { type: 'overridden', at: now, by: '', added, removed: [], isKept: true });
      const reading = { type: 'factsRead', resync: true, isWhole: true, isLast: true } as const;
      const found = { listeners: of(known.listeners), addresses: of(known.addresses), devices: of(known.devices) };
      for (const [key, since] of known.fullSince) fresh.facts.fullSince.set(key, since);
      for (const at of [now, now + 2_000, now + 2_001])
        handle(fresh, { ...reading, at: ms(at), readAt: ms(at), ...found });
      expect([...fresh.desired.routes.keys()].sort()).toEqual([...simulation.state.desired.routes.keys()].sort());
      await simulation.close();
    }),
    { numRuns: 40 },
  );
});
