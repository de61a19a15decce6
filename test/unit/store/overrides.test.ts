/** What was said by hand in a real directory; a disk that fails is a stand-in. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ms } from '../../../src/model/millis.ts';
import { type Override, type OverrideKey, overrideKeyOf } from '../../../src/model/override.ts';
import { instantBy } from '../../../src/runtime/wall-clock.ts';
import { replaceFile } from '../../../src/store/atomic-file.ts';
import { overrideLine, parseOverrides } from '../../../src/store/override-format.ts';
import {
  noOverrideStore,
  type OverrideStore,
  type OverrideStoreOptions,
  openOverrideStore,
} from '../../../src/store/overrides.ts';
import { drain, set } from '../../helpers/overrides.ts';
import { silentLog } from '../../helpers/simulation.ts';

let place = '';
let said: string[] = [];
const open: OverrideStore[] = [];
beforeEach(() => {
  place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-overrides-'));
  said = [];
});
afterEach(async () => {
  for (const store of open.splice(0)) await store.close();
  fs.rmSync(place, { recursive: true, force: true });
});

const EPOCH = Date.parse('2026-11-20T03:00:00.000Z');
const file = (): string => path.join(place, 'one.overrides');
/** `now`: of the process's own clock; `wall`: milliseconds after EPOCH. */
async function store(
  now: number,
  wall: number,
  options: Partial<OverrideStoreOptions> = {},
  directory = place,
): Promise<OverrideStore> {
  const note = (level: string) => (_: object, message: string) => void said.push(`${level} ${message}`);
  const made = await openOverrideStore({ directory, name: 'one' }, false, {
    clock: { now: () => ms(now) },
    wall: () => EPOCH + wall,
    log: { ...silentLog, info: note('info'), warn: note('warn'), error: note('error') },
    ...options,
  });
  open.push(made);
  return made;
}
let wallNow = EPOCH;
const setTheClock = (): void => {
  wallNow += 3_600_000;
};
function replaceBy(text: string): void {
  fs.writeFileSync(`${file()}.other`, text);
  fs.renameSync(`${file()}.other`, file());
}
const mapOf = (...all: readonly Override[]) => new Map(all.map((each) => [overrideKeyOf(each), each]));

/** As the core does when it has heard of all of them. */
const keep = (to: OverrideStore, all: ReadonlyMap<OverrideKey, Override>, ...ended: readonly Override[]): void =>
  to.keep(all, [...all.keys(), ...ended.map(overrideKeyOf)]);

const ALL = [
  drain('all', { at: 1_000, withdrawAt: 61_000, until: 1_801_000, why: 'new kernel', by: 'anna' }),
  drain('10.0.0.0/8', { at: 2_000, withdrawAt: 62_000 }),
  drain('service dns', { at: 3_000, withdrawAt: 63_000 }),
  set('up', '2001:db8::1/128', { at: 4_000, until: 604_000, by: 'cn=pusher,o=x', why: 'says "so", <b>ü</b>' }),
  set('down', '192.0.2.1/32', { at: 5_000 }),
];
const inAll = (): readonly Override[] => ALL;

describe('what was said by hand under another name', () => {
  const other = (name: string, ...lines: readonly Override[]): void =>
    fs.writeFileSync(
      path.join(place, `${name}.overrides`),
      `{"ha2bgp-overrides":1,"count":${lines.length}}\n${lines.map((each) => overrideLine(each, (at) => EPOCH + at)).join('')}`,
    );
  const WARNING = 'warn said by hand under another name, and not in force here';

  it('and that nobody keeps is worth a warning, and no more', async () => {
    other('two', ...ALL);
    expect((await store(6_000, 6_000)).found).toEqual([]);
    expect(said).toEqual([WARNING]);
    expect(fs.readdirSync(place).sort()).toEqual(['one.overrides.lock', 'two.overrides']);
  });

  it('is none where it is kept, is over, is one of several, or there is one of this name', async () => {
    other('two', drain('all', { until: 5_000 }));
    await store(6_000, 6_000);
    other('two', ...ALL);
    other('three');
    await store(6_000, 6_000);
    fs.rmSync(path.join(place, 'three.overrides'));
    const [keeper] = [
      await openOverrideStore({ directory: place, name: 'two' }, false, {
        clock: { now: () => ms(0) },
        log: silentLog,
      }),
    ];
    open.push(keeper);
    await store(6_000, 6_000);
    expect(said.filter((line) => line === WARNING)).toEqual([]);
  });

  it('is none where that cannot be read', async () => {
    fs.mkdirSync(path.join(place, 'two.overrides'));
    expect((await store(6_000, 6_000)).lost).toBeUndefined();
    expect(said).toEqual([]);
  });
});

