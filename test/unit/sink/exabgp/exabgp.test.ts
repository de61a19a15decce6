import { Writable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Prefix } from '../../../../src/model/address.ts';
import type { Event } from '../../../../src/model/event.ts';
import { ms } from '../../../../src/model/millis.ts';
import { type Route, type RouteKey, routeKey } from '../../../../src/model/route.ts';
import { createExabgpSink, type ExabgpSinkOptions } from '../../../../src/sink/exabgp/exabgp.ts';
import { memoryLedger } from '../../../../src/sink/exabgp/ledger.ts';
import { RecordingLog } from '../../../helpers/recording-log.ts';
import { silentLog } from '../../../helpers/simulation.ts';
import { settled, virtualClock } from '../../../helpers/virtual-clock.ts';

const SELF = { nextHop: 'self' } as const;
const route = (index: number): Route => ({
  prefix: `10.0.${index >> 8}.${index & 255}/32` as Prefix,
  attributes: SELF,
});
const routes = (...indexes: readonly number[]): Map<RouteKey, Route> =>
  new Map(indexes.map((index) => [routeKey(route(index)), route(index)]));

/** A pipe whose reader a test lets read or not. */
class Reader {
  readonly lines: string[] = [];
  isReading = true;
  #waiting: (() => void) | undefined;
  readonly output = new Writable({
    decodeStrings: false,
    highWaterMark: 1,
    write: (chunk: string, _encoding, done) => {
      const take = (): void => {
        this.lines.push(...chunk.split('\n').filter((line) => line !== ''));
        done();
      };
      if (this.isReading) take();
      else this.#waiting = take;
    },
  });

  async read(): Promise<void> {
    this.isReading = true;
    this.#waiting?.();
    this.#waiting = undefined;
    await settled();
  }

  /** What a reader of all these lines believes to be announced. */
  get announced(): Set<string> {
    const announced = new Set<string>();
    for (const line of this.lines) {
      for (const prefix of prefixesOf(line)) {
        if (line.startsWith('announce ')) announced.add(prefix);
        else announced.delete(prefix);
      }
    }
    return announced;
  }
}

const prefixesOf = (line: string): string[] => line.match(/\d+\.\d+\.\d+\.\d+\/\d+/g) ?? [];

function rig(options: Partial<ExabgpSinkOptions> = {}) {
  const reader = new Reader();
  const events: Event[] = [];
  const clock = virtualClock();
  const sink = createExabgpSink({
    ...{ output: reader.output, clock, log: silentLog, push: (event) => events.push(event) },
    ...options,
  });
  let before = routes();
  return {
    reader,
    events,
    clock,
    sink,
    want(wanted: Map<RouteKey, Route>) {
      const changed = new Set(
        [...before.keys(), ...wanted.keys()].filter((key) => before.has(key) !== wanted.has(key)),
      );
      before = wanted;
      sink.set(wanted, changed);
    },
    hear: (text: string) => sink.hear(Buffer.from(text)),
  };
}

describe('answers that do not come', () => {
  it.each([
    [false, ['info ExaBGP answers nothing (exabgp.api.ack is false): what is written counts as told']],
    [true, []],
  ])('are told of, unless it was said already that they cannot be read (%s)', async (isDeaf, lines) => {
    const log = new RecordingLog();
    const { sink, want, clock } = rig({ log, isDeaf: () => isDeaf });
    want(routes(1));
    await clock.advance(ms(10_000));
    expect(log.lines).toEqual(lines);
    expect(sink.status()).toMatchObject({ told: 1, waiting: 0 });
  });
});

