import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeDirectory, makeDirectoryLater, searchable } from '../../../src/runtime/directory.ts';

let place = '';
beforeEach(() => {
  place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-directory-'));
});
afterEach(() => fs.rmSync(place, { recursive: true, force: true }));

const modeOf = (directory: string): string => (fs.statSync(directory).mode & 0o777).toString(8);

// mkdir(2): the mode less the umask.
describe.each([
  { umask: 0o022, mode: '755' },
  { umask: 0o077, mode: '700' },
  // ExaBGP's own, by `exabgp --full-ini` of 4.2.21.
  { umask: 0o137, mode: '750' },
  { umask: 0o777, mode: '700' },
])('with umask $umask', ({ umask, mode }) => {
  // A thread of a test has no umask of its own; this is what mkdir(2) leaves of it.
  it(`a directory is ${mode}`, () => {
    expect(searchable(0o040_755 & ~umask).toString(8)).toBe(mode);
  });
});

describe.each([
  ['makeDirectory', async (directory: string) => makeDirectory(directory)],
  ['makeDirectoryLater', makeDirectoryLater],
])('%s', (_name, make) => {
  it('makes one that can be used, and leaves one that is there as it is', async () => {
    const made = path.join(place, 'new');
    await make(made);
    fs.writeFileSync(path.join(made, 'x'), '');
    expect(modeOf(made)).toMatch(/^7/);
    fs.chmodSync(made, 0o711);
    await make(made);
    expect(modeOf(made)).toBe('711');
  });

  it('finds nothing wrong where somebody else makes it at the same moment', async () => {
    const made = path.join(place, 'new');
    fs.mkdirSync(made);
    const looks = vi.spyOn(fs, 'existsSync').mockReturnValue(false);
    await expect(make(made)).resolves.toBeUndefined();
    looks.mockRestore();
  });

  it('makes no parents, and says what the system says', async () => {
    await expect(make(path.join(place, 'a/b'))).rejects.toThrow('ENOENT');
    fs.writeFileSync(path.join(place, 'file'), '');
    await expect(make(path.join(place, 'file/b'))).rejects.toThrow('ENOTDIR');
  });
});
