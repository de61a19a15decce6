import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { IpAddress, Prefix } from '../../../../src/model/address.ts';
import { ms } from '../../../../src/model/millis.ts';
import { type Route, type RouteAttributes, type RouteKey, routeKey } from '../../../../src/model/route.ts';
import { createExabgpSink, type ExabgpSinkOptions } from '../../../../src/sink/exabgp/exabgp.ts';
import { memoryLedger } from '../../../../src/sink/exabgp/ledger.ts';
import { silentLog } from '../../../helpers/simulation.ts';
import { settled, virtualClock } from '../../../helpers/virtual-clock.ts';

const SELF: RouteAttributes = { nextHop: 'self' };
const P = '10.0.0.1/32' as Prefix;
const route = (attributes = SELF, prefix = P): Route => ({ prefix, attributes });

function rig(options: Partial<ExabgpSinkOptions> = {}) {
  const clock = virtualClock();
  let release: (() => void) | undefined;
  let isReading = true;
  const output = new Writable({
    highWaterMark: 1,
    decodeStrings: false,
    write(_chunk, _encoding, done) {
      if (isReading) done();
      else release = done;
    },
  });
  const sink = createExabgpSink({ output, clock, log: silentLog, push: () => {}, acks: 'on', ...options });
  const desired = new Map<RouteKey, Route>();
  return {
    clock,
    sink,
    telling: () => sink.tellings(P),
    want(...routes: readonly Route[]) {
      const changed = new Set([...desired.keys(), ...routes.map(routeKey)]);
      desired.clear();
      for (const each of routes) desired.set(routeKey(each), each);
      sink.set(desired, changed);
    },
    hear: (text: string) => sink.hear(Buffer.from(`${text}\n`)),
    stopReading: () => {
      isReading = false;
    },
    async readOn() {
      isReading = true;
      release?.();
      await settled();
    },
  };
}

const ADDRESS = '192.0.2.1' as IpAddress;
const OTHER = '192.0.2.8' as IpAddress;

it('is under the name that the sink is given', () => {
  const { sink, telling } = rig({ name: 'test' });
  expect([sink.status().name, ...telling().map(({ to }) => to)]).toEqual(['test', 'test']);
});

describe('what neighbors of ExaBGP were told of a prefix', () => {
  it('is what ExaBGP accepted, since they have a session; nothing without one, with since when and why', async () => {
    const { telling, want, hear, clock, sink } = rig();
    hear(`neighbor ${ADDRESS} connected`);
    expect(telling()).toEqual([{ to: ADDRESS, state: 'none' }]);
    hear(`neighbor ${ADDRESS} up`);
    want(route());
    expect(telling()).toMatchObject([{ to: ADDRESS, state: 'waiting' }]);
    await clock.advance(ms(20));
    hear('done');
    expect(telling()).toEqual([{ to: ADDRESS, state: 'told', at: 20 }]);
    expect(sink.peers?.()).toEqual([{ name: ADDRESS, state: 'established', since: 0, last: '', told: 1 }]);
    await clock.advance(ms(30));
    hear(`neighbor ${ADDRESS} down - peer reset, message [closing connection] error[Broken TCP connection]`);
    const last = 'peer reset, message [closing connection] error[Broken TCP connection]';
    expect(telling()).toEqual([{ to: ADDRESS, state: 'no-session', at: 30, detail: last }]);
    await clock.advance(ms(40));
    hear(`neighbor ${ADDRESS} connected`);
    expect(sink.peers?.()).toEqual([{ name: ADDRESS, state: 'connecting', since: 30, last, told: 0 }]);
    hear(`neighbor ${ADDRESS} up`);
    hear('done');
    expect(telling()).toEqual([{ to: ADDRESS, state: 'told', at: 40 }]);
    await sink.close(new AbortController().signal);
  });

  it('is nothing of a route that is for others, whether it is announced or not', async () => {
    const scope = { neighbors: [OTHER] };
    const { telling, want, hear, sink } = rig({ neighbors: [OTHER] });
    for (const address of [ADDRESS, OTHER]) hear(`neighbor ${address} up`);
    const notForIt = { to: ADDRESS, state: 'not-for-it', detail: 'for other neighbors only' };
    expect(telling()).toEqual([notForIt, { to: OTHER, state: 'none' }]);
    want({ ...route(), scope });
    hear('done');
    expect(telling()).toMatchObject([notForIt, { to: OTHER, state: 'told' }]);
    expect(sink.peers?.()?.map(({ told }) => told)).toEqual([0, 1]);
    want();
    hear('done');
    sink.change({ reannounce: ms(0), neighbors: [] });
    expect(telling()).toEqual([ADDRESS, OTHER].map((to) => ({ to, state: 'none' })));
  });

  it('is said of ExaBGP itself, too, while there may be neighbors that were up before', () => {
    const { telling, want, hear } = rig();
    want(route());
    hear('done');
    hear(`neighbor ${ADDRESS} down - closing connection`);
    expect(telling()).toMatchObject([
      { to: 'exabgp', state: 'told' },
      { to: ADDRESS, state: 'no-session' },
    ]);
  });

  it('goes with a neighbor that is taken out of the configuration', () => {
    const { telling, hear, sink } = rig();
    for (const address of [ADDRESS, OTHER]) hear(`neighbor ${address} up`);
    hear(`neighbor ${OTHER} down - stop, message [removed]`);
    expect(telling().map(({ to }) => to)).toEqual([ADDRESS]);
    hear(`neighbor ${ADDRESS} down - stop, message (removed)`);
    expect(telling().map(({ to }) => to)).toEqual(['exabgp']);
    expect(sink.peers?.()).toBeUndefined();
  });

  it('is a refusal, with a session or without', async () => {
    const { telling, want, hear, sink } = rig();
    hear(`neighbor ${ADDRESS} up`);
    want(route());
    hear('error');
    expect(telling()).toMatchObject([{ to: ADDRESS, state: 'refused' }]);
    hear(`neighbor ${ADDRESS} down - closing connection`);
    expect(telling()).toMatchObject([{ to: ADDRESS, state: 'refused' }]);
    await sink.close(new AbortController().signal);
  });
});

