/** The journal on a real ring in a real directory; a disk that fails is a stand-in. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ms } from '../../../src/model/millis.ts';
import { createRing, type Ring, type RingOptions } from '../../../src/runtime/ring.ts';
import { type Journal, type JournalOptions, openJournal, PAUSE } from '../../../src/store/journal.ts';
import { silentLog } from '../../helpers/simulation.ts';

let place = '';
let now = 0;
let said: string[] = [];
const open: Journal[] = [];
beforeEach(() => {
  place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-journal-'));
  now = 0;
  said = [];
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const journal of open.splice(0)) await journal.close();
  fs.rmSync(place, { recursive: true, force: true });
});

function journal(options: Partial<JournalOptions> = {}, directory = place): Journal {
  const made = openJournal({ directory, name: 'one' }, 'history', {
    clock: { now: () => ms(now) },
    log: {
      ...silentLog,
      info: (_, message) => void said.push(`info ${message}`),
      error: (_, message) => void said.push(`error ${message}`),
    },
    ...options,
  });
  open.push(made);
  return made;
}

/** It looks at its file by the clock of the machine. */
function later(time: number): void {
  const really = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => really() + time);
}
const lineOf = (number: number): string => JSON.stringify({ number });
const file = (): string => path.join(place, 'one.history');

