/** `--config` through bin/: what a file says is done, and what is wrong with it is said, with the right exit status. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { root, startDaemon } from '../helpers/daemon.ts';
import { stopAll } from '../helpers/processes.ts';

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'config-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));
afterEach(stopAll);

const write = (name: string, text: string): string => {
  const file = path.join(folder, name);
  fs.writeFileSync(file, text, { mode: 0o600 });
  return file;
};

async function ends(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const daemon = startDaemon(args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  return { status: await daemon.ended, stdout: daemon.stdout(), stderr: daemon.stderr() };
}

describe('a configuration file', () => {
  it('has its static prefixes announced at once, and withdrawn at the end', async () => {
    const file = write('static.yaml', 'bgp-backend: test\nstatic:\n  - {prefixes: 192.0.2.0/24, med: 5}\n');
    const daemon = startDaemon(['run'], { env: { HA2BGP_CONFIG: file } });
    await daemon.told('announce route 192.0.2.0/24 next-hop self med 5');
    expect(await daemon.stop()).toBe(0);
    expect(daemon.announced()).toEqual([]);
  });

  it('that is bad ends run and check with 1, every mistake with its place', async () => {
    const file = write('bad.yaml', 'network: x\nnetwrok: y\nbgp:\n  peers: [{address: 10.0.0.1, as: 65000.70000}]\n');
    for (const command of ['run', 'check']) {
      const { status, stdout, stderr } = await ends([command, '--config', file, '--interval', '1y']);
      expect([status, stdout]).toEqual([1, '']);
      for (const place of [':1:10: network: ', ':2:1: "netwrok": ', ':4:35: as: "65000.70000": ']) {
        expect(stderr).toContain(`ha2bgp: ${file}${place}`);
      }
      expect(stderr).toContain('ha2bgp: --interval: ');
    }
    expect((await ends(['check', '--config', `${folder}/none.yaml`])).stderr).toContain(
      'none.yaml: cannot be read: ENOENT',
    );
  });

  it('is what check says it is, without the passwords', async () => {
    const key = write('key', 'hunter2\n');
    const file = write(
      'speaker.yaml',
      `network: 192.0.2.0/24
bgp-backend: speaker
bgp:
  local-as: 65000
  router-id: 10.1.1.1
  peers: [{address: 10.1.1.254, as: 65001, password-file: ${key}}, {address: 10.1.2.254, as: 1, password-env: KEY}]
`,
    );
    const { status, stdout, stderr } = await ends(['check', '--config', file], { KEY: 'swordfish' });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(new RegExp(`^local-as +65000 +${file}:4:3$`, 'm'));
    expect(stdout).toContain(`10.1.1.254,as=65001,password-file=${key};10.1.2.254,as=1,password-env=KEY`);
    expect(stdout).not.toMatch(/hunter2|swordfish/);
    fs.chmodSync(key, 0o644);
    const open = await ends(['check', '--config', file], { KEY: 'x'.repeat(81) });
    expect(open.status).toBe(1);
    expect(open.stderr).toContain('every user of this host may read it');
    expect(open.stderr).toContain('10.1.2.254: password-env KEY has 81 octets: expected a password of 1 to 80');
    expect(open.stderr).not.toMatch(/hunter2|xxx/);
  });

  it('has a schema for editors', async () => {
    const { status, stdout, stderr } = await ends(['config-schema']);
    expect([status, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ type: 'object', additionalProperties: false });
    expect((await ends(['config-schema', '--network', '10.0.0.0/8'])).status).toBe(2);
  });

  it('is in contrib, for the speaker, and lacks but its password', async () => {
    const { status, stderr } = await ends(['check', '--config', path.join(root, 'contrib/ha2bgp.yaml')]);
    expect(status).toBe(1);
    expect(stderr.trimEnd().split('\n')).toEqual([expect.stringContaining('10.1.1.254: password-file cannot be read')]);
  });
});
