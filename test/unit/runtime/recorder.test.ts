/** The recorder on a real ring in a real directory; a disk that fails is a stand-in. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { initialState } from '../../../src/core/state.ts';
import type { Event } from '../../../src/model/event.ts';
import { ms } from '../../../src/model/millis.ts';
import { parseRecordingLine } from '../../../src/model/recording.ts';
import type { RouteKey } from '../../../src/model/route.ts';
import {
  createRecorder,
  MOST_WAITING,
  PAUSE,
  type Recorder,
  type RecorderOptions,
} from '../../../src/runtime/recorder.ts';
import { createRing, inspectFile, type Ring, RingError, type RingOptions } from '../../../src/runtime/ring.ts';
import { policyOf } from '../../helpers/core.ts';
import { silentLog } from '../../helpers/simulation.ts';
import { until } from '../../helpers/until.ts';

let directory = '';
let file = '';
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-recorder-'));
  file = path.join(directory, 'recording');
});
afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

const state = initialState(policyOf([]));
let now = 0;
const told = (key: string): Event => ({ type: 'routeTold', at: ms(now), key: key as RouteKey, told: 'announce' });

interface Said {
  readonly level: string;
  readonly message: string;
  readonly fields: object;
}

function rig(of: Partial<RecorderOptions> = {}): {
  readonly recorder: Recorder;
  readonly said: Said[];
  hear(key: string): void;
} {
  const said: Said[] = [];
  const note = (level: string) => (fields: object, message: string) => void said.push({ level, message, fields });
  const recorder = createRecorder({
    ...{ file, size: 1_000_000, files: 3, found: 0, version: '9.9.9', settings: {} },
    clock: { now: () => ms(now) },
    wall: () => 1_000_000_000_000 + now,
    log: { ...silentLog, info: note('info'), error: note('error') },
    ...of,
  });
  return {
    recorder,
    said,
    hear(key) {
      while (!recorder.prepare(state, performance.now() + 5));
      recorder.hear(told(key));
    },
  };
}

/** What stands in a file: `header 3` with the events before it, `snapshot`, `clock`, keys of events, `end`. */
function contents(name = file): string[] {
  const lines = fs.readFileSync(name, 'utf8').split('\n');
  expect(lines.pop()).toBe('');
  return lines.flatMap((text) => {
    const line = parseRecordingLine(text);
    switch (line.type) {
      case 'header':
        return [`header ${line.header.events}`];
      case 'part':
        return [];
      case 'snapshotEnd':
        return ['snapshot'];
      case 'event':
        return [line.event.type === 'routeTold' ? line.event.key : line.event.type];
      case 'clock':
        return ['clock'];
      case 'end':
        return [`end ${line.why}`];
      default:
        return [line.type];
    }
  });
}

describe('a run', () => {
  it('begins with a header and a snapshot, holds its events in order, and its end', async () => {
    const { recorder, hear, said } = rig();
    for (const key of ['a', 'b', 'c']) hear(key);
    await recorder.close('SIGTERM');
    expect(contents()).toEqual(['header 0', 'snapshot', 'a', 'b', 'c', 'end SIGTERM']);
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    expect(said).toEqual([]);
  });

  it('is written while it goes on', async () => {
    const { recorder, hear } = rig();
    hear('a');
    await until('the event is there', () => fs.existsSync(file) && fs.readFileSync(file, 'utf8').includes('"a"'));
    await recorder.close('x');
  });

  it('is appended to those before, behind the line that one of them was cut in', async () => {
    const first = rig();
    first.hear('a');
    await first.recorder.close('x');
    fs.appendFileSync(file, '{"type":"routeTo');
    const second = rig({ found: fs.statSync(file).size });
    second.hear('b');
    await second.recorder.close('y');
    expect(contents()).toEqual(['header 0', 'snapshot', 'a', 'end x', 'damaged', 'header 0', 'snapshot', 'b', 'end y']);
  });

  it('begins anew, with a word, where somebody removed its file', async () => {
    const { recorder, hear, said } = rig();
    hear('a');
    await until('the first is there', () => fs.existsSync(file) && fs.readFileSync(file, 'utf8').includes('"a"'));
    fs.rmSync(file);
    const really = performance.now.bind(performance);
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => really() + 1_000);
    hear('b');
    await until('it is seen', () => said.length > 0);
    clock.mockRestore();
    expect(said).toMatchObject([{ level: 'error', fields: { detail: `${file} was removed` } }]);
    now += PAUSE;
    hear('c');
    await recorder.close('x');
    expect(contents()).toEqual(['header 2', 'snapshot', 'c', 'end x']);
  });

  it('says when the wall clock moved against the other', async () => {
    let offset = 0;
    const { recorder, hear } = rig({ wall: () => now + offset });
    hear('a');
    offset = 400;
    hear('b');
    offset = 3_600_000;
    hear('c');
    hear('d');
    await recorder.close('x');
    expect(contents()).toEqual(['header 0', 'snapshot', 'a', 'b', 'clock', 'c', 'd', 'end x']);
  });

  it('that ends at once has written what waited', async () => {
    const { recorder, hear } = rig();
    hear('a');
    await until('the first is there', () => fs.existsSync(file) && fs.readFileSync(file, 'utf8').includes('"a"'));
    await new Promise((resolve) => setImmediate(resolve));
    hear('b');
    recorder.flush();
    expect(contents()).toEqual(['header 0', 'snapshot', 'a', 'b', 'end left at once']);
    await recorder.close('late');
  });
});

