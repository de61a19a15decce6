/** The API in this process, on a socket of its own, over an operator that is made up. */
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import v8 from 'node:v8';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Api, openApi } from '../../../src/api/api.ts';
import { LIMITS } from '../../../src/api/limits.ts';
import type { ApiPorts } from '../../../src/api/ports.ts';
import type { IpAddress } from '../../../src/model/address.ts';
import { ms } from '../../../src/model/millis.ts';
import type { Instant, ServiceView } from '../../../src/model/view.ts';
import { ask, connect, type Where, type Wire } from '../../helpers/api-client.ts';
import { type FakeOperator, fakeOperator, INSTANT, noMetrics, transition } from '../../helpers/fake-operator.ts';
import { silentLog } from '../../helpers/simulation.ts';
import { until } from '../../helpers/until.ts';
import { type VirtualClock, virtualClock } from '../../helpers/virtual-clock.ts';

let place: string;
let socket: Where;
let clock: VirtualClock;
let api: Api | undefined;
let warnings: string[];

beforeEach(() => {
  place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-unit-api-'));
  clock = virtualClock();
  warnings = [];
});

afterEach(async () => {
  api?.close();
  await until('nothing left', () => clock.pending().length === 0 && fs.readdirSync(place).length === 0);
  fs.rmSync(place, { recursive: true });
});

async function open(operator: FakeOperator, metrics: ApiPorts['metrics'] = noMetrics): Promise<void> {
  const file = path.join(place, 'x.sock');
  api = openApi(
    { controlSocket: { file, isAskedFor: true }, listen: [], keys: { token: undefined, tls: undefined } },
    {
      ...{ operator, clock, version: '1', settings: () => [], metrics },
      log: { ...silentLog, warn: (_fields, message) => void warnings.push(message) },
    },
  );
  await until('its socket', () => fs.existsSync(file));
  socket = { socketPath: file };
}

