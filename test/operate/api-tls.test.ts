/** The API over TLS: who has the token or a certificate is let in, also to read, and nobody else. */
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApi } from '../../src/api/api.ts';
import { readKeys } from '../../src/api/keys.ts';
import type { IpAddress } from '../../src/model/address.ts';
import { realClock } from '../../src/runtime/clock.ts';
import type { Log } from '../../src/runtime/log.ts';
import { ask, connect as connectPlain, exchange } from '../helpers/api-client.ts';
import { type AskedDaemon, loopbackNet, startAsked } from '../helpers/asked-daemon.ts';
import { type Authority, type Certificate, createAuthority } from '../helpers/certificates.ts';
import { bin, startDaemon } from '../helpers/daemon.ts';
import { fakeOperator, noMetrics } from '../helpers/fake-operator.ts';
import { addNamespace, connect, type Namespace } from '../helpers/namespaces.ts';
import { describeInterop } from '../helpers/peers.ts';
import { run, start, stopAll } from '../helpers/processes.ts';
import { silentLog } from '../helpers/simulation.ts';
import { until } from '../helpers/until.ts';

const NET = loopbackNet(103);

const TOKEN = 'correct-horse-battery-staple';
let place: string;
let authority: Authority;
let server: Certificate;
let anna: Certificate;
let stranger: Certificate;
let asked: AskedDaemon;

beforeAll(async () => {
  place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-tls-'));
  authority = await createAuthority(place, 'ours');
  const other = await createAuthority(place, 'theirs');
  server = await authority.sign('ha2bgp.example', `IP:${NET}.1,IP:10.93.0.1,DNS:ha2bgp.example`);
  anna = await authority.sign('anna');
  stranger = await other.sign('mallory');
  fs.writeFileSync(path.join(place, 'token'), `${TOKEN}\n`, { mode: 0o600 });
  asked = await startAsked(103, words(`${NET}.1:8443`));
});

afterAll(async () => {
  await asked?.close();
  await stopAll();
  fs.rmSync(place, { recursive: true, force: true });
});

const words = (endpoint: string): string[] => [
  ...['--api-listen', endpoint, '--api-token-file', path.join(place, 'token'), '--api-tls-cert', server.certFile],
  ...['--api-tls-key', server.keyFile, '--api-tls-client-ca', authority.file],
];
const at = (more: object = {}) => ({ host: `${NET}.1`, port: 8443, tls: { ca: authority.pem, ...more } });
/** Asks, and asks again with the session of before where there was one. */
async function twice(
  port: number,
  version: tls.SecureVersion,
): Promise<{ readonly heard: string; readonly isReused: boolean | undefined }[]> {
  const request = `POST /v1/undrain HTTP/1.1\r\nHost: ${NET}.1\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}`;
  let session: Buffer | undefined;
  const attempt = (): Promise<{ readonly heard: string; readonly isReused: boolean | undefined }> =>
    new Promise((resolve, reject) => {
      const socket = tls.connect(
        { ...at(), port, ...at().tls, minVersion: version, maxVersion: version, ...(session && { session }) },
        () => {
          isReused = socket.isSessionReused();
          socket.write(request);
        },
      );
      let heard = '';
      let isReused: boolean | undefined;
      socket.on('session', (given) => {
        session = given;
      });
      socket.on('data', (chunk) => {
        heard += chunk;
      });
      socket.on('error', reject);
      socket.on('close', () => resolve({ heard, isReused }));
    });
  return [await attempt(), await attempt()];
}
const undrain = { body: { target: `${NET}.7` } };