describe('what was said by hand', () => {
  it('is there for the next process, by its own clock', async () => {
    const first = await store(10_000, 0);
    expect(first.found).toEqual([]);
    keep(first, mapOf(...ALL));
    await first.settled();
    await first.close();
    expect(fs.statSync(file()).mode & 0o777).toBe(0o640);
    expect(fs.readFileSync(file(), 'utf8').split('\n').slice(0, 2)).toEqual([
      '{"ha2bgp-overrides":1,"count":5}',
      '{"kind":"drain","target":{"type":"all"},"by":"anna","why":"new kernel","at":"2026-11-20T02:59:51.000Z",' +
        '"until":"2026-11-20T03:29:51.000Z","withdrawAt":"2026-11-20T03:00:51.000Z"}',
    ]);
    // The host was started anew 20 s later, and this process 500 ms after that: what was at 1 s is at 1 s − 29.5 s.
    const later = (at: number) => ms(at - 29_500);
    const second = await store(500, 20_000);
    expect(second.found).toEqual(
      ALL.map((each) => ({
        ...each,
        at: later(each.at),
        until: each.until === undefined ? undefined : later(each.until),
        ...(each.kind === 'drain' && { withdrawAt: later(each.withdrawAt) }),
      })),
    );
    expect(said).toEqual([]);
  });

  it('and has ended meanwhile is dropped', async () => {
    const first = await store(10_000, 0);
    keep(first, mapOf(...ALL));
    await first.settled();
    await first.close();
    const kinds = (await store(0, 600_000)).found.map(overrideKeyOf);
    expect(kinds).toEqual(['drain all', 'drain 10.0.0.0/8', 'drain service dns', 'set 192.0.2.1/32']);
  });

  it('lasts no longer than it was to on a host whose clock is behind, and is in force at once', async () => {
    const first = await store(10_000, 0);
    keep(first, mapOf(...ALL));
    await first.settled();
    await first.close();
    const now = 500;
    const { found } = await store(now, -50 * 365 * 86_400_000);
    expect(found.map(({ at, until }) => [at, until])).toEqual([
      [now, now + 1_800_000],
      [now, undefined],
      [now, undefined],
      [now, now + 600_000],
      [now, undefined],
    ]);
    expect(found[0]).toMatchObject({ withdrawAt: now + 60_000 });
  });

  it('is kept and shown whatever moments somebody wrote into the file', async () => {
    const moments = ['-271821-04-20T00:00:00.000Z', '+275760-09-13T00:00:00.000Z'];
    const lines = moments.map((at, index) =>
      JSON.stringify({ kind: 'down', prefix: `192.0.2.${index}/32`, by: 'x', why: '', at }),
    );
    fs.writeFileSync(file(), `{"ha2bgp-overrides":1,"count":2}\n${lines.join('\n')}\n`);
    const one = await store(1_234.567, 0.5);
    expect(one.found).toHaveLength(2);
    const instant = instantBy({ now: () => ms(1_234.567) });
    expect(() => one.found.map(({ at }) => instant(at))).not.toThrow();
    keep(one, mapOf(...one.found));
    await one.settled();
    expect(one.notKept()).toBeUndefined();
  });

  it('that is no regular file is said, and waits for nobody', async () => {
    execFileSync('mkfifo', [file()]);
    expect((await store(0, 0)).found).toEqual([]);
    expect(said).toEqual(['error damaged: something that was said by hand is lost']);
  });

  it('is written as it is when there is time for that: the newest, and once for many', async () => {
    let writes = 0;
    const one = await store(0, 0, {
      replace: (...args) => {
        writes++;
        return replaceFile(...args);
      },
    });
    const all = mapOf(...ALL);
    keep(one, all);
    for (const each of ALL) {
      all.delete(overrideKeyOf(each));
      keep(one, all);
    }
    await one.settled();
    expect([writes, fs.readFileSync(file(), 'utf8')]).toEqual([1, '{"ha2bgp-overrides":1,"count":0}\n']);
  });

  it('costs its own line behind what stands there, and the last word of each counts', async () => {
    let wholes = 0;
    const one = await store(0, 0, {
      replace: (...args) => {
        wholes++;
        return replaceFile(...args);
      },
    });
    const [first, second, third] = [set('up', '192.0.2.1/32'), set('down', '192.0.2.1/32'), drain('10.0.0.0/8')];
    const all = mapOf(first);
    keep(one, all);
    await one.settled();
    const before = fs.readFileSync(file(), 'utf8');
    for (const each of [second, third]) {
      all.set(overrideKeyOf(each), each);
      one.keep(all, [overrideKeyOf(each)]);
      await one.settled();
    }
    all.delete(overrideKeyOf(third));
    one.keep(all, [overrideKeyOf(third)]);
    await one.settled();
    const lines = [second, third].map((each) => overrideLine(each, (at) => EPOCH + at));
    expect(fs.readFileSync(file(), 'utf8')).toBe(`${before}${lines.join('')}{"ended":"drain 10.0.0.0/8"}\n`);
    expect(wholes).toBe(1);
    await one.close();
    expect((await store(0, 0)).found).toEqual([second]);
    expect(said).toEqual([]);
  });

  it('is written as a whole again before what was said since is more than that', async () => {
    const one = await store(0, 0);
    const why = 'x'.repeat(400);
    let largest = 0;
    for (let at = 1; at <= 300; at++) {
      const each = set('up', '192.0.2.1/32', { at, why });
      one.keep(mapOf(each), [overrideKeyOf(each)]);
      await one.settled();
      largest = Math.max(largest, fs.statSync(file()).size);
    }
    expect(largest).toBeLessThan(70_000);
    expect(largest).toBeGreaterThan(60_000);
    await one.close();
    expect((await store(300, 300)).found).toEqual([set('up', '192.0.2.1/32', { at: 300, why })]);
  });

  it.each<[string, () => void]>([
    ['was removed', () => fs.rmSync(file())],
    ['was written to', () => fs.appendFileSync(file(), 'Dear diary\n')],
    ['was replaced', () => replaceBy(fs.readFileSync(file(), 'utf8'))],
    ['is on another clock: that one was set', setTheClock],
  ])('is written as a whole again where the file %s', async (_, happens) => {
    const one = await store(0, 0, { wall: () => wallNow });
    wallNow = EPOCH;
    const all = mapOf(...ALL);
    keep(one, all);
    await one.settled();
    happens();
    const [last] = ALL.slice(-1) as [Override];
    all.delete(overrideKeyOf(last));
    one.keep(all, [overrideKeyOf(last)]);
    await one.settled();
    const lines = ALL.slice(0, -1).map((each) => overrideLine(each, (at) => wallNow + at));
    expect(fs.readFileSync(file(), 'utf8')).toBe(`{"ha2bgp-overrides":1,"count":4}\n${lines.join('')}`);
  });

  it('is settled when it is kept, though others go on', async () => {
    const one = await store(0, 0);
    let isOver = false;
    const all = mapOf();
    const others = (async () => {
      for (let number = 0; !isOver; number = (number + 1) % 250) {
        const each = set('up', `192.0.2.${number}/32`);
        all.set(overrideKeyOf(each), each);
        one.keep(all, [overrideKeyOf(each)]);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const own = set('down', '198.51.100.1/32');
    all.set(overrideKeyOf(own), own);
    one.keep(all, [overrideKeyOf(own)]);
    await one.settled();
    expect(fs.readFileSync(file(), 'utf8')).toContain('"198.51.100.1/32"');
    isOver = true;
    await others;
  });

  it('of two processes of one name the first one keeps; the other reads, and takes over when the first is gone', async () => {
    const first = await store(0, 0);
    keep(first, mapOf(...ALL.slice(1, 2)));
    await first.settled();
    const second = await store(0, 0);
    expect(second.found.map(overrideKeyOf)).toEqual(['drain 10.0.0.0/8']);
    expect(second.notKept()).toContain('another ha2bgp keeps its own in');
    keep(second, mapOf());
    await second.settled();
    expect(fs.readFileSync(file(), 'utf8')).toContain('10.0.0.0/8');
    await first.close();
    keep(second, mapOf());
    await second.settled();
    expect([second.notKept(), fs.readFileSync(file(), 'utf8')]).toEqual([
      undefined,
      '{"ha2bgp-overrides":1,"count":0}\n',
    ]);
    expect(said).toEqual([
      'warn what is said by hand is not kept over a restart',
      'info what is said by hand is kept again',
    ]);
  });
});

describe('a damaged file', () => {
  const whole = async (): Promise<string> => {
    const first = await store(0, 0);
    keep(first, mapOf(...ALL));
    await first.settled();
    await first.close();
    return fs.readFileSync(file(), 'utf8');
  };

  it('that is cut at any byte loses the lines that are cut, and no others, and says so', async () => {
    const text = Buffer.from(await whole());
    const ends = [...text].flatMap((byte, index) => (byte === 0x0a ? [index] : []));
    for (let cut = 0; cut < text.length; cut++) {
      const { overrides, damage } = parseOverrides(text.toString('utf8', 0, cut), (at) => at - EPOCH);
      // A line that lacks nothing but its line feed is whole; the first one is the header.
      const lines = ends.filter((end) => end < cut).length;
      expect(overrides, `cut at ${cut}`).toEqual(inAll().slice(0, Math.max(0, lines - 1)));
      expect(damage, `cut at ${cut}`).toBeDefined();
    }
    expect(parseOverrides(text.toString(), (at) => at - EPOCH)).toEqual({ overrides: ALL, damage: undefined });
  });

  it('is kept beside, and never overwritten', async () => {
    const text = await whole();
    for (const [run, damaged] of [
      text.slice(0, 300),
      text.replace('"drain"', '"drown"'),
      'Dear diary\n',
      '',
    ].entries()) {
      fs.writeFileSync(file(), damaged);
      said = [];
      const next = await store(0, 0);
      expect(said).toEqual(['error damaged: something that was said by hand is lost']);
      expect(open.at(-1)?.lost).toEqual(expect.any(String));
      expect(fs.readFileSync(file(), 'utf8')).toBe(damaged);
      keep(next, mapOf(...next.found));
      await next.settled();
      await next.close();
      const aside = run === 0 ? `${file()}.damaged` : `${file()}.damaged.${run + 1}`;
      expect(fs.readFileSync(aside, 'utf8')).toBe(damaged);
      said = [];
      expect((await store(0, 0)).found).toEqual(next.found);
      expect(said).toEqual([]);
      for (const each of open.splice(0)) await each.close();
    }
  });

  it.each([
    ['no such prefix', set('up', '10.0.0.1/8')],
    ['another kind', { ...set('up', '10.0.0.1/32'), kind: 'sideways' }],
    ['no name', { ...set('up', '10.0.0.1/32'), by: 7 }],
    ['no such target', { ...drain('all'), target: { type: 'some' } }],
    ['a target without its prefix', { ...drain('all'), target: { type: 'prefix' } }],
    ['no target', { ...drain('all'), target: null }],
  ])('with a line of %s passes it over', (_, override) => {
    const line = overrideLine(override as Override, (at) => EPOCH + at);
    const { overrides, damage } = parseOverrides(`{"ha2bgp-overrides":1,"count":1}\n${line}`, (at) => at);
    expect([overrides, damage]).toEqual([[], 'line 2 says nothing, 1 such in all']);
  });

  it.each(['at', 'until', 'withdrawAt'])('with no such time as %s says passes the line over', (name) => {
    const line = JSON.parse(overrideLine(ALL[0] as Override, (at) => EPOCH + at));
    const text = `{"ha2bgp-overrides":1,"count":1}\n${JSON.stringify({ ...line, [name]: 'soon' })}\n`;
    expect(parseOverrides(text, (at) => at).overrides).toEqual([]);
  });
});

describe('a place that takes nothing', () => {
  it.each([
    ['is full', 'ENOSPC: no space left on device, write'],
    ['is read only', 'EROFS: read-only file system, open'],
  ])('because it %s is said once, and tried again with the next change', async (_, message) => {
    let isBad = true;
    const one = await store(0, 0, {
      replace: (...args) =>
        isBad ? Promise.reject(Object.assign(new Error(message), { syscall: 'write' })) : replaceFile(...args),
    });
    for (const each of ALL) {
      keep(one, mapOf(each));
      await one.settled();
      expect(one.notKept()).toBe(message);
    }
    isBad = false;
    keep(one, mapOf(...ALL));
    await one.settled();
    expect(one.notKept()).toBeUndefined();
    expect(said).toEqual([
      'error what is said by hand is not kept over a restart',
      'info what is said by hand is kept again',
    ]);
  });

  it('because it is none is said at the start, and quietly where nobody asked for it', async () => {
    expect((await store(0, 0, {}, '/proc/ha2bgp')).notKept()).toContain('ENOENT');
    const log = { ...silentLog, info: (_: object, message: string) => void said.push(`info ${message}`) };
    await openOverrideStore({ directory: '/proc/ha2bgp', name: 'one' }, true, { clock: { now: () => ms(0) }, log });
    const text = 'what is said by hand is not kept over a restart';
    expect(said).toEqual([`warn ${text}`, `info ${text}`]);
  });

  it('on purpose says why', async () => {
    const none = noOverrideStore('--data-dir none');
    keep(none, mapOf(...ALL));
    await none.settled();
    expect([none.found, none.notKept()]).toEqual([[], '--data-dir none']);
  });
});
