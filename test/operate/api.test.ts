/** The API of a live daemon: what it answers is what its own OpenAPI document says. */
import os from 'node:os';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, connect } from '../helpers/api-client.ts';
import { type AskedDaemon, loopbackNet, startAsked } from '../helpers/asked-daemon.ts';
import { json } from '../helpers/json.ts';
import { listen, type Started, stopAll } from '../helpers/processes.ts';
import { until } from '../helpers/until.ts';

const NET = loopbackNet(101);

let asked: AskedDaemon;
let service: Started;
let document: ReturnType<typeof json>;
const schemas = new Ajv2020({ strict: false, formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/ } });

beforeAll(async () => {
  asked = await startAsked(101, ['--api-listen', `${NET}.1:8080`, '--announce', '127.201.0.0/24']);
  service = await listen([`${asked.at(10)}:8081`]);
  await asked.daemon.announces(`${asked.at(10)}/32`);
  document = (await ask(asked.socket, '/v1/openapi.json')).body;
  schemas.addSchema(document, 'api');
});

afterAll(async () => {
  await service?.stop();
  await asked?.close();
  await stopAll();
});

/** The schema that the document has for it; fails where it has none. */
function expectAsDocumented(path: string, method: string, status: number, body: unknown): void {
  const responses = `api#/paths/${path.replaceAll('~', '~0').replaceAll('/', '~1')}/${method}/responses`;
  const where =
    status === 200
      ? `${responses}/200/content/application~1json/schema`
      : 'api#/components/responses/Problem/content/application~1problem+json/schema';
  const validate = schemas.getSchema(where);
  expect(validate, where).toBeTypeOf('function');
  expect(validate?.(body), JSON.stringify(validate?.errors)).toBe(true);
}

describe('the OpenAPI document', () => {
  it('is one, by a validator of OpenAPI 3.1', async () => {
    const result = await new Validator().validate(document);
    expect(result).toMatchObject({ valid: true });
    expect(document.openapi).toBe('3.1.0');
  });

  it('names every path that there is', () => {
    expect(Object.keys(document.paths).sort()).toEqual([
      ...['/v1/caller', '/v1/drain', '/v1/events', '/v1/explain/{of}', '/v1/health', '/v1/history', '/v1/openapi.json'],
      ...['/v1/overrides', '/v1/peers', '/v1/reload', '/v1/services/{prefix}', '/v1/set', '/v1/settings'],
      ...['/v1/status', '/v1/summary', '/v1/undrain'],
    ]);
  });

  it.each([
    ['/v1/status', '/v1/status'],
    ['/v1/status', '/v1/status?down'],
    ['/v1/summary', '/v1/summary'],
    ['/v1/services/{prefix}', `/v1/services/${NET}.10`],
    ['/v1/services/{prefix}', '/v1/services/2001:db8::%2F32'],
    ['/v1/explain/{of}', `/v1/explain/${NET}.10`],
    ['/v1/explain/{of}', '/v1/explain/203.0.113.0/24'],
    ['/v1/history', '/v1/history?most=5'],
    ['/v1/peers', '/v1/peers'],
    ['/v1/overrides', '/v1/overrides'],
    ['/v1/settings', '/v1/settings'],
    ['/v1/caller', '/v1/caller'],
    ['/v1/health', '/v1/health'],
    ['/v1/openapi.json', '/v1/openapi.json'],
  ])('describes what %s answers: %s', async (path, asks) => {
    const { status, body, headers } = await ask(asked.socket, asks);
    expect([status, headers['content-type']]).toEqual([200, 'application/json']);
    expectAsDocumented(path, 'get', status, body);
  });

  it.each([
    ['/v1/drain', { target: 'all', for: '1h', why: 'a test' }],
    ['/v1/undrain', { target: 'all' }],
    ['/v1/set', { prefix: `${NET}.10/32`, to: 'auto' }],
    ['/v1/reload', undefined],
    ['/v1/drain', { targt: 'all', for: 'soon' }],
  ])('describes what %s answers to %j', async (path, body) => {
    const reply = await ask(asked.socket, path, { method: 'POST', body });
    expectAsDocumented(path, 'post', reply.status, reply.body);
  });
});

describe('status', () => {
  it('has the service that is announced, and the counts of all', async () => {
    const { body } = await ask(asked.socket, '/v1/status');
    const [found] = body.services.filter(({ prefix }: { prefix: string }) => prefix === `${NET}.10/32`);
    expect(found).toMatchObject({ state: 'announced', kind: 'discovered' });
    expect(body.counts.announced).toBe(1);
    expect(Object.values(body.counts as object).reduce((sum, count) => sum + count, 0)).toBe(body.services.length);
    expect(body.process.pid).toBe(asked.daemon.pid);
  });

  it.each([
    ['?down', (state: string) => state !== 'announced'],
    ['?state=announced', (state: string) => state === 'announced'],
    [`?state=down,held&within=127.201.0.0/16`, (state: string) => state === 'down'],
  ])('has fewer with %s', async (query, isWanted) => {
    const { body } = await ask(asked.socket, `/v1/status${query}`);
    const states = body.services.map(({ state }: { state: string }) => state);
    expect(states.length).toBeGreaterThan(0);
    expect(states.filter((state: string) => !isWanted(state))).toEqual([]);
    expect(body.counts.announced).toBe(1);
  });

  it('has none within a prefix where there is none, and none of another family', async () => {
    for (const within of ['198.51.100.0/24', '2001:db8::/32']) {
      expect((await ask(asked.socket, `/v1/status?within=${within}`)).body.services).toEqual([]);
    }
  });

  it('says to HEAD what it would say to GET, without saying it', async () => {
    for (const path of ['/v1/status', '/v1/summary', '/v1/events']) {
      const reply = await ask(asked.socket, path, { method: 'HEAD' });
      expect([reply.status, reply.text]).toEqual([200, '']);
    }
  });

  it('is in the log under the name of who asked, when it is a change', async () => {
    await ask(asked.socket, '/v1/undrain', { body: { target: `${NET}.10` } });
    await asked.daemon.logged('"what":"undrain"');
    const line =
      asked.daemon
        .stderr()
        .split('\n')
        .find((each) => each.includes('"what":"undrain"')) ?? '';
    expect(json(line)).toMatchObject({
      level: 'info',
      by: os.userInfo().username,
      from: `pid ${process.pid}`,
      msg: 'asked by hand',
    });
  });
});