describe('over TLS', () => {
  it('is read on loopback by anybody', async () => {
    expect((await ask(at(), '/v1/summary')).status).toBe(200);
  });

  it('is reached by the name in the certificate', async () => {
    const { status } = await ask(at({ servername: 'ha2bgp.example' }), '/v1/health', {
      headers: { host: 'ha2bgp.example:8443' },
    });
    expect(status).toBe(200);
  });

  it('takes a change from who has a certificate of our authority, under the name in it', async () => {
    expect((await ask(at(anna), '/v1/undrain', undrain)).status).not.toBe(401);
    await asked.daemon.logged('"by":"anna"');
  });

  it('takes one from who has the token, and no certificate', async () => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await ask(at(), '/v1/undrain', { ...undrain, headers })).status).not.toBe(401);
    await asked.daemon.logged('"by":"token"');
  });

  it('says to each what it may do, and under which name', async () => {
    const who = async (more: object, headers = {}): Promise<unknown> =>
      (await ask(at(more), '/v1/caller', { headers })).body;
    expect(await who({})).toEqual({ by: 'anybody', mayChange: false });
    expect(await who(stranger)).toEqual({ by: 'anybody', mayChange: false });
    expect(await who(anna)).toEqual({ by: 'anna', mayChange: true });
    expect(await who({}, { authorization: `Bearer ${TOKEN}` })).toEqual({ by: 'token', mayChange: true });
    expect((await ask(asked.socket, '/v1/caller')).body.mayChange).toBe(true);
  });

  it('takes none from anybody else', async () => {
    expect((await ask(at(), '/v1/undrain', undrain)).status).toBe(401);
    expect((await ask(at(stranger), '/v1/undrain', undrain)).status).toBe(401);
    const headers = { authorization: `Bearer ${TOKEN}x` };
    expect((await ask(at(anna), '/v1/undrain', { ...undrain, headers })).status).toBe(401);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'takes none from a session taken up again, which shows no certificate: %s',
    async (version) => {
      for (const { heard, isReused } of await twice(8443, version)) {
        expect(heard).toMatch(/^HTTP\/1\.1 401 /);
        expect(isReused).toBe(false);
      }
    },
  );

  it('begins with few at once, and those who never agree on keys keep nobody out', async () => {
    const wires = await Promise.all(
      Array.from({ length: 100 }, () => connectPlain({ host: `${NET}.1`, port: 8443 }).catch(() => undefined)),
    );
    let closed = 0;
    for (const wire of wires) void wire?.closed.then(() => closed++);
    await until('most are closed', () => closed >= 100 - 16);
    expect(closed).toBe(100 - 16);
    for (let time = 1; time <= 3; time++) expect((await ask(at(), '/v1/health')).status).toBe(200);
    expect(closed).toBeLessThan(100);
    await asked.stillAnnounces();
    for (const wire of wires) wire?.socket.destroy();
  });

  it('answers nothing to who speaks HTTP without it, or something else', async () => {
    const plain = { host: `${NET}.1`, port: 8443 };
    expect(await exchange(plain, 'GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n')).not.toContain('200');
    expect(await exchange(plain, `\x16\x03\x01\xff\xff${'\0'.repeat(1_000)}`)).not.toContain('200');
    await asked.stillAnnounces();
  });
});

describe('other keys', () => {
  it('count at once, and cut off who came with the old ones', async () => {
    const other = await createAuthority(place, 'new');
    const berta = await other.sign('berta');
    const read = (token: string, clientCa: string): ReturnType<typeof readKeys> => {
      fs.writeFileSync(path.join(place, 'changing'), `${token}\n`, { mode: 0o600 });
      const { certFile: cert, keyFile: key } = server;
      return readKeys({ token: path.join(place, 'changing'), cert, key, clientCa });
    };
    const [before, after] = [await read('t'.repeat(16), authority.file), await read('u'.repeat(16), other.file)];
    if (before.keys === undefined || after.keys === undefined) throw new Error('keys');
    const log: Log = { ...silentLog, error: (fields) => expect(fields).toBe(undefined) };
    const endpoint = { address: `${NET}.1` as IpAddress, device: '', port: 9443 };
    const api = openApi(
      { controlSocket: undefined, listen: [endpoint], keys: before.keys },
      { operator: fakeOperator(), clock: realClock(), version: '1', settings: () => [], metrics: noMetrics, log },
    );
    const where = (certificate: object) => ({ ...at(certificate), port: 9443 });
    const status = async (certificate: object, token?: string): Promise<number> => {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      return (await ask(where(certificate), '/v1/undrain', { ...undrain, headers })).status;
    };
    await until('an answer', () => status({}).catch(() => undefined));
    expect([await status(anna), await status(berta), await status({}, 't'.repeat(16))]).toEqual([200, 401, 200]);
    const held = tls.connect({ ...where(anna), ...where(anna).tls });
    held.on('error', () => {});
    await once(held, 'secureConnect');
    api.renew(after.keys);
    await once(held, 'close');
    expect([await status(anna), await status(berta)]).toEqual([401, 200]);
    expect([await status({}, 't'.repeat(16)), await status({}, 'u'.repeat(16))]).toEqual([401, 200]);
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      expect((await twice(9443, version)).map(({ isReused }) => isReused)).toEqual([false, false]);
    }
    api.close();
  });
});

