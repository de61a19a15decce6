import { describe, expect, it } from 'vitest';
import type { Event, TimerName } from '../../../src/model/event.ts';
import { ms } from '../../../src/model/millis.ts';
import type { Route, RouteKey } from '../../../src/model/route.ts';
import type { ServiceId } from '../../../src/model/service.ts';
import { createExecutor, type Executor, type ServicePorts } from '../../../src/runtime/executor.ts';
import { NOTHING_EVER, type Sink } from '../../../src/sink/sink.ts';
import { RecordingLog } from '../../helpers/recording-log.ts';
import { SteppedClock } from '../../helpers/stepped-clock.ts';

interface Rig {
  readonly executor: Executor;
  readonly clock: SteppedClock;
  readonly log: RecordingLog;
  readonly events: Event[];
  /** What the sinks were told: `1: a b`. */
  readonly told: string[];
  looks(): number;
}

function rig(services?: ServicePorts, startProbe?: (service: ServiceId) => void): Rig {
  const clock = new SteppedClock();
  const log = new RecordingLog();
  const events: Event[] = [];
  const told: string[] = [];
  let looks = 0;
  const sink = (name: string): Sink => ({
    set: (desired, changed) => void told.push(`${name}: ${[...desired.keys()].join(' ')} (${[...changed].join(' ')})`),
    tellings: () => [],
    status: () => ({ name, told: 0, leaving: 0, waiting: 0, refused: 0, ever: NOTHING_EVER }),
    close: async () => {},
  });
  const executor = createExecutor({
    ...{ clock, log },
    sinks: [sink('one'), sink('two')],
    lookNow: () => void looks++,
    push: (event) => events.push(event),
    ...(services === undefined ? {} : { services }),
    ...(startProbe === undefined ? {} : { startProbe }),
  });
  return { executor, clock, log, events, told, looks: () => looks };
}

const iteration = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const timer = (name: string): TimerName => name as TimerName;
const routes = (...keys: string[]): ReadonlyMap<RouteKey, Route> =>
  new Map(keys.map((key) => [key as RouteKey, { prefix: key, attributes: { nextHop: 'self' } } as unknown as Route]));
const keys = (...of: string[]): ReadonlySet<RouteKey> => new Set(of as RouteKey[]);

describe('timers', () => {
  it('come back as events, with the time at which they fired', () => {
    const { executor, clock, events } = rig();
    executor.execute({ type: 'setTimer', timer: timer('t'), due: ms(1_500) });
    clock.advance(499);
    expect(events).toEqual([]);
    clock.advance(1);
    expect(events).toEqual([{ type: 'timerFired', at: 1_500, timer: 't' }]);
  });

  it('do not when they are cleared, or the executor is closed', () => {
    const { executor, clock, events } = rig();
    executor.execute({ type: 'setTimer', timer: timer('a'), due: ms(1_500) });
    executor.execute({ type: 'setTimer', timer: timer('b'), due: ms(1_500) });
    clock.setTimer('of somebody else', ms(9_000), () => {});
    executor.execute({ type: 'clearTimer', timer: timer('a') });
    expect(clock.pending()).toEqual(['b', 'of somebody else']);
    executor.close();
    expect(clock.pending()).toEqual(['of somebody else']);
    clock.advance(1_000);
    expect(events).toEqual([]);
  });
});

describe('goOn', () => {
  it('comes back as wentOn in the next iteration, once however often it is asked for', async () => {
    const { executor, events } = rig();
    executor.execute({ type: 'goOn' });
    executor.execute({ type: 'goOn' });
    executor.endTurn();
    await Promise.resolve();
    expect(events).toEqual([]);
    await iteration();
    expect(events).toEqual([{ type: 'wentOn', at: 1_000 }]);
    await iteration();
    expect(events.length).toBe(1);
    executor.execute({ type: 'goOn' });
    await iteration();
    expect(events.length).toBe(2);
  });

  it('does not when the executor is closed', async () => {
    const { executor, events } = rig();
    executor.execute({ type: 'goOn' });
    executor.close();
    await iteration();
    expect(events).toEqual([]);
  });
});

describe('lookNow', () => {
  it('is carried out after the turn, once an iteration', async () => {
    const { executor, looks } = rig();
    executor.execute({ type: 'lookNow' });
    executor.endTurn();
    executor.execute({ type: 'lookNow' });
    executor.endTurn();
    expect(looks()).toBe(0);
    await iteration();
    expect(looks()).toBe(1);
    executor.endTurn();
    await iteration();
    expect(looks()).toBe(1);
    executor.execute({ type: 'lookNow' });
    executor.endTurn();
    await iteration();
    expect(looks()).toBe(2);
  });

  it('is not when the executor is closed', async () => {
    const { executor, looks } = rig();
    executor.execute({ type: 'lookNow' });
    executor.endTurn();
    executor.close();
    await iteration();
    expect(looks()).toBe(0);
  });
});

describe('routes', () => {
  it('are told to every sink at the end of the turn, as they are then, with all that changed', () => {
    const { executor, told } = rig();
    executor.execute({ type: 'setRoutes', desired: routes('a'), changed: keys('a') });
    executor.execute({ type: 'setRoutes', desired: routes('b', 'c'), changed: keys('a', 'b', 'c') });
    expect(told).toEqual([]);
    executor.endTurn();
    expect(told).toEqual(['one: b c (a b c)', 'two: b c (a b c)']);
    executor.endTurn();
    expect(told.length).toBe(2);
    executor.execute({ type: 'setRoutes', desired: routes('b'), changed: keys('c') });
    executor.endTurn();
    expect(told.slice(2)).toEqual(['one: b (c)', 'two: b (c)']);
  });
});

describe('log', () => {
  it('goes to the log, at its level', () => {
    const { executor, log } = rig();
    for (const level of ['debug', 'info', 'warn', 'error'] as const) {
      executor.execute({ type: 'log', level, message: 'announced', fields: { prefix: '10.0.0.1/32' } });
    }
    expect(log.lines).toEqual(['debug announced', 'info announced', 'warn announced', 'error announced']);
    expect(log.fields[0]).toEqual({ prefix: '10.0.0.1/32' });
  });
});

describe('what declared services ask for', () => {
  const service = 'web' as ServiceId;

  it('is done at once, or, where the sinks have to know first, when they do', () => {
    const asked: string[] = [];
    const ports: ServicePorts = {
      runHooks: ({ state, commands, run }) => asked.push(`hooks ${state} ${commands.join(' ')} ${run}`),
      setUpAddresses: (id, run) => asked.push(`set up ${id} ${run}, told ${told.length}`),
      removeAddresses: (id) => asked.push(`remove ${id}, told ${told.length}`),
      finish: () => asked.push(`finish, told ${told.length}`),
    };
    const { executor, told } = rig(ports, (id) => asked.push(`probe ${id}`));
    executor.execute({ type: 'finish' });
    executor.execute({ type: 'removeAddresses', service });
    executor.execute({ type: 'setUpAddresses', service, run: 3 });
    executor.execute({ type: 'startProbe', service });
    executor.execute({ type: 'runHooks', service, state: 'up', commands: ['a', 'b'], run: 4 });
    executor.execute({ type: 'setRoutes', desired: routes('a'), changed: keys('a') });
    expect(asked).toEqual(['probe web', 'hooks up a b 4']);
    executor.endTurn();
    expect(asked.slice(2)).toEqual(['finish, told 2', 'remove web, told 2', 'set up web 3, told 2']);
    executor.endTurn();
    expect(asked).toHaveLength(5);
  });
});