describe('a stdout that nobody reads', () => {
  it('gets the newest state when it is read again, and nothing of what came and went', async () => {
    const { reader, sink, want } = rig();
    reader.isReading = false;
    want(routes(1));
    want(routes(1, 2));
    want(routes(1, 3));
    want(routes(3));
    want(routes(1, 3));
    expect(sink.status().waiting).toBeGreaterThan(0);
    await reader.read();
    expect(reader.lines).toEqual([
      'announce route 10.0.0.1/32 next-hop self',
      'announce route 10.0.0.3/32 next-hop self',
    ]);
    expect(sink.status()).toMatchObject({ told: 2, waiting: 0 });
  });

  it('has everything withdrawn at the end, if it is read before the time is up', async () => {
    const { reader, sink, want } = rig();
    want(routes(1, 2));
    reader.isReading = false;
    want(routes(1, 2, 3));
    want(routes(1, 2, 3, 4));
    const closed = sink.close(new AbortController().signal);
    await reader.read();
    await closed;
    expect(reader.announced).toEqual(new Set());
    expect(reader.lines.some((line) => line.includes('10.0.0.4'))).toBe(false);
  });

  it('does not keep the end waiting when the time is up', async () => {
    const { reader, sink, want } = rig();
    reader.isReading = false;
    want(routes(1));
    const time = new AbortController();
    const closed = sink.close(time.signal);
    time.abort();
    await closed;
    expect(reader.lines).toEqual([]);
  });

  it('never has more than a batch in it, however much is wanted', async () => {
    const { reader, sink, want } = rig();
    reader.isReading = false;
    want(routes(...Array.from({ length: 20_000 }, (_, index) => index)));
    expect(reader.output.writableLength).toBeLessThan(100_000);
    want(routes(7));
    await reader.read();
    expect(sink.status().told).toBe(1);
    expect(reader.announced).toEqual(new Set(['10.0.0.7/32']));
    expect(reader.lines.length).toBeLessThan(1_100);
  });
});

describe('answers', () => {
  it('that refuse have the command said again, after 1 s, 2 s, 4 s … up to a minute', async () => {
    const { reader, clock, want, hear, events, sink } = rig();
    want(routes(1));
    const saidAt: number[] = [];
    for (let attempt = 0; attempt < 9; attempt++) {
      hear('error\n');
      const count = reader.lines.length;
      const from = clock.now();
      while (reader.lines.length === count) await clock.advance(ms(clock.now() + 500));
      saidAt.push((clock.now() - from) / 1_000);
    }
    expect(saidAt).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    expect(events.filter(({ type }) => type === 'routeRefused')).toHaveLength(9);
    expect(sink.status()).toMatchObject({ refused: 1, told: 0 });
    hear('done\n');
    expect(sink.status()).toMatchObject({ refused: 0, told: 1 });
    await clock.advance(ms(clock.now() + 600_000));
    expect(reader.lines).toHaveLength(10);
  });

  it('are matched with commands in their order', async () => {
    const { reader, clock, want, hear } = rig();
    want(routes(1, 2, 3));
    hear('done\nerror\ndone\n');
    await clock.advance(ms(5_000));
    expect(reader.lines.slice(3)).toEqual(['announce route 10.0.0.2/32 next-hop self']);
  });

  it('that refuse a withdraw have it said again, unless the route is wanted by then', async () => {
    const { reader, clock, want, hear } = rig();
    want(routes(1));
    hear('done\n');
    want(routes());
    hear('error\n');
    want(routes(1));
    await clock.advance(ms(60_000));
    expect(reader.announced).toEqual(new Set(['10.0.0.1/32']));
    expect(reader.lines.at(-1)).toContain('announce');
  });

  it('that refuse what is not wanted any more are forgotten', async () => {
    const { reader, clock, want, hear, sink } = rig();
    want(routes(1));
    want(routes());
    hear('error\ndone\n');
    await clock.advance(ms(600_000));
    expect(reader.announced).toEqual(new Set());
    expect(sink.status()).toMatchObject({ told: 0, refused: 0, waiting: 0 });
    expect(clock.pending()).toEqual([]);
  });

  it('are waited for when there are very many of them, and matched rightly', async () => {
    const { reader, clock, want, hear, sink } = rig();
    const scope = { pathInformation: 7 }; // such routes are never told as a group
    const many = Array.from({ length: 11_000 }, (_, index): Route => ({ ...route(index), scope }));
    want(new Map(many.map((each) => [routeKey(each), each])));
    await settled();
    expect(reader.lines).toHaveLength(10_000);
    hear(`done\ndone\ndone\ndone\nerror\n${'done\n'.repeat(9_995)}`);
    await settled();
    expect(reader.lines).toHaveLength(11_000);
    hear('done\n'.repeat(1_000));
    await clock.advance(ms(5_000));
    expect(reader.lines.slice(11_000)).toEqual([`announce route ${route(4).prefix} next-hop self path-information 7`]);
    expect(sink.status()).toMatchObject({ refused: 1, told: 10_999, waiting: 0 });
  });

  it('that never come hold up very many only once', async () => {
    const { reader, clock, want } = rig();
    const scope = { pathInformation: 7 };
    const many = Array.from({ length: 21_000 }, (_, index): Route => ({ ...route(index), scope }));
    want(new Map(many.map((each) => [routeKey(each), each])));
    await settled();
    expect(reader.lines).toHaveLength(10_000);
    await clock.advance(ms(10_000));
    await settled();
    expect(reader.lines).toHaveLength(21_000);
  });

  it('that refuse everything are no burden', async () => {
    const { reader, clock, want, hear, sink } = rig();
    const many = Array.from({ length: 10_000 }, (_, index) => index);
    want(routes(...many));
    await settled();
    expect(reader.lines).toHaveLength(100);
    hear('error\n'.repeat(100));
    await settled();
    expect(reader.lines).toHaveLength(100 + 10_000);
    hear('error\n'.repeat(10_000));
    expect(sink.status()).toMatchObject({ refused: 10_000, told: 0 });
    expect(clock.pending()).toEqual(['exabgp retry']);
    await clock.advance(ms(2_000));
    await settled();
    expect(reader.lines).toHaveLength(100 + 10_000 + 100);
  });

  it('without a command change nothing', async () => {
    const { reader, want, hear } = rig();
    hear('error\ndone\nerror\n');
    want(routes(1));
    hear('done\n');
    expect(reader.lines).toHaveLength(1);
  });
});