it('a setting that is pushed again and again is in the log once', async () => {
  const body = { prefix: `${NET}.200`, to: 'up', ttl: '10s', why: 'pushed' };
  const lines = (): string[] =>
    asked.daemon
      .stderr()
      .split('\n')
      .filter((line) => line.includes('"what":"set"'));
  for (let time = 0; time < 3; time++) await ask(asked.socket, '/v1/set', { body });
  await ask(asked.socket, '/v1/set', { body: { ...body, why: 'other' } });
  await until('the other', () => lines().length > 1);
  for (let time = 0; time < 2; time++)
    await ask(asked.socket, '/v1/set', { body: { prefix: body.prefix, to: 'auto' } });
  await ask(asked.socket, '/v1/undrain', { body: { target: 'all' } });
  await until('what came after', () => asked.daemon.stderr().includes('nothing is drained'));
  expect(lines()).toHaveLength(3);
});

describe('the stream of events', () => {
  it('begins at once with a comment', async () => {
    const wire = await connect(asked.socket, 'GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n');
    await until('its head', () => wire.heard().includes('\r\n\r\n'));
    expect(wire.heard()).toContain('Content-Type: text/event-stream');
    await until('a comment', () => wire.heard().includes(':\n\n'));
    wire.socket.destroy();
  });

  it('tells of a service that comes and goes, as the document says', async () => {
    const wire = await connect(asked.socket, 'GET /v1/events?types=transition HTTP/1.1\r\nHost: x\r\n\r\n');
    await until('its beginning', () => wire.heard().includes(':\n\n'));
    const passing = await listen([`${NET}.77:8081`]);
    const changes = (): ReturnType<typeof json>[] =>
      [...wire.heard().matchAll(/^event: transition\ndata: (.*)$/gm)]
        .map(([, data = '']) => json(data))
        .filter(({ prefix }) => prefix === `${NET}.77/32`);
    await until('it is announced', () => changes().some(({ to }) => to === 'announced'));
    await passing.stop();
    await until('it is withdrawn', () => changes().at(-1)?.to === 'down');
    const validate = schemas.getSchema('api#/components/schemas/Change');
    for (const change of changes()) expect(validate?.(change), JSON.stringify(validate?.errors)).toBe(true);
    const { body } = await ask(asked.socket, `/v1/history?prefix=${NET}.77`);
    expect(body.transitions.map(({ to }: { to: string }) => to)).toEqual(
      changes()
        .map(({ to }) => to)
        .reverse(),
    );
    wire.socket.destroy();
  });

  it('is refused with words that are no types', async () => {
    const { status, body } = await ask(asked.socket, '/v1/events?types=transition,pear');
    expect([status, body.problems]).toEqual([400, [expect.objectContaining({ place: 'query.types' })]]);
  });
});

describe('a body', () => {
  it('is told all that is wrong with it at once, with the nearest that is right', async () => {
    const { status, headers, body } = await ask(asked.socket, '/v1/set', {
      body: { prefx: `${NET}.10/32`, to: 'sideways', ttl: 5, why: 'a\u001b[2Jb' },
    });
    expect([status, headers['content-type']]).toEqual([400, 'application/problem+json']);
    expect(body.problems).toEqual([
      { place: 'body.prefx', text: '"prefx": unknown; did you mean prefix?' },
      { place: 'body.prefix', text: 'is needed: a prefix, or an address' },
      { place: 'body.to', text: '"sideways": expected one of up, down, auto' },
      { place: 'body.ttl', text: 'expected a text: when it ends by itself; never when left out' },
      expect.objectContaining({ place: 'body.why' }),
    ]);
  });

  it('says of a ttl with auto that it would have no effect', async () => {
    const body = { prefix: `${NET}.10`, to: 'auto', ttl: '5m' };
    const reply = await ask(asked.socket, '/v1/set', { body });
    expect([reply.status, reply.body.problems]).toEqual([400, [expect.objectContaining({ place: 'body.ttl' })]]);
  });
});

describe('on loopback without a token', () => {
  const tcp = { host: `${NET}.1`, port: 8080 };

  it('everybody may read', async () => {
    expect((await ask(tcp, '/v1/summary')).status).toBe(200);
  });

  it('nobody may change anything', async () => {
    const { status, headers } = await ask(tcp, '/v1/drain', { body: { target: 'all' } });
    expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer realm="ha2bgp"']);
    for (const authorization of ['Bearer ', 'Bearer undefined', 'Basic dTpw', 'Bearer  ', 'Bearer null', '']) {
      const reply = await ask(tcp, '/v1/drain', { body: { target: 'all' }, headers: { authorization } });
      expect([authorization, reply.status]).toEqual([authorization, 401]);
    }
  });

  it('is no service of its own', async () => {
    const { body } = await ask(asked.socket, `/v1/services/${NET}.1`);
    expect(body.state).not.toBe('announced');
  });
});
