/** Under ExaBGP: its processes have a umask of 0137 (`exabgp --full-ini`), with which a new directory is of no use to anybody. */
import fs from 'node:fs';
import { expect, it } from 'vitest';
import { startDaemon } from '../helpers/daemon.ts';
import { ownFolder } from '../helpers/own-folder.ts';
import { until } from '../helpers/until.ts';

const folder = ownFolder();
const modeOf = (name: string): string | undefined =>
  fs.statSync(folder(name), { throwIfNoEntry: false })?.mode.toString(8).slice(-4);

it('directories that are made can be used whatever the umask, and files keep what it keeps from others', async () => {
  const places = ['--data-dir', folder('data'), '--control-socket', folder('run', 'x.sock')];
  const daemon = startDaemon(['--network', '127.90.0.0/24', '--name', 'x', '--bgp-backend', 'test', ...places], {}, [
    'sh',
    '-c',
    'umask 0137; exec "$@"',
    'sh',
  ]);
  await until('the control socket', () => modeOf('run/x.sock'));
  expect(['data', 'run'].map(modeOf)).toEqual(['0750', '0750']);
  expect(modeOf('run/x.sock')).toBe('0660');
  await until('the history', () => modeOf('data/x.history'));
  expect(modeOf('data/x.history')).toBe('0640');
  expect(await daemon.stop()).toBe(0);
});