const UP = 'neighbor 192.0.2.9 up\n\n';

describe('a group', () => {
  it('that is refused is told one by one, at once, and what is refused then waits', async () => {
    const { reader, want, hear, sink, clock } = rig();
    const indexes = Array.from({ length: 17 }, (_, index) => index);
    want(routes(...indexes));
    expect(reader.lines).toHaveLength(1);
    hear('error\n');
    await settled();
    expect(reader.lines.slice(1)).toEqual(
      indexes.map((index) => `announce route ${route(index).prefix} next-hop self`),
    );
    hear(`${'done\n'.repeat(16)}error\n`);
    expect(sink.status()).toMatchObject({ told: 16, refused: 1 });
    await clock.advance(ms(clock.now() + 1_000));
    expect(reader.lines.slice(18)).toEqual([`announce route ${route(16).prefix} next-hop self`]);
  });

  it('that is refused says nothing again of a route that was withdrawn since', async () => {
    const { reader, want, hear } = rig();
    const indexes = Array.from({ length: 17 }, (_, index) => index);
    want(routes(...indexes));
    want(routes(...indexes.slice(1)));
    hear('error\n');
    await settled();
    expect(reader.lines.filter((line) => line.startsWith('withdraw'))).toHaveLength(1);
    expect(reader.lines).toHaveLength(1 + 1 + 16);
  });
});