// Network namespaces need root.
describeInterop('from beyond loopback', () => {
  let [here, there]: Namespace[] = [];
  afterAll(async () => {
    await here?.remove();
    await there?.remove();
  });

  it('nobody reads without the token or a certificate', async () => {
    here = await addNamespace('api');
    there = await addNamespace('reader');
    await connect(
      { namespace: here, device: 'eth0', addresses: ['10.93.0.1/24'] },
      { namespace: there, device: 'eth0', addresses: ['10.93.0.2/24'] },
    );
    const daemon = startDaemon(
      ['--network', '10.93.0.0/24', '--bgp-backend', 'test', '--log-format', 'json', ...words('0.0.0.0:8443')],
      {},
      here.enter,
    );
    await daemon.logged('0.0.0.0 port 8443');
    const curl = (...more: string[]): Promise<string> =>
      run('nsenter', [
        ...[...(there?.enter.slice(1) ?? []), 'curl', '-sS', '--max-time', '20', '--cacert', authority.file, ...more],
        ...['-o', '/dev/null', '-w', '%{http_code}', 'https://10.93.0.1:8443/v1/status'],
      ]);
    expect(await curl()).toBe('401');
    expect(await curl('-H', `Authorization: Bearer ${TOKEN}`)).toBe('200');
    expect(await curl('--cert', anna.certFile, '--key', anna.keyFile)).toBe('200');
    expect(await curl('--cert', stranger.certFile, '--key', stranger.keyFile)).toBe('401');
    expect(await daemon.stop()).toBe(0);
  });
});

describe('keys that are not good', () => {
  const refused = async (...more: string[]): Promise<string> => {
    const checked = start(process.execPath, [
      bin,
      'check',
      '--network',
      `${NET}.0/24`,
      '--bgp-backend',
      'test',
      ...more,
    ]);
    expect(await checked.ended).toBe(1);
    return checked.stderr();
  };
  const write = (name: string, text: string, mode = 0o600): string => {
    const file = path.join(place, name);
    fs.writeFileSync(file, text, { mode });
    fs.chmodSync(file, mode);
    return file;
  };
  const listen = ['--api-listen', `${NET}.9:8443`];

  it.each([
    ['too short', 'secret-of-15-ch\n', 'has 15 octets: expected a token of 16 to 512'],
    ['empty', '', 'has 0 octets'],
    ['with a space', 'correct horse battery staple\n', 'expected printable ASCII without spaces'],
  ])('a token that is %s', async (_what, text, why) => {
    const said = await refused(...listen, '--api-token-file', write('bad-token', text));
    expect(said).toContain(`ha2bgp: --api-token-file: ${path.join(place, 'bad-token')}: the first line`);
    expect(said).toContain(why);
    for (const word of text.split(/\s/).filter((each) => each.length > 5)) expect(said).not.toContain(word);
  });

  it('that are not there, or no keys, or not of one another: each is named', async () => {
    const junk = write('junk', 'x');
    expect(await refused(...listen, '--api-token-file', '/no/such/file')).toContain('--api-token-file: cannot be read');
    expect(await refused(...listen, '--api-token-file', '/dev/zero')).toContain('expected a regular file');
    const tls = (cert: string, key: string, ca: string): string[] => [
      ...[...listen, '--api-tls-cert', cert, '--api-tls-key', key, '--api-tls-client-ca', ca],
    ];
    expect(await refused(...tls(junk, server.keyFile, junk))).toMatch(
      /--api-tls-client-ca: .*no certificate[\s\S]*--api-tls-cert: .*no certificate/,
    );
    expect(await refused(...tls(server.certFile, anna.keyFile, authority.file))).toMatch(
      /--api-tls-key: .*does not go with/,
    );
    expect(await refused(...tls(server.certFile, junk, authority.file))).toMatch(/--api-tls-key: .*does not go with/);
  });

  it('are a reason not to start, as any other bad setting', async () => {
    const daemon = startDaemon(['--bgp-backend', 'test', ...listen, '--api-token-file', write('short', 'x')]);
    expect(await daemon.ended).toBe(1);
    expect(daemon.stderr()).toContain('expected a token of 16 to 512');
    expect(daemon.stdout()).toBe('');
  });

  it('that every user may read are a warning', async () => {
    const token = write('open', `${TOKEN}\n`, 0o644);
    const checked = start(process.execPath, [
      bin,
      'check',
      '--network',
      `${NET}.0/24`,
      ...listen,
      '--api-token-file',
      token,
    ]);
    expect(await checked.ended).toBe(0);
    expect(checked.stderr()).toContain(`--api-token-file: ${token}: every user of this host may read it`);
  });
});
