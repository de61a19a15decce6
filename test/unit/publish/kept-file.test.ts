/** Files in a real directory, on a clock that the test moves. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ms } from '../../../src/model/millis.ts';
import { createGate, type Gate } from '../../../src/publish/gate.ts';
import { type KeptFile, keepFile } from '../../../src/publish/kept-file.ts';
import { silentLog } from '../../helpers/simulation.ts';
import { SteppedClock } from '../../helpers/stepped-clock.ts';
import { until } from '../../helpers/until.ts';

let directory = '';
let file = '';
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-kept-'));
  file = path.join(directory, 'status');
});
afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

interface Rig {
  readonly kept: KeptFile;
  readonly clock: SteppedClock;
  /** Level and message of what was said. */
  readonly said: string[];
  /** How often it was composed. */
  readonly count: () => number;
  /** What it says from now on. */
  say(text: string): void;
  /** Waits until it has ended what it was at. */
  idle(): Promise<void>;
}

function rig({ gate = createGate(2), at = file }: { readonly gate?: Gate; readonly at?: string } = {}): Rig {
  const clock = new SteppedClock();
  const said: string[] = [];
  const note = (level: string) => (_fields: object, message: string) => void said.push(`${level}: ${message}`);
  let text = 'one';
  let composed = 0;
  let passing = 0;
  const counted: Gate = {
    async pass(through) {
      passing++;
      return gate.pass(through).finally(() => passing--);
    },
  };
  const kept = keepFile({
    ...{ file: at, interval: ms(10_000), clock, gate: counted },
    compose: async () => {
      composed++;
      return [text, '\n'];
    },
    log: { ...silentLog, info: note('info'), warn: note('warn'), error: note('error') },
  });
  return {
    ...{ kept, clock, said, count: () => composed },
    say: (next) => {
      text = next;
    },
    async idle() {
      await new Promise((resolve) => setImmediate(resolve));
      await until('written', () => passing === 0);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

const read = (): string => fs.readFileSync(file, 'utf8');
const time = (): AbortSignal => new AbortController().signal;

describe('a file that is kept', () => {
  it('is written at once, and on a period', async () => {
    const { clock, say, idle, count } = rig();
    await idle();
    expect(read()).toBe('one\n');
    say('two');
    clock.advance(9_999);
    await idle();
    expect([read(), count()]).toEqual(['one\n', 1]);
    clock.advance(1);
    await idle();
    expect([read(), count()]).toEqual(['two\n', 2]);
  });

  it('is left to another process that keeps it, until that ends', async () => {
    const one = rig();
    await one.idle();
    const two = rig();
    two.say('other');
    await two.idle();
    two.clock.advance(10_000);
    await two.idle();
    expect(read()).toBe('one\n');
    expect(two.said).toEqual(['warn: file is kept by another process, and left to it']);
    await one.kept.close(time());
    two.clock.advance(10_000);
    await two.idle();
    expect(read()).toBe('other\n');
    expect(two.said[1]).toBe('info: file is no longer kept by another process');
    const three = rig();
    await three.idle();
    await three.kept.close(time());
    expect(read()).toBe('other\n');
    await two.kept.close(time());
  });

  it('is written after a change, and once in a second at most', async () => {
    const { kept, clock, say, idle, count } = rig();
    await idle();
    clock.advance(5_000);
    say('two');
    kept.changed();
    clock.advance(0);
    await idle();
    expect(read()).toBe('two\n');
    say('three');
    for (let change = 0; change < 100; change++) kept.changed();
    clock.advance(999);
    await idle();
    expect(count()).toBe(2);
    clock.advance(1);
    await idle();
    expect([read(), count()]).toEqual(['three\n', 3]);
    clock.advance(9_999);
    expect(count()).toBe(3);
  });

  it('is written more rarely where that takes long', async () => {
    const { kept, clock, idle, count } = rig();
    clock.spend(300);
    await idle();
    kept.changed();
    clock.advance(5_699);
    await idle();
    expect(count()).toBe(1);
    clock.advance(1);
    await idle();
    expect(count()).toBe(2);
  });

  it('is there whole for whoever has it open, and for others to read', async () => {
    const { clock, say, idle } = rig();
    await idle();
    const before = fs.openSync(file, 'r');
    say('two');
    clock.advance(10_000);
    await idle();
    expect(fs.readFileSync(before, 'utf8')).toBe('one\n');
    fs.closeSync(before);
    expect(read()).toBe('two\n');
    expect(fs.statSync(file).mode & 0o777).toBe(0o644 & ~process.umask());
    expect(fs.readdirSync(directory)).toEqual(['.status.lock', 'status']);
  });

  it('that cannot be written is said once, counted and tried again', async () => {
    const { kept, clock, said, idle } = rig({ at: path.join(directory, 'gone', 'status') });
    await idle();
    clock.advance(10_000);
    await idle();
    expect(said).toEqual(['error: file cannot be written, tried again']);
    expect(kept.status().failures).toBe(2);
    fs.mkdirSync(path.join(directory, 'gone'));
    clock.advance(10_000);
    await idle();
    expect(fs.readFileSync(path.join(directory, 'gone', 'status'), 'utf8')).toBe('one\n');
    expect(said.slice(1)).toEqual(['info: file written again']);
    expect(kept.status().failures).toBe(2);
  });

  it('replaces a link, and follows none', async () => {
    const elsewhere = path.join(directory, 'elsewhere');
    fs.writeFileSync(elsewhere, 'precious');
    fs.symlinkSync(elsewhere, file);
    fs.symlinkSync(elsewhere, path.join(directory, '.status.new'));
    const { idle } = rig();
    await idle();
    expect(fs.lstatSync(file).isFile()).toBe(true);
    expect(read()).toBe('one\n');
    expect(fs.readFileSync(elsewhere, 'utf8')).toBe('precious');
  });

  it.each([
    ['a directory', () => fs.mkdirSync(file)],
    ['a device', () => fs.rmSync(file, { force: true }), '/dev/null'],
  ])('leaves %s alone', async (_what, make, at = file) => {
    make();
    const before = fs.lstatSync(at).mode;
    const { said, idle, kept } = rig({ at });
    await idle();
    expect(said).toEqual(['error: file cannot be written, tried again']);
    expect(fs.lstatSync(at).mode).toBe(before);
    await kept.close(time(), async () => ['last']);
    expect(fs.lstatSync(at).mode).toBe(before);
  });

  it('whose disk hangs is said, and not written twice at once', async () => {
    let passed = 0;
    const { kept, clock, said, count } = rig({
      gate: {
        pass: () => {
          passed++;
          return new Promise(() => {});
        },
      },
    });
    await new Promise((resolve) => setImmediate(resolve));
    kept.changed();
    clock.advance(9_999);
    expect(said).toEqual([]);
    clock.advance(10_001);
    expect(said).toEqual(['error: file cannot be written, tried again']);
    expect([count(), passed]).toEqual([0, 1]);
    expect(kept.status().failures).toBeGreaterThan(0);
    expect(kept.isBusy()).toBe(true);
    const late = new AbortController();
    const closed = kept.close(late.signal, async () => ['last']);
    late.abort();
    await closed;
    expect(clock.pending()).toEqual([]);
  });

  it('has last words', async () => {
    const { kept, clock, idle } = rig();
    await idle();
    await kept.close(time(), async () => ['stopped\n']);
    expect([read(), fs.readdirSync(directory)]).toEqual(['stopped\n', ['status']]);
    expect(clock.pending()).toEqual([]);
    kept.changed();
    expect(clock.pending()).toEqual([]);
    await kept.close(time(), async () => ['stopped twice\n']);
    expect(read()).toBe('stopped\n');
  });

  it('goes where there are none', async () => {
    const { kept } = rig();
    await kept.close(time());
    expect(fs.readdirSync(directory)).toEqual([]);
  });

  it('is left as it is when there is no time', async () => {
    const { kept, idle } = rig();
    await idle();
    await kept.close(AbortSignal.abort(), async () => ['stopped\n']);
    expect(read()).toBe('one\n');
  });
});

describe('the gate', () => {
  it('lets so many through at once, and the others in their order', async () => {
    const gate = createGate(2);
    const ends: (() => void)[] = [];
    const begun: number[] = [];
    const all = [0, 1, 2, 3].map((each) =>
      gate.pass(() => {
        begun.push(each);
        return new Promise<void>((resolve, reject) => ends.push(each === 1 ? () => reject(new Error('one')) : resolve));
      }),
    );
    const settled = Promise.allSettled(all);
    await new Promise((resolve) => setImmediate(resolve));
    expect(begun).toEqual([0, 1]);
    ends[1]?.();
    await new Promise((resolve) => setImmediate(resolve));
    expect(begun).toEqual([0, 1, 2]);
    ends[0]?.();
    await new Promise((resolve) => setImmediate(resolve));
    expect(begun).toEqual([0, 1, 2, 3]);
    ends[2]?.();
    ends[3]?.();
    expect((await settled).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  });
});