describe('a route that says something else', () => {
  const [A, B] = [1, 2].map((med): Route => ({ ...route(1), attributes: { ...SELF, med } })) as [Route, Route];
  const lineOf = (verb: string, med: number): string => `${verb} route 10.0.0.1/32 next-hop self med ${med}`;

  it('is withdrawn first, in its old words and its new, from neighbors that hear nothing of it: of theirs both would wait', () => {
    const { reader, sink, hear } = rig({ acks: 'on' });
    const say = (of: Route): void => sink.set(new Map([[routeKey(of), of]]), new Set([routeKey(of)]));
    const lines = (): string[] => reader.lines.splice(0);
    say(A);
    say(B);
    expect(lines()).toEqual([lineOf('announce', 1), lineOf('announce', 2)]);
    hear('neighbor 192.0.2.9 down - peer reset\n\nneighbor 192.0.2.8 down - peer reset\n\n');
    // One that is announced for the first time, and one that is withdrawn, need nothing else.
    sink.set(new Map(), new Set([routeKey(B)]));
    hear('done\n'.repeat(3));
    say(A);
    expect(lines()).toEqual([lineOf('withdraw', 2), lineOf('announce', 1)]);
    say(B);
    const both = 'neighbor 192.0.2.8, neighbor 192.0.2.9';
    expect(lines()).toEqual([...[1, 2].map((med) => `${both} ${lineOf('withdraw', med)}`), lineOf('announce', 2)]);
    // ExaBGP answers each of them.
    hear('done\n'.repeat(4));
    expect(sink.status()).toMatchObject({ told: 1, leaving: 0, waiting: 0 });
    expect(sink.status().ever).toEqual({ announced: 4, withdrawn: 1, refused: 0 });
    hear('neighbor 192.0.2.8 up\n\n');
    lines();
    say(A);
    expect(lines()).toEqual([
      ...[2, 1].map((med) => `neighbor 192.0.2.9 ${lineOf('withdraw', med)}`),
      lineOf('announce', 1),
    ]);
    hear('neighbor 192.0.2.9 up\n\n');
    lines();
    say(B);
    expect(lines()).toEqual([lineOf('announce', 2)]);
  });

  it('is for its own neighbors alone', () => {
    const { reader, sink, hear } = rig({ acks: 'on' });
    const scope = { neighbors: ['192.0.2.7' as never] };
    hear('neighbor 192.0.2.9 down\n\n');
    for (const each of [A, B]) {
      const of = { ...each, scope };
      sink.set(new Map([[routeKey(of), of]]), new Set([routeKey(of)]));
    }
    expect(reader.lines.filter((line) => line.includes('withdraw'))).toEqual([]);
  });
});

describe('everything is announced again, and nothing withdrawn again', () => {
  it('when a neighbor comes up', async () => {
    const { reader, want, hear } = rig();
    want(routes(1, 2, 3));
    want(routes(1, 3));
    hear('done\n'.repeat(4));
    const before = reader.lines.length;
    hear('neighbor 192.0.2.9 connected\n\n');
    expect(reader.lines).toHaveLength(before);
    hear(UP);
    await settled();
    expect(reader.lines.slice(before)).toEqual([
      'announce route 10.0.0.1/32 next-hop self',
      'announce route 10.0.0.3/32 next-hop self',
    ]);
  });

  it('now and then, unless somebody is behind with answers', async () => {
    const { reader, want, hear, clock, sink } = rig({ reannounce: ms(60_000) });
    want(routes(1, 2));
    want(routes(1));
    hear('done\ndone\ndone\n');
    await clock.advance(ms(59_999));
    expect(reader.lines).toHaveLength(3);
    await clock.advance(ms(60_000));
    expect(reader.lines.slice(3)).toEqual(['announce route 10.0.0.1/32 next-hop self']);
    await clock.advance(ms(69_000));
    await clock.advance(ms(120_000));
    expect(reader.lines).toHaveLength(5);
    await sink.close(new AbortController().signal);
    expect(clock.pending()).toEqual([]);
  });
});

describe('answers that do not come', () => {
  it('at all: what is written counts as told from then on', async () => {
    const { reader, want, clock, sink, events } = rig();
    want(routes(1));
    expect(events).toEqual([]);
    await clock.advance(ms(10_000));
    expect(events).toMatchObject([{ type: 'routeTold', key: '10.0.0.1/32', told: 'announce' }]);
    want(routes());
    await settled();
    expect(events).toMatchObject([{ told: 'announce' }, { told: 'withdraw' }]);
    expect(sink.status()).toMatchObject({ name: 'exabgp', told: 0, leaving: 0, waiting: 0, refused: 0 });
    expect(reader.lines).toHaveLength(2);
    expect(clock.pending()).toEqual([]);
  });

  it('for a while: they are not taken for those of later commands, and an error among them has everything repeated', async () => {
    const { reader, want, hear, clock, sink } = rig();
    want(routes(1));
    hear('done\n');
    want(routes(1, 2));
    await clock.advance(ms(20_000));
    want(routes(1, 2, 3));
    expect(reader.lines).toHaveLength(3);
    hear('error\n');
    await clock.advance(ms(21_000));
    expect(reader.lines.slice(3)).toHaveLength(3);
    hear('done\n'.repeat(4));
    expect(sink.status()).toMatchObject({ told: 3, refused: 0 });
    expect(clock.pending()).toEqual([]);
  });
});

