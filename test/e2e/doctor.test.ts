/** `ha2bgp doctor` through bin/. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bin, cleanEnvironment, root } from '../helpers/daemon.ts';
import { start } from '../helpers/processes.ts';

let place: string;
const conf = (text: string): string => {
  const file = path.join(place, 'exabgp.conf');
  fs.writeFileSync(file, text);
  return file;
};
async function doctor(...words: readonly string[]) {
  const started = start(process.execPath, [bin, 'doctor', ...words], { env: cleanEnvironment(), cwd: place });
  started.child.stdin?.end();
  const status = await started.ended;
  return { status, stdout: started.stdout(), stderr: started.stderr() };
}

/** A program that root may run, wherever the tests live. */
const contrib = (): string =>
  fs
    .readFileSync(path.join(root, 'contrib/exabgp.conf'), 'utf8')
    .replace('/usr/bin/ha2bgp', path.join(place, 'ha2bgp'));

beforeAll(() => {
  place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
  fs.chmodSync(place, 0o755);
  fs.writeFileSync(path.join(place, 'ha2bgp'), '#!/bin/sh\n', { mode: 0o755 });
});
afterAll(() => {
  fs.rmSync(place, { recursive: true, force: true });
});

describe('ha2bgp doctor', () => {
  it('finds nothing wrong with contrib/exabgp.conf, in one line', async () => {
    const { status, stdout, stderr } = await doctor('--user', 'root', conf(contrib()));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toBe(`${path.join(place, 'exabgp.conf')}: fits ha2bgp under ExaBGP 4.2 and 5.0\n`);
  });

  it('names file and line, and what to write there as it is to be written; 1 says that there is an error', async () => {
    const text = contrib().replace('--nexthop', '--protocol tcp,udp --nexthop').replace('encoder text;', '');
    const { status, stdout } = await doctor('--user', 'root', path.basename(conf(text)));
    expect(status).toBe(1);
    expect(stdout.split('\n')).toEqual([
      'exabgp.conf:7: error: the process "ha" has no encoder [encoder-missing]',
      '    write: encoder text;',
      'exabgp.conf:8: error: ExaBGP takes "tcp,udp" apart: a word with a comma, a bracket or a quote inside needs quotes around all of it [run-word-split]',
      `    write: run ${place}/ha2bgp --network 100.64.0.0/24 --network 2001:db8:64::/64 --protocol "tcp,udp" --nexthop 2001:db8:1::1;`,
      'exabgp.conf: 2 errors, 0 warnings',
      '',
    ]);
  });

  it('ends with 0 when there are warnings alone', async () => {
    const { status, stdout } = await doctor('--user', 'root', conf(contrib().replace('neighbor-changes;', '')));
    expect(status).toBe(0);
    expect(stdout).toContain('warning: ha2bgp is not told when the session with "127.0.1.1" comes up');
    expect(stdout).toContain('fits ha2bgp under ExaBGP 4.2 and 5.0, 1 warning\n');
  });

  it('looks at the program as the user that ExaBGP runs as', async () => {
    const closed = path.join(place, 'closed');
    fs.mkdirSync(closed, { mode: 0o700 });
    fs.writeFileSync(path.join(closed, 'ha2bgp'), '#!/bin/sh\n', { mode: 0o755 });
    const { stdout } = await doctor('--user', 'nobody', conf(contrib().replace(`${place}/ha2bgp`, `${closed}/ha2bgp`)));
    expect(stdout).toContain(`error: the user nobody may not enter ${closed}`);
  });

  it.each<[string, readonly string[], RegExp]>([
    ['no file', [], /^ha2bgp: FILE: expected/],
    ['a file that is not there', ['gone.conf'], /^ha2bgp: gone\.conf: cannot be read: ENOENT/],
    ['a folder', ['/'], /^ha2bgp: \/: expected a regular file$/m],
    ['what never ends', ['/dev/zero'], /expected a regular file/],
    ['two files', ['exabgp.conf', 'exabgp.conf'], /"exabgp\.conf": stray word: expected FILE alone/],
    ['an unknown flag', ['--frob', 'exabgp.conf'], /--frob: unknown flag/],
    ['a user that is not there', ['--user', 'no-such-user', 'exabgp.conf'], /no user "no-such-user"/],
    ['a release that is not known', ['--exabgp', '3.4', 'exabgp.conf'], /--exabgp: "3\.4": expected 4\.2 or 5\.0/],
  ])('refuses %s with 2', async (_name, words, says) => {
    conf(contrib());
    const { status, stdout, stderr } = await doctor(...words);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(says);
  });

  it.each([
    'services:\n  - {name: a, prefixes: 192.0.2.1/32}\n',
    '# ours\nnetwork: 192.0.2.0/24\nbgp:\n  local-as: 1\n',
  ])('says of a file of ha2bgp, in one line, who reads it: %j', async (text) => {
    fs.writeFileSync(path.join(place, 'ha2bgp.yaml'), text);
    expect(await doctor('ha2bgp.yaml')).toEqual({
      status: 2,
      stdout: '',
      stderr:
        'ha2bgp: ha2bgp.yaml: is a file of ha2bgp, not of ExaBGP: it is read by ha2bgp check --config ha2bgp.yaml\n',
    });
  });

  it('refuses what is not UTF-8', async () => {
    fs.writeFileSync(path.join(place, 'latin.conf'), Buffer.from([0x23, 0xe9, 0x0a]));
    expect(await doctor('latin.conf')).toMatchObject({
      status: 2,
      stderr: 'ha2bgp: latin.conf: is not UTF-8, which ExaBGP expects\n',
    });
  });
});
