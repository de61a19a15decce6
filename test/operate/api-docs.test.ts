/** The commands of docs/api.md, each run as it stands there. */
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AskedDaemon, loopbackNet, startAsked } from '../helpers/asked-daemon.ts';
import { createAuthority } from '../helpers/certificates.ts';
import { root } from '../helpers/daemon.ts';
import { json } from '../helpers/json.ts';
import { start, stopAll } from '../helpers/processes.ts';

const commands = [...fs.readFileSync(path.join(root, 'docs/api.md'), 'utf8').matchAll(/^\$ (curl .*)$/gm)].map(
  ([, command = '']) => command,
);
const NET = loopbackNet(105);
let asked: AskedDaemon;
let place: string;

beforeAll(async () => {
  place = fs.mkdtempSync('/tmp/ha2bgp-api-docs-');
  const authority = await createAuthority(place, 'ca');
  const server = await authority.sign('server', `IP:${NET}.1`);
  const anna = await authority.sign('anna');
  fs.writeFileSync(path.join(place, 'api-token'), `${'0123456789abcdef'.repeat(4)}\n`, { mode: 0o600 });
  fs.copyFileSync(authority.file, path.join(place, 'ca.pem'));
  fs.copyFileSync(anna.certFile, path.join(place, 'anna.pem'));
  fs.copyFileSync(anna.keyFile, path.join(place, 'anna.key'));
  asked = await startAsked(105, [
    ...[
      '--network',
      '192.0.2.0/24',
      '--api-listen',
      `${NET}.1:8443`,
      '--api-token-file',
      path.join(place, 'api-token'),
    ],
    ...['--api-tls-cert', server.certFile, '--api-tls-key', server.keyFile, '--api-tls-client-ca', authority.file],
  ]);
});

afterAll(async () => {
  await asked?.close();
  await stopAll();
  fs.rmSync(place, { recursive: true, force: true });
});

describe('docs/api.md', () => {
  it('shows commands', () => {
    expect(commands.length).toBeGreaterThan(9);
  });

  it.each(commands)('%s', async (command) => {
    const here = command
      .replaceAll('/run/ha2bgp/dns.sock', asked.socketPath)
      .replaceAll('https://192.0.2.1:8443', `https://${NET}.1:8443`)
      .replaceAll('/etc/ha2bgp/', `${place}/`);
    const isStream = command.includes('/v1/events');
    const ran = start('sh', ['-c', here.replace('curl ', `curl --fail-with-body --max-time ${isStream ? 1 : 20} `)]);
    // 28: the time was up, as a stream's is only then.
    expect(await ran.ended, ran.stdout() + ran.stderr()).toBe(isStream ? 28 : 0);
    if (isStream) expect(ran.stdout()).toMatch(/^:\n/);
    else expect(json(ran.stdout()), ran.stdout()).toBeTypeOf('object');
  });
});