describe('what ExaBGP was told of a prefix', () => {
  it('is nothing, then a command without an answer, then the route since its answer came; then that it leaves', async () => {
    const { telling, want, hear, clock } = rig();
    expect(telling()).toEqual([{ to: 'exabgp', state: 'none' }]);
    await clock.advance(ms(10));
    want(route());
    expect(telling()).toEqual([{ to: 'exabgp', state: 'waiting', at: 10, detail: 'it has not answered yet' }]);
    await clock.advance(ms(20));
    hear('done');
    expect(telling()).toEqual([{ to: 'exabgp', state: 'told', at: 20 }]);
    await clock.advance(ms(30));
    expect(telling()).toEqual([{ to: 'exabgp', state: 'told', at: 20 }]);
    want();
    expect(telling()).toEqual([{ to: 'exabgp', state: 'leaving', at: 30 }]);
    hear('done');
    expect(telling()).toEqual([{ to: 'exabgp', state: 'none' }]);
  });

  it('is the command that it refused, with when', async () => {
    const { telling, want, hear, clock, sink } = rig();
    await clock.advance(ms(5));
    want(route());
    hear('error');
    const refused = {
      ...{ to: 'exabgp', state: 'refused', at: 5 },
      detail: 'ExaBGP answered "error" to: announce route 10.0.0.1/32 next-hop self',
    };
    expect(telling()).toEqual([refused]);
    await clock.advance(ms(2_000));
    hear('done');
    expect(telling()).toMatchObject([{ state: 'told' }]);
    expect(sink.status().ever).toEqual({ announced: 1, withdrawn: 0, refused: 1 });
    await sink.close(new AbortController().signal);
  });

  it('waits while nobody reads, and says so; what it has goes on to be there until it is told otherwise', async () => {
    const { telling, want, hear, stopReading, readOn } = rig();
    want(route());
    await settled();
    hear('done');
    stopReading();
    want(route({ nextHop: 'self', med: 1 }));
    want(route({ nextHop: 'self', med: 2 }));
    expect(telling()).toMatchObject([{ state: 'waiting', detail: expect.stringContaining('nobody reads') }]);
    want();
    expect(telling()).toMatchObject([{ state: 'leaving' }]);
    await readOn();
    await settled();
  });

  it('is known of what an earlier process left, without a time; and under a scope', () => {
    const scope = { pathInformation: 7 };
    const scoped = { ...route(), scope };
    const ledger = memoryLedger();
    ledger.mark('=', [scoped]);
    const { telling, want } = rig({ ledger });
    expect(telling()).toEqual([{ to: 'exabgp', state: 'told' }]);
    want(scoped);
    expect(telling()).toEqual([{ to: 'exabgp', state: 'told' }]);
    want(route());
    // The route that is wanted now is another one, and stands worse than the old one, which leaves.
    expect(telling()).toMatchObject([{ state: 'waiting' }]);
  });
});