describe('the ring', () => {
  it('has files that begin with header and snapshot, as long as was asked, and so many of them', async () => {
    const { recorder, hear } = rig({ size: 20_000 });
    let number = 0;
    while (!fs.existsSync(`${file}.2`) || number < 2_000) {
      hear(`k${number++}`);
      if (number % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await recorder.close('x');
    expect(fs.readdirSync(directory).sort()).toEqual(['recording', 'recording.1', 'recording.2']);
    const all = [`${file}.2`, `${file}.1`, file].map((name) => contents(name));
    let next = Number(/\d+/.exec(all[0]?.[0] ?? '')?.[0]);
    expect(next).toBeGreaterThan(0);
    for (const [index, [header, snapshot, ...events]] of all.entries()) {
      expect([header, snapshot]).toEqual([`header ${next}`, 'snapshot']);
      if (index === 2) expect(events.pop()).toBe('end x');
      expect(events).toEqual(events.map((_, at) => `k${next + at}`));
      next += events.length;
      const { size, mode } = fs.statSync(all.length - 1 === index ? file : `${file}.${2 - index}`);
      if (index < 2) expect(size).toBeGreaterThanOrEqual(20_000);
      expect(size).toBeLessThan(20_200);
      expect(mode & 0o777).toBe(0o600);
    }
    expect(next).toBe(number);
  });

  it('goes on where a file that is full already was found', async () => {
    fs.writeFileSync(file, `${JSON.stringify({ ha2bgp: '1' })}\n`);
    const { recorder, hear } = rig({ found: 1_000_000 });
    hear('a');
    await recorder.close('x');
    expect(contents()).toEqual(['header 0', 'snapshot', 'a', 'end x']);
    expect(fs.existsSync(`${file}.1`)).toBe(true);
  });

  it('leaves alone what somebody else put in the place of its file', async () => {
    const { recorder, hear } = rig({ size: 20_000 });
    hear('a');
    await until('it is there', () => fs.existsSync(file) && fs.readFileSync(file, 'utf8').includes('"a"'));
    fs.renameSync(file, `${file}.kept`);
    for (let number = 0; number < 500; number++) hear(`k${number}`);
    await recorder.close('x');
    expect(fs.existsSync(`${file}.1`)).toBe(false);
    expect(contents(`${file}.kept`)[2]).toBe('a');
    expect(contents()[0]).toMatch(/^header [1-9]/);
  });
});

describe('what is there already', () => {
  it.each([
    ['something else', () => fs.writeFileSync(file, 'root:x:0:0\n')],
    ['a directory', () => fs.mkdirSync(file)],
    ['JSON of another kind', () => fs.writeFileSync(file, '{"level":"info"}\n')],
  ])('is not spoilt: %s', async (_name, make) => {
    make();
    const before = fs.statSync(file).isFile() ? fs.readFileSync(file, 'utf8') : undefined;
    expect(() => inspectFile(file)).toThrow(RingError);
    const { recorder, hear, said } = rig();
    hear('a');
    await recorder.close('x');
    expect(said).toEqual([
      expect.objectContaining({ level: 'error', message: 'recording stopped, tried again later' }),
    ]);
    if (before !== undefined) expect(fs.readFileSync(file, 'utf8')).toBe(before);
  });

  it('may be nothing, an empty file, or the beginning of a header', () => {
    expect(inspectFile(file)).toBe(0);
    fs.writeFileSync(file, '');
    expect(inspectFile(file)).toBe(0);
    fs.writeFileSync(file, '{"ha2');
    expect(inspectFile(file)).toBe(5);
  });

  it('has one writer at a time', async () => {
    const first = rig();
    first.hear('a');
    await until('it is there', () => fs.existsSync(file) && fs.readFileSync(file, 'utf8').includes('"a"'));
    const second = rig();
    second.hear('b');
    await second.recorder.close('y');
    expect(second.said).toEqual([
      expect.objectContaining({ fields: { file, detail: `another process records into ${file}` } }),
    ]);
    await first.recorder.close('x');
    expect(contents()).toEqual(['header 0', 'snapshot', 'a', 'end x']);
  });
});

describe('a disk', () => {
  interface FakeRing extends Ring {
    readonly lines: string[];
    readonly options: RingOptions;
    bytes: number;
  }
  function fakeRing(): { readonly ring: () => FakeRing; readonly makeRing: typeof createRing } {
    let made: FakeRing | undefined;
    return {
      ring: () => made as FakeRing,
      makeRing(options) {
        const lines: string[] = [];
        made = {
          ...{ lines, options, bytes: 0 },
          append: (line) => void lines.push(line),
          turn: () => void lines.push('turn'),
          waiting: () => (made as FakeRing).bytes,
          close: async () => {},
          flush: () => {},
        };
        return made;
      },
    };
  }
  const headers = (lines: readonly string[]): number[] =>
    lines.flatMap((text) => {
      const line = parseRecordingLine(text);
      return line.type === 'header' ? [line.header.events] : [];
    });

  it('that is full is told of once; later it begins anew with a header that tells what is missing', () => {
    const { ring, makeRing } = fakeRing();
    const { hear, said } = rig({ makeRing });
    hear('a');
    ring().options.failed(new Error('ENOSPC'));
    const before = ring().lines.length;
    for (const key of ['b', 'c']) hear(key);
    ring().options.failed(new Error('ENOSPC'));
    expect(ring().lines).toHaveLength(before);
    now += PAUSE;
    hear('d');
    expect(headers(ring().lines)).toEqual([0, 3]);
    expect(ring().lines.at(-1)).toContain('"d"');
    expect(said).toEqual([
      { level: 'error', message: 'recording stopped, tried again later', fields: { file, detail: 'ENOSPC' } },
    ]);
    ring().options.drained();
    ring().options.drained();
    expect(said.slice(1)).toEqual([{ level: 'info', message: 'recording again', fields: { file, missedEvents: 2 } }]);
  });

  it('that is too slow has what waits written, and then a new header; nothing grows meanwhile', () => {
    const { ring, makeRing } = fakeRing();
    const { hear, said } = rig({ makeRing });
    hear('a');
    ring().bytes = MOST_WAITING + 1;
    hear('b');
    const before = ring().lines.length;
    for (let number = 0; number < 100; number++) hear('c');
    now += PAUSE;
    hear('d');
    expect(ring().lines).toHaveLength(before);
    ring().bytes = 0;
    hear('e');
    expect(headers(ring().lines)).toEqual([0, 103]);
    expect(said).toHaveLength(1);
  });

  it('that fails in the middle of a snapshot does not hold the core up', () => {
    const { ring, makeRing } = fakeRing();
    const { recorder } = rig({ makeRing });
    expect(recorder.prepare(state, 0)).toBe(false);
    ring().options.failed(new Error('EIO'));
    expect(recorder.prepare(state, 0)).toBe(true);
  });

  it('that lets nothing be renamed has no file that grows for ever', async () => {
    // A directory stands where the older file would go.
    fs.mkdirSync(path.join(`${file}.2`, 'full'), { recursive: true });
    fs.writeFileSync(`${file}.1`, '');
    let ring: Ring | undefined;
    const makeRing: typeof createRing = (options) => {
      ring = createRing(options);
      return ring;
    };
    const { recorder, hear, said } = rig({ size: 20_000, makeRing });
    let number = 0;
    for (let round = 0; round < 5; round++) {
      for (let each = 0; each < 500; each++) hear(`k${number++}`);
      await until('given up', () => ring?.waiting() === 0 && said.length === 1);
      now += PAUSE;
    }
    expect(fs.statSync(file).size).toBeLessThan(20_200);
    fs.rmSync(`${file}.2`, { recursive: true });
    hear('again');
    await until('again', () => said.length === 2);
    await recorder.close('x');
    expect(contents(`${file}.1`)[0]).toBe('header 0');
    expect(contents().slice(0, 3)).toEqual(['header 2500', 'snapshot', 'again']);
  });

  it('or a core that cannot be written down, never ends what the core decides', () => {
    const { makeRing } = fakeRing();
    const { recorder, said } = rig({ makeRing });
    const odd = { ...state, odd: new Map([['x', () => {}]]) };
    while (!recorder.prepare(odd, performance.now() + 5));
    recorder.hear(told('a'));
    expect(said).toEqual([expect.objectContaining({ message: 'recording stopped, tried again later' })]);
  });

  it('that is gone, and comes back, is written to again', async () => {
    const lost = path.join(directory, 'mounted');
    const { recorder, hear, said } = rig({ file: path.join(lost, 'recording') });
    hear('a');
    await until('said', () => said.length > 0);
    fs.mkdirSync(lost);
    now += PAUSE;
    hear('b');
    await until('again', () => said.length > 1);
    await recorder.close('x');
    expect(contents(path.join(lost, 'recording'))).toEqual(['header 1', 'snapshot', 'b', 'end x']);
  });
});

it('closes what it opened', async () => {
  const open = (): number => fs.readdirSync('/proc/self/fd').length;
  const before = open();
  const ring = createRing({ file, files: 2, failed: () => {}, drained: () => {} });
  ring.append('{"ha2bgp":"');
  ring.turn();
  ring.append('{"ha2bgp":"');
  await ring.close();
  expect(open()).toBe(before);
});