describe('an answer too many', () => {
  it('has everything announced again, once, when there are no more of them', async () => {
    const { reader, want, hear, clock } = rig();
    for (const answer of ['error\n', 'done\n']) {
      want(routes());
      want(routes(1, 2));
      hear('done\n'.repeat(4));
      const before = reader.lines.length;
      hear(answer.repeat(3));
      await clock.advance(ms(clock.now() + 999));
      expect(reader.lines).toHaveLength(before);
      await clock.advance(ms(clock.now() + 1));
      expect(reader.lines.slice(before)).toEqual([
        'announce route 10.0.0.1/32 next-hop self',
        'announce route 10.0.0.2/32 next-hop self',
      ]);
      hear('done\ndone\n');
    }
    expect(clock.pending()).toEqual([]);
  });
});

describe('an answer too few', () => {
  it('has a withdraw that nobody answered said again, and what was wanted is not withdrawn', async () => {
    const { reader, want, clock, hear } = rig();
    want(routes(1, 2));
    hear('done\ndone\n');
    want(routes(2));
    await clock.advance(ms(69_999));
    expect(reader.lines).toHaveLength(3);
    await clock.advance(ms(70_000));
    expect(reader.lines.slice(3)).toEqual(['withdraw route 10.0.0.1/32 next-hop self']);
  });

  it('is not looked for among later answers for ever', async () => {
    const { reader, want, hear, clock, sink, events } = rig({ reannounce: ms(30_000) });
    want(routes(1));
    hear('done\n');
    want(routes(1, 2, 3)); // never answered
    await clock.advance(ms(20_000));
    let answered = reader.lines.length;
    for (let second = 21; second < 200; second++) {
      await clock.advance(ms(second * 1_000));
      hear('done\n'.repeat(reader.lines.length - answered));
      answered = reader.lines.length;
    }
    events.length = 0;
    want(routes(1, 2, 3, 4));
    hear('error\n');
    expect(events).toMatchObject([{ type: 'routeRefused', key: '10.0.0.4/32' }]);
    expect(sink.status()).toMatchObject({ told: 3, refused: 1 });
  });

  it('may have been that to a command that was taken for done', async () => {
    const { reader, want, clock, hear, sink } = rig();
    want(routes(1, 2));
    hear('done\ndone\n');
    want(routes(2));
    want(routes()); // of the two withdraws ExaBGP did and answered the second
    hear('done\n');
    await clock.advance(ms(70_000));
    expect(reader.lines.slice(4).sort()).toEqual([
      'withdraw route 10.0.0.1/32 next-hop self',
      'withdraw route 10.0.0.2/32 next-hop self',
    ]);
    hear('done\n'); // taken for the one that was given up
    hear('done\n');
    await clock.advance(ms(300_000));
    hear('done\n'.repeat(4));
    expect(sink.status()).toMatchObject({ told: 0, refused: 0 });
  });

  it('is not given up while what was said is not even read', async () => {
    const { reader, want, clock, events, hear } = rig();
    reader.isReading = false;
    want(routes(1));
    await clock.advance(ms(60_000));
    expect(events).toEqual([]);
    await reader.read();
    hear('error\n');
    expect(events).toMatchObject([{ type: 'routeRefused' }]);
  });
});

describe('a successor', () => {
  it('begins with a comment, which ends what its predecessor may not have', () => {
    const ledger = memoryLedger();
    ledger.mark('+', [route(1)]);
    const { reader, want, hear, events, sink } = rig({ ledger, followsAnother: true });
    want(routes(1, 2));
    expect(reader.lines).toEqual([
      '# ha2bgp goes on',
      'announce route 10.0.0.1/32 next-hop self',
      'announce route 10.0.0.2/32 next-hop self',
    ]);
    hear('error\ndone\ndone\n');
    expect(events).toMatchObject([{ type: 'routeTold' }, { type: 'routeTold' }]);
    expect(sink.status()).toMatchObject({ told: 2, refused: 0 });
  });

  it('that ends before anything was wanted of it withdraws also what was on its way', async () => {
    const ledger = memoryLedger();
    ledger.mark('-', [route(1)]);
    ledger.mark('=', [route(2)]);
    const { reader, sink } = rig({ ledger });
    await sink.close(new AbortController().signal);
    expect(reader.lines).toEqual([
      'withdraw route 10.0.0.1/32 next-hop self',
      'withdraw route 10.0.0.2/32 next-hop self',
    ]);
  });
});