describe('a journal', () => {
  it('gives the next process the newest lines, the oldest of them first', async () => {
    const first = journal();
    for (const number of [1, 2, 3]) first.append(lineOf(number));
    await first.close();
    const second = journal();
    second.append(lineOf(4));
    await second.close();
    expect(await journal().readLast(3)).toEqual([2, 3, 4].map(lineOf));
    expect(await journal().readLast(10)).toEqual([1, 2, 3, 4].map(lineOf));
    expect(fs.statSync(file()).mode & 0o777).toBe(0o640);
    expect(said).toEqual([]);
  });

  it('keeps two files of a bounded size, whoever wrote the first lines', async () => {
    for (let run = 0; run < 5; run++) {
      const each = journal({ size: 1_000 });
      each.append(lineOf(run * 100));
      for (let number = 1; number < 100; number++) each.append(lineOf(run * 100 + number));
      await each.close();
    }
    expect(fs.readdirSync(place).sort()).toEqual(['one.history', 'one.history.1']);
    for (const name of fs.readdirSync(place)) expect(fs.statSync(path.join(place, name)).size).toBeLessThan(1_100);
    const lines = await journal({ size: 1_000 }).readLast(60);
    expect(lines).toEqual(Array.from({ length: 60 }, (_, index) => lineOf(440 + index)));
  });

  it('has what a crash cut as it is, and goes on in a line of its own', async () => {
    const cut = lineOf(3).slice(0, -3);
    fs.writeFileSync(file(), `${lineOf(1)}\n${lineOf(2)}\n${cut}`);
    const next = journal();
    expect(await next.readLast(10)).toEqual([lineOf(1), lineOf(2), cut]);
    next.append(lineOf(4));
    await next.close();
    expect(await journal().readLast(10)).toEqual([lineOf(1), lineOf(2), cut, lineOf(4)]);
  });

  it('that somebody removed is made anew, and loses what was in it alone', async () => {
    const removed = journal();
    removed.append(lineOf(1));
    await expect.poll(() => fs.existsSync(file()) && fs.statSync(file()).size).toBeGreaterThan(0);
    fs.rmSync(file());
    later(1_000);
    removed.append(lineOf(2));
    await removed.close();
    expect(await journal().readLast(10)).toEqual([lineOf(2)]);
    expect([removed.status(), said]).toEqual([{ notKept: undefined, dropped: 0 }, []]);
  });

  it('says once that a disk takes nothing, counts what is lost, and tries again later', async () => {
    let isFull = true;
    const makeRing = (options: RingOptions): Ring => {
      const ring = createRing(options);
      return {
        ...ring,
        append: (line) => {
          if (isFull) options.failed(new Error('ENOSPC: no space left on device, write'));
          else ring.append(line);
        },
      };
    };
    const full = journal({ makeRing });
    for (const number of [1, 2, 3]) full.append(lineOf(number));
    await expect.poll(() => full.status()).toEqual({ notKept: 'ENOSPC: no space left on device, write', dropped: 3 });
    isFull = false;
    full.append(lineOf(4)); // it rests
    now += PAUSE;
    full.append(lineOf(5));
    await full.close();
    expect(full.status()).toEqual({ notKept: undefined, dropped: 4 });
    expect(await journal().readLast(10)).toEqual([lineOf(5)]);
    expect(said).toEqual(['error not written, tried again later', 'info written again']);
  });

  it.each([
    ['in a directory that cannot be made', () => '/proc/ha2bgp'],
    ['where a file stands in the way', () => path.join(place, 'taken')],
  ])('%s loses its lines and says so once', async (_, where) => {
    fs.writeFileSync(path.join(place, 'taken'), '');
    const lost = journal({}, where());
    for (const number of [1, 2]) lost.append(lineOf(number));
    await lost.close();
    expect(lost.status()).toMatchObject({ dropped: 2, notKept: expect.stringMatching(/ENOENT|ENOTDIR|EACCES/) });
    expect(await lost.readLast(10)).toEqual([]);
    expect(said).toEqual(['error not written, tried again later']);
  });

  it('leaves a file alone that is none of its kind, and the one that another process has', async () => {
    fs.writeFileSync(file(), 'Dear diary');
    const foreign = journal();
    foreign.append(lineOf(1));
    await foreign.close();
    expect(fs.readFileSync(file(), 'utf8')).toBe('Dear diary');
    expect(foreign.status().notKept).toContain('is something else than a journal');
    fs.rmSync(file());

    const [first, second] = [journal(), journal()];
    first.append(lineOf(1));
    await expect.poll(() => fs.existsSync(file()) && fs.statSync(file()).size).toBeGreaterThan(0);
    second.append(lineOf(2));
    await expect.poll(() => second.status().notKept).toContain('another process writes to');
    expect(await second.readLast(10)).toEqual([lineOf(1)]);
  });

  it('of a disk that answers late has what came meanwhile, in its order', async () => {
    let answer = (): void => {};
    const answered = new Promise<boolean>((resolve) => {
      answer = () => resolve(true);
    });
    const late = journal({ isOurs: () => answered });
    for (const number of [1, 2]) late.append(lineOf(number));
    expect(fs.readdirSync(place)).toEqual([]);
    answer();
    late.append(lineOf(3));
    await late.close();
    expect(await late.readLast(10)).toEqual([1, 2, 3].map(lineOf));
    expect(late.status()).toEqual({ notKept: undefined, dropped: 0 });
  });

  it('of a disk that does not answer drops what is too much to wait, and says so once', () => {
    const held = journal({ isOurs: () => new Promise(() => {}) });
    const line = JSON.stringify('x'.repeat(2 ** 20));
    for (let count = 0; count < 7; count++) held.append(line);
    expect(held.status()).toMatchObject({ notKept: expect.stringContaining('the disk is too slow'), dropped: 3 });
    expect(said).toEqual(['error not written, tried again later']);
    open.splice(0);
  });

  it('that is not ours is left alone, and asked for again later', async () => {
    let isOurs = false;
    let asked = 0;
    const other = journal({
      isOurs: async () => {
        asked++;
        return isOurs;
      },
    });
    other.append(lineOf(1));
    await expect.poll(() => other.status().dropped).toBe(1);
    other.append(lineOf(2));
    isOurs = true;
    now += PAUSE;
    other.append(lineOf(3));
    await other.close();
    expect([asked, await other.readLast(10), said]).toEqual([2, [lineOf(3)], []]);
  });
});
