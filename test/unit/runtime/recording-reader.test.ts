import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRecording } from '../../../src/runtime/recording-reader.ts';
import { until } from '../../helpers/until.ts';

let directory = '';
let file = '';
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-reader-'));
  file = path.join(directory, 'r');
});
afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

const header = (events = 0, of: object = {}): string =>
  JSON.stringify({
    ha2bgp: '1',
    format: 1,
    run: 'x',
    events,
    wall: '2026-01-01T00:00:00.000Z',
    at: 0,
    settings: {},
    ...of,
  });
const PART = '{"snapshot":"due","kind":"set","of":[]}';
const END = '{"snapshot":"end"}';
const event = (at: number): string => JSON.stringify({ type: 'wentOn', at });
const BEGIN = [header(), PART, END];

const write = (name: string, ...lines: readonly string[]): void => fs.writeFileSync(name, `${lines.join('\n')}\n`);

/** `section 0 (1)`, `event 5`, `end why`, `cut r:3`. */
async function read(): Promise<string[]> {
  const items: string[] = [];
  for await (const item of readRecording(file)) {
    if (item.type === 'section') items.push(`section ${item.header.events} (${item.parts.length})`);
    else if (item.type === 'event') items.push(`event ${item.event.at}`);
    else if (item.type === 'end') items.push(`end ${item.why}`);
    else if (item.type === 'clock') items.push(`clock ${item.wall}`);
    else items.push(`cut ${path.basename(item.place)}`);
  }
  return items;
}

describe('a recording', () => {
  it('is read from its oldest file to its newest', async () => {
    write(`${file}.2`, ...BEGIN, event(1));
    write(`${file}.1`, header(1), PART, END, event(2), '{"clock":"2026-01-01T00:00:01.000Z","at":3}');
    write(file, header(2), PART, PART, END, event(3), '{"end":"SIGTERM","at":4}');
    write(`${file}.4`, 'not of this ring');
    expect(await read()).toEqual([
      ...['section 0 (1)', 'event 1', 'section 1 (1)', 'event 2', 'clock 2026-01-01T00:00:01.000Z'],
      ...['section 2 (2)', 'event 3', 'end SIGTERM'],
    ]);
  });

  it('may end in the middle of a line, in any file and before any header', async () => {
    write(`${file}.1`, ...BEGIN, event(1), '{"type":"went', ...BEGIN, event(2));
    fs.appendFileSync(`${file}.1`, '{"type"');
    write(file, ...BEGIN, event(3));
    fs.appendFileSync(file, '\0\0\0\0');
    expect(await read()).toEqual([
      ...['section 0 (1)', 'event 1', 'cut r.1:5', 'section 0 (1)', 'event 2', 'cut r.1:10'],
      ...['section 0 (1)', 'event 3', 'cut r:5'],
    ]);
  });

  it('may end in the middle of a snapshot, or of a header', async () => {
    write(`${file}.2`, ...BEGIN, event(1), header(1), PART);
    write(`${file}.1`, '{"ha2bgp":"1","form');
    write(file, '{"ha2b', ...BEGIN);
    expect(await read()).toEqual(['section 0 (1)', 'event 1', 'cut r.2:5', 'cut r.1:1', 'cut r:1', 'section 0 (1)']);
  });

  it('whose last line lacks only its end is whole', async () => {
    write(file, ...BEGIN);
    fs.appendFileSync(file, event(1));
    expect(await read()).toEqual(['section 0 (1)', 'event 1']);
  });

  it('may be cut anywhere, and what is before that is read', async () => {
    write(file, ...BEGIN, event(1), event(2), '{"end":"x","at":3}');
    const whole = fs.readFileSync(file);
    for (let length = 1; length < whole.length; length++) {
      fs.writeFileSync(file, whole.subarray(0, length));
      const items = await read();
      expect(items.filter((item) => !item.startsWith('cut'))).toEqual(
        ['section 0 (1)', 'event 1', 'event 2', 'end x'].slice(
          0,
          items.filter((item) => !item.startsWith('cut')).length,
        ),
      );
    }
  });
});