describe('the ledger', () => {
  it('where nothing is answered, knows only of what was written', async () => {
    const ledger = memoryLedger();
    const { want, reader } = rig({ ledger, acks: 'off' });
    const standings = (): string => [...ledger.entries.values()].map((entry) => entry.standing).join();
    want(routes(1));
    await settled();
    expect(standings()).toBe('told');
    reader.isReading = false;
    want(routes());
    await settled();
    expect(standings()).toBe('leaving');
    await reader.read();
    expect(standings()).toBe('');
  });

  it('has a route before its announce is written, and until its withdraw is accepted', () => {
    const ledger = memoryLedger();
    const seen: string[] = [];
    const { want, hear, reader } = rig({ ledger });
    const standing = (): string => [...ledger.entries.values()].map((entry) => entry.standing).join();
    reader.output.write = ((_chunk: unknown) => seen.push(standing()) > 0) as typeof reader.output.write;
    want(routes(1));
    hear('done\n');
    expect(standing()).toBe('told');
    want(routes());
    expect(standing()).toBe('leaving');
    hear('done\n');
    expect(standing()).toBe('');
    expect(seen).toEqual(['entered', 'leaving']);
  });

  it('is not set by an answer to what has been overtaken', () => {
    const ledger = memoryLedger();
    const { want, hear } = rig({ ledger });
    const standing = (): string => [...ledger.entries.values()].map((entry) => entry.standing).join();
    want(routes(1));
    want(routes());
    want(routes(1));
    hear('done\n');
    expect(standing()).toBe('entered');
    hear('done\n');
    expect(standing()).toBe('entered');
    hear('done\n');
    expect(standing()).toBe('told');
  });

  it('of an earlier process: what was told is not said again, what may not have been is', async () => {
    const ledger = memoryLedger();
    ledger.mark('=', [route(1), route(2)]);
    ledger.mark('+', [route(3), route(4)]);
    ledger.mark('-', [route(5), route(6)]);
    const { reader, sink } = rig({ ledger });
    const all = [1, 2, 3, 4, 5, 6].map((index) => routeKey(route(index)));
    expect(reader.lines).toEqual([]);
    sink.set(routes(1, 3, 5), new Set(all));
    expect(reader.lines).toEqual([
      ...[2, 4, 6].map((index) => `withdraw route ${route(index).prefix} next-hop self`),
      ...[3, 5].map((index) => `announce route ${route(index).prefix} next-hop self`),
    ]);
    await settled();
    sink.set(routes(1, 3, 5), new Set(all));
    expect(reader.lines).toHaveLength(5);
  });

  it('of an earlier process with other words: they are announced over the old ones', () => {
    const ledger = memoryLedger();
    ledger.mark('=', [{ ...route(1), attributes: { nextHop: 'self', med: 5 } }]);
    const { reader, want } = rig({ ledger });
    want(routes(1));
    expect(reader.lines).toEqual(['announce route 10.0.0.1/32 next-hop self']);
  });

  it('is left as it is by an end that keeps what is announced', async () => {
    const ledger = memoryLedger();
    const { reader, want, hear, sink, clock } = rig({ ledger });
    want(routes(1, 2));
    hear('done\ndone\n');
    await sink.close(new AbortController().signal, 'keep');
    expect(reader.lines).toHaveLength(2);
    expect([...ledger.entries.values()].map(({ standing }) => standing)).toEqual(['told', 'told']);
    expect(clock.pending()).toEqual([]);
  });
});

