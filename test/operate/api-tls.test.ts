/** The API over TLS: who has the token or a certificate is let in, also to read, and nobody else. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, exchange } from '../helpers/api-client.ts';
import { type AskedDaemon, startAsked } from '../helpers/asked-daemon.ts';
import { type Authority, type Certificate, createAuthority } from '../helpers/certificates.ts';
import { bin, startDaemon } from '../helpers/daemon.ts';
import { addNamespace, connect, type Namespace } from '../helpers/namespaces.ts';
import { run, start, stopAll } from '../helpers/processes.ts';

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
  server = await authority.sign('ha2bgp.example', 'IP:127.93.0.1,IP:10.93.0.1,DNS:ha2bgp.example');
  anna = await authority.sign('anna');
  stranger = await other.sign('mallory');
  fs.writeFileSync(path.join(place, 'token'), `${TOKEN}\n`, { mode: 0o600 });
  asked = await startAsked(93, words('127.93.0.1:8443'));
  await asked.daemon.logged('127.93.0.1 port 8443');
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
const at = (more: object = {}) => ({ host: '127.93.0.1', port: 8443, tls: { ca: authority.pem, ...more } });
const undrain = { body: { target: '127.93.0.7' } };

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

  it('takes none from anybody else', async () => {
    expect((await ask(at(), '/v1/undrain', undrain)).status).toBe(401);
    expect((await ask(at(stranger), '/v1/undrain', undrain)).status).toBe(401);
    const headers = { authorization: `Bearer ${TOKEN}x` };
    expect((await ask(at(anna), '/v1/undrain', { ...undrain, headers })).status).toBe(401);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'takes none from a session taken up again, which shows no certificate: %s',
    async (version) => {
      const request = `POST /v1/undrain HTTP/1.1\r\nHost: 127.93.0.1\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}`;
      let session: Buffer | undefined;
      const once = (): Promise<{ readonly heard: string; readonly isReused: boolean | undefined }> =>
        new Promise((resolve, reject) => {
          const socket = tls.connect(
            { ...at(), ...at().tls, minVersion: version, maxVersion: version, ...(session && { session }) },
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
      for (let turn = 0; turn < 2; turn++) {
        const { heard, isReused } = await once();
        expect(heard).toMatch(/^HTTP\/1\.1 401 /);
        expect(isReused).toBe(false);
      }
    },
  );

  it('answers nothing to who speaks HTTP without it, or something else', async () => {
    const plain = { host: '127.93.0.1', port: 8443 };
    expect(await exchange(plain, 'GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n')).not.toContain('200');
    expect(await exchange(plain, `\x16\x03\x01\xff\xff${'\0'.repeat(1_000)}`)).not.toContain('200');
    await asked.stillAnnounces();
  });
});

describe('from beyond loopback', () => {
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
      '127.93.0.0/16',
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
  const listen = ['--api-listen', '127.93.0.9:8443'];

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
      '127.93.0.0/16',
      ...listen,
      '--api-token-file',
      token,
    ]);
    expect(await checked.ended).toBe(0);
    expect(checked.stderr()).toContain(`--api-token-file: ${token}: every user of this host may read it`);
  });
});