describe('what is no recording is an error that names the place', () => {
  it.each<[string, readonly string[], RegExp]>([
    ['foreign text', ['root:x:0:0'], /r:1: expected a header: is this a recording\?/],
    ['foreign JSON', ['{"level":"info"}'], /r:1: expected a header: is this a recording\?/],
    ['an event without a header', [event(1)], /r:1: expected a header/],
    [
      'an older format',
      [header(0, { format: 0 })],
      /r:1: expected a recording of format 1, not 0 \(written by ha2bgp 1\)/,
    ],
    ['a newer format', [header(0, { format: 2 })], /r:1: expected a recording of format 1, not 2/],
    ['half a header', [header(0, { settings: 1 })], /r:1: expected a whole header/],
    ['a header with a strange time', [header(0, { wall: 'noon' })], /r:1: expected a whole header/],
    ['an event inside a snapshot', [header(), PART, event(1)], /r:3: expected the rest of a snapshot/],
    ['a snapshot behind events', [...BEGIN, event(1), PART], /r:5: expected an event/],
    ['a line that is damaged in the middle', [...BEGIN, 'x', event(2)], /r:4: expected a line of JSON/],
    ['a line that is no object', [...BEGIN, '[1]'], /r:4: expected an object/],
    [
      'an unknown event',
      [...BEGIN, '{"type":"probeFailed","at":1}'],
      /r:4: expected an event that this version knows, not "probeFailed"/,
    ],
    ['a property of every object', [...BEGIN, '{"type":"constructor","at":1}'], /r:4: expected an event that this/],
    [
      'an event with a bad field',
      [...BEGIN, '{"type":"wentOn","at":"1"}'],
      /r:4: expected wentOn: at: expected milliseconds/,
    ],
    [
      'a fact with a bad field',
      [
        ...BEGIN,
        '{"type":"factsRead","at":1,"readAt":1,"resync":true,"isWhole":true,"isLast":true,"listeners":{"added":[{"protocol":"tcp","family":"ipv4","address":"10.0.0.999"}],"removed":[]}}',
      ],
      /r:4: expected factsRead: listeners: added: address: expected an address/,
    ],
    ['an end without a time', [...BEGIN, '{"end":"x"}'], /r:4: expected why, and when/],
    ['nothing', [], /r:1: expected a header/],
  ])('%s', async (_name, lines, error) => {
    write(file, ...lines);
    await expect(read()).rejects.toThrow(error);
  });

  it('an empty file, a directory, and no file', async () => {
    fs.writeFileSync(file, '');
    await expect(read()).rejects.toThrow(/r: is empty/);
    fs.rmSync(file);
    await expect(read()).rejects.toThrow(/r: ENOENT/);
    fs.mkdirSync(file);
    await expect(read()).rejects.toThrow(/r: is no regular file/);
  });

  it('a line without an end', async () => {
    write(file, ...BEGIN);
    const megabyte = 'x'.repeat(1_048_576);
    for (let number = 0; number < 66; number++) fs.appendFileSync(file, megabyte);
    await expect(read()).rejects.toThrow(/r:4: a line too long for a recording/);
  });
});

it('leaves no file open, whether it was read to its end or not', async () => {
  const isOurs = (fd: string): boolean => {
    try {
      return fs.readlinkSync(`/proc/self/fd/${fd}`).startsWith(file);
    } catch {
      return false; // the one that the folder was read with
    }
  };
  const open = (): number => fs.readdirSync('/proc/self/fd').filter(isOurs).length;
  write(`${file}.1`, ...BEGIN, event(1));
  write(file, ...BEGIN, event(1));
  await read();
  let openMeanwhile = 0;
  for await (const item of readRecording(file)) {
    openMeanwhile = open();
    if (item.type === 'event') break;
  }
  expect(openMeanwhile).toBeGreaterThan(0);
  write(file, 'nonsense');
  await expect(read()).rejects.toThrow();
  await until('all of them closed', () => open() === 0);
});
