import { describe, expect, it } from 'vitest';
import type { Prefix } from '../../../src/model/address.ts';
import { type Route, type RouteAttributes, type RouteKey, routeKey } from '../../../src/model/route.ts';
import { createDryRunSink } from '../../../src/sink/dry-run.ts';
import { NOTHING_EVER } from '../../../src/sink/sink.ts';
import { RecordingLog } from '../../helpers/recording-log.ts';

const SELF: RouteAttributes = { nextHop: 'self' };
const route = (index: number, attributes = SELF): Route => ({ prefix: `10.0.0.${index}/32` as Prefix, attributes });
const routes = (...all: readonly Route[]): Map<RouteKey, Route> => new Map(all.map((each) => [routeKey(each), each]));

function dryRun(api: '4' | '6' = '4') {
  const log = new RecordingLog();
  const sink = createDryRunSink({ log, api });
  return {
    sink,
    set: (...all: readonly Route[]) => {
      const desired = routes(...all);
      sink.set(desired, new Set([...desired.keys(), ...[1, 2, 3].map((index) => routeKey(route(index)))]));
    },
    /** The commands since the last time. */
    said: () => {
      expect(new Set(log.lines)).toEqual(log.lines.length === 0 ? new Set() : new Set(['info dry run, not told']));
      log.lines.length = 0;
      return log.fields.splice(0).map(({ command }) => command);
    },
  };
}

const signal = new AbortController().signal;

describe('the sink of --dry-run', () => {
  it('logs what would be said, withdraws first, and only what changed', () => {
    const { set, said } = dryRun();
    set(route(1), route(2));
    expect(said()).toEqual(['announce route 10.0.0.1/32 next-hop self', 'announce route 10.0.0.2/32 next-hop self']);
    set(route(1), route(2));
    expect(said()).toEqual([]);
    set(route(2, { nextHop: 'self', med: 5 }), route(3));
    expect(said()).toEqual([
      'withdraw route 10.0.0.1/32 next-hop self',
      'announce route 10.0.0.2/32 next-hop self med 5',
      'announce route 10.0.0.3/32 next-hop self',
    ]);
  });

  it('says many in groups, and in the grammar that is asked for', () => {
    const { set, said } = dryRun('6');
    set(...Array.from({ length: 20 }, (_, index) => route(index)));
    expect(said()).toEqual([
      `peer * announce attributes next-hop self nlri ${Array.from({ length: 20 }, (_, index) => `10.0.0.${index}/32`).join(' ')}`,
    ]);
  });

  it('logs the withdraws of the end, once, and hears of nothing after it', async () => {
    const { sink, set, said } = dryRun();
    set(route(1));
    said();
    await sink.close(signal, 'withdraw');
    expect(said()).toEqual(['withdraw route 10.0.0.1/32 next-hop self']);
    await sink.close(signal, 'withdraw');
    set(route(2));
    expect(said()).toEqual([]);
  });

  it('logs no withdraws where they would be kept', async () => {
    const { sink, set, said } = dryRun();
    set(route(1));
    said();
    await sink.close(signal, 'keep');
    expect(said()).toEqual([]);
  });

  it('has told nobody anything', () => {
    const { sink, set } = dryRun();
    set(route(1));
    expect(sink.status()).toEqual({ name: 'dry run', told: 0, leaving: 0, waiting: 0, refused: 0, ever: NOTHING_EVER });
  });
});
