/**
 * A daemon that is operated at random for ten minutes, with its own speaker and under ExaBGP: at each quiet point a model made
 * from docs/, the daemon's status and explanations, and the table of the BIRD behind it are of one mind.
 * HA2BGP_OPERATION_SECONDS: how long for each; HA2BGP_OPERATION_SEED: as which run before. Needs root.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bin, cleanEnvironment } from '../helpers/daemon.ts';
import { describeInterop } from '../helpers/peers.ts';
import { start, stopAll } from '../helpers/processes.ts';

const SECONDS = Number(process.env['HA2BGP_OPERATION_SECONDS'] ?? 600);
const SEED = process.env['HA2BGP_OPERATION_SEED'] ?? String(Date.now() % 100_000);
const MAIN = path.join(import.meta.dirname, 'operation', 'main.py');
/** Whatever it starts ends with it, and what it mounts and configures is its own. */
const APART = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private'];

describeInterop('a daemon that is operated at random', () => {
  let place: string;
  beforeEach(() => {
    place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
  });
  afterEach(async () => {
    await stopAll();
    fs.rmSync(place, { recursive: true, force: true });
  });

  it.each(['speaker', 'exabgp'])('%s', { timeout: SECONDS * 1_000 + 300_000 }, async (backend) => {
    const words = ['/usr/bin/python3', MAIN, backend, String(SECONDS), SEED, place, bin];
    const PATH = `${path.dirname(process.execPath)}:${process.env['PATH']}`;
    const driver = start('unshare', [...APART, ...words], {
      env: { ...cleanEnvironment(), PATH, PYTHONDONTWRITEBYTECODE: '1' },
    });
    const status = await driver.ended;
    process.stdout.write(`${backend}, seed ${SEED}: ${driver.stdout()}`);
    expect(status, driver.stderr()).toBe(0);
  });
});
