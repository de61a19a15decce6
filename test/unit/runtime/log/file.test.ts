/** The log in a file that is moved, removed, full or not there. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Destination, LogLine } from '../../../../src/runtime/log/destination.ts';
import { fileDestination } from '../../../../src/runtime/log/file.ts';
import { until } from '../../../helpers/until.ts';

let place: string;
let file: string;
let failures: string[];
let destination: Destination;

const line = (text: string): LogLine => ({ level: 'info', json: `${text}\n` });
const open = (to: string, capacity?: number): Destination =>
  fileDestination({
    file: to,
    render: ({ json }) => json,
    failed: (detail) => failures.push(detail),
    ...(capacity !== undefined && { capacity }),
  });
const read = (from = file): string => (fs.existsSync(from) ? fs.readFileSync(from, 'utf8') : '');
const has = (text: string, from = file): Promise<boolean> =>
  until(
    () => `${JSON.stringify(text)} in ${from}, which has ${JSON.stringify(read(from))}`,
    () => read(from) === text,
  );

beforeEach(() => {
  place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-log-'));
  file = path.join(place, 'log');
  failures = [];
});
afterEach(async () => {
  await destination.close();
  fs.rmSync(place, { recursive: true, force: true });
});

describe('a file', () => {
  it('is appended to, in order, and may be read by its group', async () => {
    fs.writeFileSync(file, 'before\n', { mode: 0o600 });
    destination = open(file);
    for (const text of ['one', 'two']) destination.write(line(text));
    await has('before\none\ntwo\n');
    destination.write(line('three'));
    await destination.close();
    expect(read()).toBe('before\none\ntwo\nthree\n');
    fs.rmSync(file);
    destination = open(file);
    destination.write(line('new'));
    await has('new\n');
    expect((fs.statSync(file).mode & 0o777).toString(8)).toBe((0o640 & ~process.umask()).toString(8));
  });

  it('that was moved away is opened anew when we are told, and no line is in neither', async () => {
    destination = open(file);
    destination.write(line('one'));
    await has('one\n');
    fs.renameSync(file, `${file}.1`);
    destination.write(line('two'));
    await has('one\ntwo\n', `${file}.1`);
    destination.reopen();
    destination.write(line('three'));
    await has('three\n');
    await has('one\ntwo\n', `${file}.1`);
  });

  it('is opened anew also while lines never end', async () => {
    destination = open(file);
    let isOver = false;
    let lines = 0;
    const keepOn = (): void => {
      for (let line = 0; line < 100; line++) destination.write({ level: 'info', json: `line ${lines++}\n` });
      if (!isOver) setImmediate(keepOn);
    };
    keepOn();
    await until('some of it', () => read() !== '');
    fs.renameSync(file, `${file}.1`);
    destination.reopen();
    await until('the new file', () => read() !== '');
    isOver = true;
    await destination.close();
    const said = `${read(`${file}.1`)}${read()}`.trimEnd().split('\n');
    // What waited too long was dropped, and nothing came twice or in another order.
    const numbers = said.filter((text) => text.startsWith('line ')).map((text) => Number(text.slice(5)));
    expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other));
    expect(numbers.length + destination.dropped()).toBe(lines);
    expect(failures).toEqual([]);
  });

  it('is there at once when we are told, though nothing is logged', async () => {
    destination = open(file);
    destination.write(line('one'));
    await has('one\n');
    fs.renameSync(file, `${file}.1`);
    destination.reopen();
    await until('the new file', () => fs.existsSync(file));
  });

  it('that cannot be opened anew goes on where it is', async () => {
    destination = open(file);
    destination.write(line('one'));
    await has('one\n');
    fs.renameSync(file, `${file}.1`);
    fs.mkdirSync(file);
    destination.reopen();
    await until('said', () => failures.length > 0);
    destination.write(line('two'));
    await has('one\ntwo\n', `${file}.1`);
    expect(failures).toEqual([expect.stringContaining('EISDIR')]);
    fs.rmdirSync(file);
    await until('tried again', () => fs.existsSync(file));
    destination.write(line('three'));
    await has('three\n');
  });

  it('that was removed is made anew by itself, its directory too where somebody makes that', async () => {
    const inner = path.join(place, 'inner');
    fs.mkdirSync(inner);
    file = path.join(inner, 'log');
    destination = open(file);
    destination.write(line('one'));
    await has('one\n');
    fs.rmSync(inner, { recursive: true });
    // What is written within a second of the last look may be lost with the file.
    let lines = 0;
    await until('said', () => {
      destination.write(line(`line ${lines++}`));
      return failures.length > 0;
    });
    expect(failures).toEqual([expect.stringContaining('ENOENT')]);
    destination.write(line('kept'));
    fs.mkdirSync(inner);
    await until('what waited', () => read().includes('kept\n'));
    expect(failures).toHaveLength(1);
  });

  it('that is none is refused and said, and nothing waits for its reader', async () => {
    destination = open('/dev/full');
    destination.write(line('one'));
    await until('said', () => failures.length > 0);
    expect(failures).toEqual(['/dev/full is no regular file']);
  });

  it('that stays away costs a bounded memory; what is dropped is counted, and told in its place', async () => {
    file = path.join(place, 'later', 'log');
    destination = open(file, 16);
    for (const text of ['1234567', '8901234', 'x', 'y']) destination.write(line(text));
    await until('said', () => failures.length > 0);
    expect(destination.dropped()).toBe(2);
    fs.mkdirSync(path.dirname(file));
    await until('all of it', () => read().split('\n').length > 3);
    const [first, second, third = ''] = read().split('\n');
    expect([first, second]).toEqual(['1234567', '8901234']);
    expect(JSON.parse(third)).toMatchObject({ level: 'warn', msg: 'log lines dropped', count: 2 });
    expect(destination.dropped()).toBe(2);
  });

  it('gets at once what waits when the process ends', async () => {
    destination = open(file);
    destination.write(line('one'));
    await has('one\n');
    destination.write(line('two'));
    destination.flush();
    expect(read()).toBe('one\ntwo\n');
  });

  it('closes though it never could be opened, and counts what is lost with that', async () => {
    destination = open(path.join(place, 'nowhere', 'log'));
    destination.write(line('one'));
    await destination.close();
    expect(destination.dropped()).toBe(1);
  });
});
