import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Change, ServiceView, Status, Transition } from '../../../src/model/view.ts';
import { createStore, MOST_TRANSITIONS } from '../../../web/store.js';
import { createStage, instant, peerOf, prefixOf, serviceOf } from '../../helpers/stage.ts';

const NOW = Date.parse('2026-11-20T12:00:00.000Z');
const ONE = prefixOf('192.0.2.1');

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

const statusOf = (...services: readonly ServiceView[]): Status => {
  const { services: counts, ...rest } = createStage().operator.summary();
  return { ...rest, counts, services, toldToNobody: 0 };
};
const moved = (number: number, agoMs: number, more: Partial<Transition> = {}): Change => ({
  ...{ type: 'transition', at: instant(NOW - agoMs), number, prefix: ONE, from: 'announced', to: 'down' },
  ...more,
});

describe('what the page knows', () => {
  it('is moved on by a transition, without what ran before, and asks for the rest', () => {
    const store = createStore();
    store.begin();
    store.replaceAll(statusOf(serviceOf(ONE, 'leaving', 60_000, { until: instant(NOW + 1_000) })));
    const reason = { code: 'no-listener', stage: 'health', sentence: 'nothing listens' } as const;
    expect(store.apply(moved(1, 10, { reason }))).toEqual([ONE]);
    expect(store.service(ONE)).toMatchObject({ state: 'down', since: instant(NOW - 10), reason });
    expect(store.service(ONE)).not.toHaveProperty('until');
    expect(store.historyOf(ONE)).toHaveLength(1);
  });

  it('is not moved back by what was under way before an answer that is newer', () => {
    const store = createStore();
    store.begin();
    store.replaceAll(statusOf(serviceOf(ONE, 'announced', 1_000)));
    store.apply(moved(1, 5_000));
    expect(store.service(ONE)?.state).toBe('announced');
    expect(store.historyOf(ONE)).toHaveLength(1);
  });

  it('keeps what moved while all of it was being asked for, and says that it is to be asked for again', () => {
    const store = createStore();
    store.begin();
    store.replaceAll(statusOf(serviceOf(ONE, 'announced', 60_000)));
    store.begin();
    store.apply(moved(1, 0));
    expect(store.replaceAll(statusOf(serviceOf(ONE, 'announced', 60_000)))).toEqual([ONE]);
    expect(store.service(ONE)?.state).toBe('down');
    store.begin();
    expect(store.replaceAll(statusOf())).toEqual([]);
    expect(store.services().size).toBe(0);
  });

  it('keeps the very object of what did not change', () => {
    const store = createStore();
    store.replaceAll(statusOf(serviceOf(ONE, 'announced', 60_000)));
    const before = store.service(ONE);
    store.replaceAll(statusOf(serviceOf(ONE, 'announced', 60_000)));
    expect(store.service(ONE)).toBe(before);
  });

  it("goes by the daemon's clock", () => {
    const store = createStore();
    const ahead = 7 * 60_000;
    store.replaceAll({ ...statusOf(), at: instant(NOW + ahead) });
    vi.setSystemTime(NOW + 1_000);
    expect(store.now()).toBe(NOW + ahead + 1_000);
  });

  it('knows until when what is suppressed is so', () => {
    const store = createStore();
    const penalty = { now: 3_100, suppress: 3_000, reuse: 1_000, reuseInMs: 30_000 };
    store.replaceAll(statusOf(serviceOf(ONE, 'suppressed', 1_000, { penalty })));
    expect(store.service(ONE)?.until).toBe(instant(NOW + 30_000));
  });

  it('forgets the oldest transitions, and then knows since when it knows', () => {
    const store = createStore();
    store.replaceHistory([], true);
    expect(store.historySince()).toBe(Number.NEGATIVE_INFINITY);
    for (let number = 1; number <= MOST_TRANSITIONS + 1; number++) store.apply(moved(number, 0));
    store.begin();
    expect(store.historyOf(ONE).length).toBeLessThanOrEqual(MOST_TRANSITIONS);
    expect(store.historyOf(ONE).at(-1)?.number).toBe(MOST_TRANSITIONS + 1);
    expect(store.historySince()).toBe(NOW);
  });

  it('knows nothing of what was before the process but what transitions tell', () => {
    const store = createStore();
    const status = statusOf();
    store.replaceAll({ ...status, process: { ...status.process, startedAt: instant(NOW - 5_000) } });
    expect(store.historySince()).toBe(NOW - 5_000);
  });

  it('takes each transition once, though it comes with the history and is pushed', () => {
    const store = createStore();
    store.begin();
    store.apply(moved(2, 0));
    const { type: _, ...first } = moved(1, 10) as Extract<Change, { type: 'transition' }>;
    const { type: __, ...second } = moved(2, 0) as Extract<Change, { type: 'transition' }>;
    store.replaceHistory([second, first], true);
    expect(store.historyOf(ONE).map(({ number }) => number)).toEqual([1, 2]);
  });

  it('has a peer in its sink, and passes over what it does not know', () => {
    const store = createStore();
    const sink = {
      name: 'speaker',
      told: 1,
      leaving: 0,
      waiting: 0,
      refused: 0,
      peers: [peerOf('rr1'), peerOf('rr2')],
    };
    store.replaceAll({ ...statusOf(), sinks: [sink] });
    store.apply({ type: 'peer', at: instant(NOW), peer: peerOf('rr2', { state: 'idle' }) });
    expect(store.summary()?.sinks[0]?.peers?.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'rr1 established',
      'rr2 idle',
    ]);
    expect(store.apply({ type: 'of a newer daemon' } as never)).toEqual([]);
  });
});
