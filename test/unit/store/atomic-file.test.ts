/** A file that is replaced in one step. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replaceFile } from '../../../src/store/atomic-file.ts';
import { takeLock, whyNotWritable } from '../../../src/store/data-directory.ts';

let place = '';
beforeEach(() => {
  place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-atomic-'));
});
afterEach(() => fs.rmSync(place, { recursive: true, force: true }));

describe('a file that is replaced', () => {
  it('is whole, has its mode whatever the umask, and leaves nothing beside it', async () => {
    const file = path.join(place, 'a');
    const before = process.umask(0o077);
    try {
      await replaceFile(file, 'old');
      await replaceFile(file, 'new');
    } finally {
      process.umask(before);
    }
    expect(fs.readFileSync(file, 'utf8')).toBe('new');
    expect(fs.statSync(file).mode & 0o777).toBe(0o640);
    expect(fs.readdirSync(place)).toEqual(['a']);
  });

  it('is the old one still when the new one cannot be written, and no half stands beside it', async () => {
    const file = path.join(place, 'a');
    await replaceFile(file, 'old');
    fs.mkdirSync(`${file}.new`);
    await expect(replaceFile(file, 'new')).rejects.toThrow('EISDIR');
    expect(fs.readFileSync(file, 'utf8')).toBe('old');
    fs.rmdirSync(`${file}.new`);
    fs.rmSync(file);
    fs.mkdirSync(file);
    await expect(replaceFile(file, 'new')).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(fs.readdirSync(place)).toEqual(['a']);
  });
});

describe('a data directory', () => {
  it('is made in a parent that is there, and in no other', async () => {
    expect(await whyNotWritable(path.join(place, 'made'))).toBeUndefined();
    expect(fs.statSync(path.join(place, 'made')).mode & 0o777).toBe(0o755);
    expect(await whyNotWritable(path.join(place, 'no', 'parent'))).toContain('ENOENT');
    expect(await whyNotWritable('/proc/ha2bgp')).toContain('ENOENT');
  });

  it('has locks that one has at a time', async () => {
    const file = path.join(place, 'lock');
    const first = await takeLock(file);
    expect([first === undefined, await takeLock(file)]).toEqual([false, undefined]);
    await first?.release();
    const second = await takeLock(file);
    expect(second).toBeDefined();
    await second?.release();
  });
});