const stream = async (types = ''): Promise<Wire> => {
  const query = types === '' ? '' : `?types=${types}`;
  const wire = await connect(socket, `GET /v1/events${query} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await until('its beginning', () => wire.heard().includes(':\n\n'));
  return wire;
};
const numbersIn = ({ heard }: Wire): number[] =>
  [...heard().matchAll(/"number":(\d+)/g)].map(([, number]) => Number(number));

describe('a stream of events', () => {
  it('tells each change as it is, under its type', async () => {
    const operator = fakeOperator();
    await open(operator);
    const wire = await stream();
    operator.tell(transition(7));
    await until('it', () => numbersIn(wire).length === 1);
    expect(wire.heard()).toContain(`event: transition\ndata: ${JSON.stringify(transition(7))}\n\n`);
  });

  it('tells only of the types that it was asked for', async () => {
    const operator = fakeOperator();
    await open(operator);
    const [all, some] = [await stream(), await stream('reloaded,overrides')];
    operator.tell(transition(1));
    operator.tell({ type: 'reloaded', at: INSTANT, changed: ['med'] });
    await until('both', () => all.heard().includes('"med"') && some.heard().includes('"med"'));
    expect([numbersIn(all), numbersIn(some)]).toEqual([[1], []]);
  });

  it('tells the last word before it ends, to whoever hears of such', async () => {
    const operator = fakeOperator();
    await open(operator);
    const [all, some] = [await stream(), await stream('transition')];
    const last = { type: 'stopping', at: INSTANT, why: 'SIGTERM', announced: 3 } as const;
    api?.close(last);
    expect(await all.closed).toContain(`event: stopping\ndata: ${JSON.stringify(last)}\n\n`);
    expect(await some.closed).not.toContain('stopping');
  });

  it('costs its words once, for however many hear them, and one subscription and one timer', async () => {
    const operator = fakeOperator();
    await open(operator);
    const wires = await Promise.all(Array.from({ length: 50 }, () => stream()));
    let words = 0;
    const counted = {
      ...transition(9),
      get number() {
        words++;
        return 9;
      },
    };
    operator.tell(counted);
    await until('all', () => wires.every((wire) => numbersIn(wire).length === 1));
    expect([words, operator.listeners(), clock.pending().filter((name) => name === 'api keepalive').length]).toEqual([
      1, 1, 1,
    ]);
    for (const wire of wires) wire.socket.destroy();
    await until('the end of it', () => operator.listeners() === 0);
    expect(clock.pending()).not.toContain('api keepalive');
  });

  it('says now and then that it is there', async () => {
    await open(fakeOperator());
    const wire = await stream();
    const comments = (): number => wire.heard().split(':\n\n').length - 1;
    for (let time = 1; time <= 3; time++) {
      await clock.advance(ms(clock.now() + LIMITS.keepaliveMs));
      await until('a comment', () => comments() === time + 1);
    }
  });

  it('is dropped when nobody reads it, and nobody else waits for that', async () => {
    const operator = fakeOperator();
    await open(operator);
    const [slow, quick] = [await stream(), await stream()];
    slow.socket.pause();
    let number = 0;
    await until('it is dropped', () => {
      for (let each = 0; each < 500; each++) operator.tell(transition(number++));
      return warnings.includes('a reader of events was too slow: dropped');
    });
    await until('the other has all', () => numbersIn(quick).length === number);
    expect(numbersIn(quick)).toEqual(Array.from({ length: number }, (_, each) => each));
    slow.socket.resume();
    await slow.closed;
    expect(numbersIn(slow).length).toBeLessThan(number);
  });

  it('is not dropped for one change that is long', async () => {
    const operator = fakeOperator();
    await open(operator);
    const wire = await stream();
    operator.tell({
      type: 'reloaded',
      at: '2026-11-20T03:00:00.000Z' as Instant,
      changed: ['x'.repeat(4 * LIMITS.streamBacklog)],
    });
    await until('all of it', () => wire.heard().length > 4 * LIMITS.streamBacklog);
    operator.tell(transition(1));
    await until('the next', () => numbersIn(wire).length === 1);
    expect(warnings).toEqual([]);
  });

  it('ends with the API', async () => {
    const operator = fakeOperator();
    await open(operator);
    const wire = await stream();
    api?.close();
    await wire.closed;
    await until('nobody subscribes', () => operator.listeners() === 0);
  });
});

describe('status over many services', () => {
  it('is whole, and leaves the loop to others in between', async () => {
    const operator = fakeOperator(50_000);
    await open(operator);
    const seen = new Set<number>();
    const watch = setInterval(() => seen.add(operator.made()), 0);
    const { body } = await ask(socket, '/v1/status');
    clearInterval(watch);
    expect(body.services).toHaveLength(50_000);
    expect(new Set(body.services.map(({ prefix }: ServiceView) => prefix)).size).toBe(50_000);
    // Seen half-way, again and again: it is not made in one go.
    expect(seen.size).toBeGreaterThan(10);
  });

  it('is made no faster than it is read, and no further when nobody reads it any more', async () => {
    const operator = fakeOperator(1_000_000);
    await open(operator);
    const wire = await connect(socket, 'GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n');
    wire.socket.pause();
    let before = -1;
    let still = 0;
    await until('it stands still', () => {
      still = operator.made() === before && before > 0 ? still + 1 : 0;
      before = operator.made();
      return still > 10;
    });
    expect(before).toBeLessThan(50_000);
    wire.socket.destroy();
    expect((await ask(socket, '/v1/health')).status).toBe(200);
    expect(operator.made()).toBe(before);
  });

  it('is cut off, and no whole answer, when something goes wrong half-way', async () => {
    const operator = fakeOperator();
    await open({
      ...operator,
      *services() {
        yield* operator.services();
        throw new Error('half-way');
      },
    });
    await expect(ask(socket, '/v1/status')).rejects.toThrow(/aborted|socket hang up|ECONNRESET/);
    expect((await ask(socket, '/v1/health')).status).toBe(200);
  });
});

describe('metrics', () => {
  const SCRAPE = 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n';

  it('that nobody takes are sixteen, and their places are free when those have gone', async () => {
    const piece = 'x'.repeat(LIMITS.piece);
    let made = 0;
    const metrics = async () => {
      made++;
      return { contentType: 'text/plain', pieces: Array.from({ length: 200 }, () => piece) };
    };
    await open(fakeOperator(), metrics);
    const wires = await Promise.all(Array.from({ length: LIMITS.scrapes }, () => connect(socket, SCRAPE)));
    for (const wire of wires) wire.socket.pause();
    await until('all are made', () => made === LIMITS.scrapes);
    const { status, headers } = await ask(socket, '/metrics');
    expect([status, headers['retry-after'], made]).toEqual([503, '1', LIMITS.scrapes]);
    wires[0]?.socket.destroy();
    await until('a place', async () => (await ask(socket, '/metrics')).status === 200);
    for (const wire of wires) wire.socket.destroy();
    // Also of those who want no body, and of those who take all of it.
    for (let time = 0; time < 2 * LIMITS.scrapes; time++) {
      for (const method of ['HEAD', 'GET']) {
        await until('an answer', async () => (await ask(socket, '/metrics', { method })).status === 200);
      }
    }
  });

  it('that cannot be made take no place', async () => {
    await open(fakeOperator(), () => Promise.reject(new Error('none')));
    for (let time = 0; time < 2 * LIMITS.scrapes; time++) expect((await ask(socket, '/metrics')).status).toBe(500);
  });
});

describe('what is long', () => {
  const MANY = 60_000;
  /** Says how many of them were put into words. */
  const many = () => {
    let made = 0;
    const override = { ...{ kind: 'drain', by: 'anna', why: 'x', at: INSTANT }, target: '192.0.2.1/32' } as const;
    const items = Array.from({ length: MANY }, () => ({
      ...override,
      get kind() {
        made++;
        return 'drain' as const;
      },
    }));
    return { items, made: () => made };
  };
  /** At how many of them the loop had its turn. */
  const watch = async (made: () => number, until: Promise<unknown>): Promise<number> => {
    const seen = new Set<number>();
    const timer = setInterval(() => seen.add(made()), 0);
    await until;
    clearInterval(timer);
    return seen.size;
  };

  it.each([
    ['/v1/history?most=10000', 'transitions'],
    ['/v1/overrides', 'overrides'],
    ['/v1/summary', 'overrides'],
    ['/v1/status', 'overrides'],
  ])('of %s is whole, and leaves the loop to others in between', async (address, key) => {
    const { items, made } = many();
    await open({
      ...fakeOperator(),
      overrides: () => items,
      history: () => ({ transitions: items, process: [] }) as never,
    });
    let body: Record<string, unknown> = {};
    const asked = ask(socket, address).then((reply) => {
      ({ body } = reply);
    });
    expect(await watch(made, asked)).toBeGreaterThan(3);
    expect(body[key]).toHaveLength(MANY);
  });

  it('of a change is put into words in turns, and once', async () => {
    const { items, made } = many();
    const operator = fakeOperator();
    await open(operator);
    const [wire, other] = [await stream(), await stream()];
    operator.tell({ type: 'overrides', at: INSTANT, overrides: items });
    operator.tell(transition(1));
    const all = until('both', () => numbersIn(wire).length === 1 && numbersIn(other).length === 1);
    expect(await watch(made, all)).toBeGreaterThan(3);
    expect(made()).toBe(MANY);
    const [, data = ''] = /^event: overrides\ndata: (.*)$/m.exec(wire.heard()) ?? [];
    expect(JSON.parse(data).overrides).toHaveLength(MANY);
  });
});

describe('an operation', () => {
  it('hears who asks, and what was said', async () => {
    const orders: unknown[] = [];
    const operator = fakeOperator();
    const hear = async (order: unknown) => {
      orders.push(order);
      return { overrides: [], services: [], remarks: ['nothing yet'] };
    };
    await open({ ...operator, drain: hear, undrain: hear, set: hear });
    const drained = await ask(socket, '/v1/drain', { body: { target: 'all', for: '1h30m', why: ' a <b>test</b> ' } });
    expect([drained.status, drained.body.remarks]).toEqual([200, ['nothing yet']]);
    await ask(socket, '/v1/undrain', { body: { target: '192.0.2.0/24' } });
    await ask(socket, '/v1/set', { body: { prefix: '2001:DB8::1', to: 'down', ttl: '10m' } });
    const by = os.userInfo().username;
    expect(orders).toEqual([
      { target: { type: 'all' }, by, why: 'a <b>test</b>', for: 5_400_000 },
      { target: { type: 'prefix', prefix: '192.0.2.0/24' }, by },
      { prefix: '2001:db8::1/128', to: 'down', by, why: '', ttl: 600_000 },
    ]);
  });

  it('that refuses says why, all of it', async () => {
    const problems = [
      { place: 'x.yaml:1:1', text: 'expected a setting' },
      { place: 'x.yaml:2:1', text: 'another' },
    ];
    await open({ ...fakeOperator(), reload: async () => ({ ok: false, problems }) });
    const { status, body } = await ask(socket, '/v1/reload', { method: 'POST' });
    expect([status, body.problems]).toEqual([422, problems]);
  });

  it('with a mistake of ours in it is a 500 without particulars', async () => {
    const operator = fakeOperator();
    await open({
      ...operator,
      service: () => {
        throw new Error('at /some/path of ours');
      },
    });
    const { status, text } = await ask(socket, '/v1/services/192.0.2.1');
    expect(status).toBe(500);
    expect(text).not.toContain('/some/path');
  });

  it('that takes long is one of four at once', async () => {
    const operator = fakeOperator();
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let waiting = 0;
    await open({
      ...operator,
      explain: async (asked) => {
        waiting++;
        await gate;
        return { asked, prefixes: [] };
      },
    });
    const answers = Array.from({ length: 4 }, () => ask(socket, '/v1/explain/192.0.2.1'));
    await until('four of them', () => waiting === 4);
    expect((await ask(socket, '/v1/explain/192.0.2.1')).status).toBe(503);
    release();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect((await ask(socket, '/v1/explain/192.0.2.1')).status).toBe(200);
  });
});

it('leaves nothing behind of a port that is taken, however often it is tried', async () => {
  const other = http.createServer();
  await once(other.listen(0, '127.0.0.1'), 'listening');
  const { port } = other.address() as AddressInfo;
  const failures: string[] = [];
  let tries = 0;
  api = openApi(
    {
      controlSocket: undefined,
      listen: [{ address: '127.0.0.1' as IpAddress, device: '', port }],
      keys: { token: undefined, tls: undefined },
    },
    {
      ...{ operator: fakeOperator(), clock, version: '1', settings: () => [], metrics: noMetrics },
      log: { ...silentLog, error: (_fields, message) => void failures.push(message) },
    },
  );
  const [timer] = await until('its first failure', () => (clock.pending().length > 0 ? clock.pending() : undefined));
  const before = v8.queryObjects(http.Server, { format: 'count' });
  for (; tries < 30; tries++) {
    await clock.advance(ms(clock.now() + 60_000));
    await until('the next', () => clock.pending().includes(timer ?? ''));
  }
  expect(v8.queryObjects(http.Server, { format: 'count' })).toBeLessThan(before + 10);
  expect(failures).toEqual(['nobody can ask here']);
  other.close();
});

it('asks one question after the other on one connection', async () => {
  await open(fakeOperator());
  const wire = await connect(socket);
  for (let time = 1; time <= 3; time++) {
    wire.socket.write('GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n');
    await until('an answer', () => wire.heard().split('{"ok":true}').length - 1 === time);
  }
  wire.socket.end();
  await once(wire.socket, 'close');
});