it('ends with what is wanted, whatever is wanted in between and whenever it is read', async () => {
  const step = fc.oneof(
    fc.record({ want: fc.uniqueArray(fc.nat({ max: 5 })) }),
    fc.constantFrom({ reading: true as const }, { reading: false as const }),
    fc.constantFrom({ answer: 'done\n' }, { answer: 'done\n' }, { answer: 'error\n' }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { reader, clock, sink, want, hear } = rig();
      let wanted: readonly number[] = [];
      for (const one of steps) {
        if ('want' in one) {
          wanted = one.want;
          want(routes(...wanted));
        } else if ('answer' in one) hear(one.answer);
        else if (one.reading) await reader.read();
        else reader.isReading = false;
      }
      await reader.read();
      await clock.advance(ms(clock.now() + 200_000));
      expect(reader.announced).toEqual(new Set(wanted.map((index) => route(index).prefix)));
      expect(sink.status()).toMatchObject({ waiting: 0 });
      await sink.close(new AbortController().signal);
      expect(reader.announced).toEqual(new Set());
      expect(clock.pending()).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

describe('what was said is settled', () => {
  const never = new AbortController().signal;
  const watch = (promise: Promise<void>): { isDone: boolean } => {
    const seen = { isDone: false };
    promise.then(() => {
      seen.isDone = true;
    });
    return seen;
  };

  it('at once when nothing was', async () => {
    await rig().sink.settled(never);
  });

  it('when the last answer has come, whatever it is', async () => {
    const { sink, want, hear } = rig();
    want(routes(1, 2));
    const seen = watch(sink.settled(never));
    hear('done\n');
    await settled();
    expect(seen.isDone).toBe(false);
    hear('error\n');
    await settled();
    expect(seen.isDone).toBe(true);
  });

  it('when the answers are given up', async () => {
    const { sink, want, clock } = rig();
    want(routes(1));
    const seen = watch(sink.settled(never));
    await clock.advance(ms(9_999));
    expect(seen.isDone).toBe(false);
    await clock.advance(ms(10_000));
    expect(seen.isDone).toBe(true);
    expect(clock.pending()).toEqual([]);
  });

  it('when ExaBGP shuts down, which answers nothing more', async () => {
    const { sink, want, hear } = rig();
    want(routes(1));
    const seen = watch(sink.settled(never));
    hear('shutdown 4321 1\n\n');
    await settled();
    expect(seen.isDone).toBe(true);
    want(routes(2));
    await sink.settled(never);
    expect(sink.status().waiting).toBe(0);
  });

  it('also by one who took a rest, and nobody is left listening', async () => {
    const { sink, reader, clock } = rig({ acks: 'off' });
    let late = 0;
    const now = clock.now;
    // Every turn is over after the first batch.
    clock.now = () => {
      late += 3;
      return ms(now() + late);
    };
    const many = routes(...Array.from({ length: 1_300 }, (_, index) => index));
    const before = reader.output.listenerCount('close');
    for (let round = 0; round < 3; round++) {
      sink.set(round % 2 === 0 ? many : new Map(), new Set(many.keys()));
      await sink.settled(never);
    }
    expect(reader.announced.size).toBe(1_300);
    for (const name of ['close', 'error', 'drain']) {
      expect(reader.output.listenerCount(name)).toBe(name === 'drain' ? 1 : before);
    }
  });

  it('when it is written, where there are no answers', async () => {
    const { sink, want, reader } = rig({ acks: 'off' });
    reader.isReading = false;
    want(routes(1));
    const seen = watch(sink.settled(never));
    await settled();
    expect(seen.isDone).toBe(false);
    await reader.read();
    expect(seen.isDone).toBe(true);
  });

  it('for whoever has no more time', async () => {
    const { sink, want } = rig();
    want(routes(1));
    const time = new AbortController();
    const seen = watch(sink.settled(time.signal));
    await settled();
    expect(seen.isDone).toBe(false);
    time.abort();
    await settled();
    expect(seen.isDone).toBe(true);
  });
});

describe('what an earlier process may have said', () => {
  const perhaps = (...indexes: readonly number[]): ReturnType<typeof memoryLedger> => {
    const ledger = memoryLedger();
    ledger.mark('+', indexes.map(route));
    return ledger;
  };

  it('is said again when it is wanted, and withdrawn when it is asked about and is not', () => {
    const { sink, reader } = rig({ ledger: perhaps(1, 2, 3) });
    sink.set(routes(1), new Set([...routes(1, 2).keys()]));
    expect(reader.lines).toEqual([
      'withdraw route 10.0.0.2/32 next-hop self',
      'announce route 10.0.0.1/32 next-hop self',
    ]);
  });

  it('is withdrawn at the end', async () => {
    const { sink, reader } = rig({ ledger: perhaps(1) });
    await sink.close(new AbortController().signal);
    expect(reader.lines).toEqual(['withdraw route 10.0.0.1/32 next-hop self']);
  });
});
