/** `ha2bgp demo` through bin/, as whoever runs the tests, on pipes: three of them beside each other, to their ends. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bin, cleanEnvironment } from '../helpers/daemon.ts';
import { childrenOf, isAlive, type Started, start, stopAll } from '../helpers/processes.ts';
import { until } from '../helpers/until.ts';

interface Demo extends Started {
  /** Its two services. */
  readonly services: readonly number[];
}

/** Where a daemon would keep what is to outlive it. */
const state = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));

async function startDemo(): Promise<Demo> {
  // What is set for the daemon of this host is no business of the demo's.
  const env = { ...cleanEnvironment(), HA2BGP_NETWORK: 'nonsense', STATE_DIRECTORY: state };
  const started = start(process.execPath, [bin, 'demo'], { env });
  const services = await until(
    () => `two services: ${started.stderr()}`,
    () => {
      const found = isAlive(started.pid) ? childrenOf(started.pid) : [];
      return found.length === 2 && found;
    },
  );
  return { ...started, services };
}

const says = (demo: Demo, text: string): Promise<boolean> =>
  until(
    () => `${text}: ${demo.stdout()}${demo.stderr()}`,
    () => {
      if (demo.child.exitCode !== null) throw new Error(`ended: ${demo.stdout()}${demo.stderr()}`);
      return demo.stdout().includes(text);
    },
  );
const socketsOf = (pid: number): number =>
  fs.readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      return fs.readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith('socket:');
    } catch {
      return false; // closed meanwhile
    }
  }).length;
const isGone = ({ pid, services }: Demo): Promise<boolean> =>
  until('no process is left', () => ![pid, ...services].some(isAlive));

/** What was done, what the router made of it, and the milliseconds that it took. */
const CHANGE = /^ +[\d.]+ s {2}(\S.*?) {2,}(session up|announced|withdrawn|unchanged|suppressed) +(?:–|(\d+) ms)/gm;

describe('ha2bgp demo', () => {
  let whole: Demo;
  let robbed: Demo;
  let stopped: Demo;
  beforeAll(async () => {
    whole = await startDemo();
    robbed = await startDemo();
    stopped = await startDemo();
  });
  afterAll(async () => {
    await stopAll();
    fs.rmSync(state, { recursive: true, force: true });
  });

  it('ends on SIGTERM at once, leaves no process behind, and takes its own end for no change', async () => {
    await says(stopped, 'web opens');
    const [web = 0] = stopped.services;
    const open = socketsOf(web);
    await until('web is closed, and not yet withdrawn', () => socketsOf(web) < open);
    expect(await stopped.stop('SIGTERM')).toBe(143);
    await isGone(stopped);
    expect([...stopped.stdout().matchAll(CHANGE)].map(([, cause]) => cause).toSorted()).toEqual([
      'dns opens',
      'ha2bgp starts',
      'web opens',
    ]);
    expect(stopped.stdout()).toMatch(/\ninterrupted at \d+\.\d s, in step 3 of 9\n$/);
    expect(stopped.stderr()).toBe('');
  });

  it('ends with 1 and a sentence when stdout cannot be written', async () => {
    const full = fs.openSync('/dev/full', 'w');
    const demo = start(process.execPath, [bin, 'demo'], {
      env: cleanEnvironment(),
      stdio: ['ignore', full, 'pipe'],
    });
    fs.closeSync(full);
    expect(await demo.ended).toBe(1);
    expect(demo.stderr()).toMatch(/^ha2bgp: demo: stdout cannot be written: ENOSPC: .*\n$/);
  });

  it('ends with 1 and a sentence when something goes that it did not ask for', async () => {
    await says(robbed, 'web opens');
    for (const pid of robbed.services) process.kill(pid, 'SIGKILL');
    expect(await robbed.ended).toBe(1);
    await isGone(robbed);
    expect(robbed.stderr()).toMatch(/^ha2bgp: demo: the (?:web|dns) service ended by itself\n$/);
  });

  it('ends quietly when nobody reads it any more', async () => {
    const child = spawn('/bin/sh', ['-c', '"$0" "$@" | head -n 1', process.execPath, bin, 'demo'], {
      env: cleanEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    await new Promise((resolve) => child.on('close', resolve));
    expect(stderr).toBe('');
  });

  it('tells of each change that a router saw, and ends by itself with 0', async () => {
    expect(await whole.ended).toBe(0);
    await isGone(whole);
    expect(whole.stderr()).toBe('');
    // No word to a terminal that is none.
    expect(whole.stdout()).not.toContain('\u001b');
    // On a host that stood still for longer than the withdraw delay, the restart was none.
    const said = whole.stdout().replace(/(dns restarts +)withdrawn(.*down for \d{4,} ms)/, '$1unchanged$2');
    const changes = [...said.matchAll(CHANGE)].map(([, cause = '', effect = '', took]) => ({
      cause: cause.replace(/\d+ times/, 'N times'),
      effect,
      took: took === undefined ? undefined : Number(took),
    }));
    expect(changes.map(({ cause, effect }) => `${cause}: ${effect}`).toSorted()).toEqual(
      [
        'ha2bgp starts: session up',
        'web opens: announced',
        'dns opens: announced',
        'web closes: withdrawn',
        'web opens: announced',
        'dns restarts: unchanged',
        'web flaps N times: suppressed',
        'dns is killed -9: withdrawn',
        'web is steady: announced',
        'ha2bgp stops: withdrawn',
      ].toSorted(),
    );
    // The delay that was asked for, from the beginning of the reading that saw it: a moment before, it may be.
    const tookOf = (cause: string) => changes.filter((change) => change.cause === cause).map(({ took = 0 }) => took);
    for (const took of [...tookOf('web opens'), ...tookOf('dns opens')]) expect(took).toBeGreaterThan(400);
    for (const took of [...tookOf('web closes'), ...tookOf('dns is killed -9')]) expect(took).toBeGreaterThan(900);
    expect(whole.stdout()).toContain('the table is empty');
    expect(fs.readdirSync(state)).toEqual([]);
  });
});
