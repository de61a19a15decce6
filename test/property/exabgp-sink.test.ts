/**
 * The ExaBGP sink against a model of ExaBGP 4.2, which answers late or never, refuses, is stopped, loses what waited when it
 * is configured anew, and keeps half a line of a process that was killed. Whatever happened: once all is quiet, what ExaBGP
 * announces is what is wanted, and nothing that was wanted was withdrawn.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Prefix } from '../../src/model/address.ts';
import { ms } from '../../src/model/millis.ts';
import { type Route, type RouteAttributes, type RouteKey, routeKey } from '../../src/model/route.ts';
import { createExabgpSink, type ExabgpSink } from '../../src/sink/exabgp/exabgp.ts';
import { type Ledger, openLedger } from '../../src/sink/exabgp/ledger.ts';
import { silentLog } from '../helpers/simulation.ts';
import { settled, virtualClock } from '../helpers/virtual-clock.ts';

const WORDS: readonly RouteAttributes[] = [{ nextHop: 'self' }, { nextHop: 'self', med: 5 }];
const EXABGP = { pid: 4_711, startTime: '183002', bootId: 'b' };
/** More than are told one by one. */
const PREFIXES = 24;
/** Bytes. */
const PIPE = 600;

const route = (index: number, words: number): Route => ({
  prefix: `10.0.0.${index}/32` as Prefix,
  attributes: WORDS[words] as RouteAttributes,
});

class FakeExabgp {
  /** Its prefixes, each with the words that it is announced with. */
  readonly announced = new Map<string, string>();
  isReading = true;
  isWorking = true;
  /** Routes whose announce it does not like at present. */
  readonly refused = new Set<string>();
  /** Called when there may be room in the pipe. */
  roomFor: () => void = () => {};
  answer: (text: string) => void = () => {};
  #pipe = '';
  #half = '';
  #commands: string[] = [];
  /** Whether answers to a dead process go to the one that is there now, which takes them for its own. */
  owesTheDead = false;

  readonly hasAcks: boolean;

  constructor(hasAcks: boolean) {
    this.hasAcks = hasAcks;
  }

  get hasRoom(): boolean {
    return this.#pipe.length < PIPE;
  }

  write(text: string): void {
    this.#pipe += text;
    this.run();
  }

  /** Reads and works off as much as it may. */
  run(): void {
    if (this.isReading) {
      const lines = (this.#half + this.#pipe).split('\n');
      this.#pipe = '';
      this.#half = lines.pop() ?? '';
      for (const line of lines) this.#take(line);
    }
    while (this.isWorking && this.#commands.length > 0) {
      this.#work(this.#commands.shift() ?? '');
    }
    if (this.hasRoom) this.roomFor();
  }

  workOff(): void {
    this.isReading = true;
    this.isWorking = true;
    this.run();
  }

  /** The process at the other end of the pipe is dead; of what it wrote so many bytes are still read. */
  buried(bytes: number): void {
    const lines = (this.#half + this.#pipe.slice(0, bytes)).split('\n');
    this.#pipe = '';
    this.#half = lines.pop() ?? '';
    for (const line of lines) this.#take(line);
    this.owesTheDead = this.#commands.length > 0;
  }

  get unread(): number {
    return this.#pipe.length;
  }

  /** Forgets what it was told and has not done yet; nobody gets an answer. */
  forget(): void {
    this.#commands = [];
  }

  #take(line: string): void {
    // What is no command is answered at once, also before others that came earlier; half a line and another not always.
    if (line.startsWith('# ')) this.#say('done');
    else if (parse(line) !== undefined) this.#commands.push(line);
    else if (line.length % 2 === 0) this.#say('error');
  }

  #work(line: string): void {
    const { verb = '', words = '', prefixes = [] } = parse(line) ?? {};
    if (verb === 'announce' && prefixes.some((prefix) => this.refused.has(prefix))) {
      this.#say('error');
      return;
    }
    for (const prefix of prefixes) {
      if (verb === 'announce') this.announced.set(prefix, words);
      else this.announced.delete(prefix);
    }
    this.#say('done');
  }

  #say(text: string): void {
    if (this.hasAcks) this.answer(`${text}\n`);
  }
}

interface Said {
  readonly verb: string;
  readonly words: string;
  readonly prefixes: readonly string[];
}

function parse(line: string): Said | undefined {
  const [, verb, prefix, words] = /^(announce|withdraw) route (\S+) (next-hop self(?: med 5)?)$/.exec(line) ?? [];
  if (verb !== undefined && words !== undefined && isPrefix(prefix)) return { verb, words, prefixes: [prefix ?? ''] };
  const [, many, same, list] = /^(announce|withdraw) attributes (next-hop self(?: med 5)?) nlri (.+)$/.exec(line) ?? [];
  const prefixes = list?.split(' ') ?? [];
  if (many === undefined || same === undefined || !prefixes.every(isPrefix)) return undefined;
  return { verb: many, words: same, prefixes };
}

const isPrefix = (text = ''): boolean => /^10\.0\.0\.\d{1,2}\/32$/.test(text);

type Step =
  | { readonly type: 'want'; readonly routes: readonly number[]; readonly words: number }
  | { readonly type: 'reading' | 'working'; readonly is: boolean }
  | { readonly type: 'refuse'; readonly index: number }
  | { readonly type: 'pass'; readonly seconds: number }
  /** `now`: or in the middle of the next write. `lost`: what part of what it wrote is never read. */
  | { readonly type: 'kill'; readonly now: boolean; readonly lost: number; readonly keeps: boolean }
  | { readonly type: 'forget' | 'like' | 'up' | 'keep' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('want' as const),
      routes: fc.uniqueArray(fc.nat({ max: PREFIXES - 1 }), { maxLength: PREFIXES, size: 'max' }),
      words: fc.nat({ max: 1 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constantFrom('reading' as const, 'working' as const), is: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('refuse' as const), index: fc.nat({ max: PREFIXES - 1 }) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('pass' as const), seconds: fc.nat({ max: 80 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('kill' as const),
      now: fc.boolean(),
      lost: fc.double({ min: 0, max: 1, noNaN: true }),
      keeps: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constantFrom('forget' as const, 'like' as const, 'up' as const, 'keep' as const) }),
  },
);

/** One process after the other under one ExaBGP, each with the file that the one before left. */
class House {
  readonly clock = virtualClock();
  readonly exabgp: FakeExabgp;
  wanted = new Map<RouteKey, Route>();
  /** Prefixes withdrawn though they were wanted at that time. */
  readonly wronged: string[] = [];
  /** How often each was withdrawn, without anything that would call for it a second time. */
  readonly withdraws = new Map<string, number>();
  /** Where the next process is going to be killed: in the middle of what it writes next. */
  killAt: number | undefined;
  #process: { readonly sink: ExabgpSink; readonly ledger: Ledger; readonly life: { isAlive: boolean } } | undefined;
  #directory: string;

  readonly root: string;
  readonly reannounce: number;

  constructor(root: string, reannounce: number, hasAcks: boolean) {
    this.root = root;
    this.reannounce = reannounce;
    this.exabgp = new FakeExabgp(hasAcks);
    this.#directory = fs.mkdtempSync(path.join(root, 'run-'));
    this.start();
  }

  start(): void {
    const ledger = openLedger({ directory: this.#directory, name: 'x', exabgp: EXABGP, log: silentLog });
    const life = { isAlive: true };
    let pending: { readonly text: string; readonly done: () => void } | undefined;
    const put = (): void => {
      if (pending === undefined || !life.isAlive || !this.exabgp.hasRoom) return;
      const { text, done } = pending;
      pending = undefined;
      this.exabgp.write(text);
      done();
    };
    const output = new Writable({
      decodeStrings: false,
      highWaterMark: 1,
      write: (text: string, _encoding, done) => {
        if (!life.isAlive) return;
        if (this.killAt !== undefined && text !== '' && !this.exabgp.owesTheDead) {
          const bytes = this.exabgp.hasAcks ? Math.floor(this.killAt * text.length) : text.length;
          this.killAt = undefined;
          if (this.exabgp.hasRoom) this.exabgp.write(text.slice(0, bytes));
          life.isAlive = false;
          this.die(1);
          return;
        }
        pending = { text, done };
        put();
      },
    });
    const says = output.write.bind(output) as (text: string, done?: () => void) => boolean;
    output.write = ((text: string, done?: () => void) => {
      if (life.isAlive) this.#look(text);
      return says(text, done);
    }) as typeof output.write;
    const { clock, reannounce } = this;
    const names = new Set<string>();
    const sink = createExabgpSink({
      output,
      // The timers of a process die with it.
      clock: {
        ...clock,
        setTimer: (name, due, fire) => {
          names.add(name);
          if (life.isAlive) clock.setTimer(name, due, () => life.isAlive && fire());
        },
      },
      log: silentLog,
      push: () => {},
      ledger,
      reannounce: ms(reannounce),
      // One that is stopped when a process starts cannot be told from one that never answers.
      acks: this.exabgp.hasAcks ? 'on' : 'unknown',
      followsAnother: ledger.entries.size > 0,
    });
    this.#process = { sink, ledger, life };
    this.exabgp.roomFor = put;
    // ExaBGP writes to the pipe, and goes on; it is read a moment later.
    this.exabgp.answer = (text) =>
      setImmediate(() => {
        if (life.isAlive) sink.hear(Buffer.from(text));
      });
    const found = [...ledger.entries.keys()];
    sink.set(this.wanted, new Set([...found, ...this.wanted.keys()]));
  }

  want(wanted: Map<RouteKey, Route>): void {
    const changed = new Set([...this.wanted.keys(), ...wanted.keys()]);
    for (const key of this.wanted.keys())
      if (!wanted.has(key)) this.withdraws.set(key, (this.withdraws.get(key) ?? 0) + 1);
    this.wanted = wanted;
    this.#process?.sink.set(wanted, changed);
  }

  up(): void {
    this.#process?.sink.hear(Buffer.from('neighbor 192.0.2.1 up\n\n'));
  }

  /** kill -9, and another one in its place. */
  die(lost: number): void {
    const file = fs.readFileSync(path.join(this.#directory, 'x.routes'));
    if (this.#process !== undefined) {
      this.#process.life.isAlive = false;
      this.#process.ledger.close();
    }
    for (const name of this.clock.pending()) this.clock.clearTimer(name);
    // Where nothing is answered, what was written has to count as told.
    this.exabgp.buried(this.exabgp.hasAcks ? Math.floor((1 - lost) * this.exabgp.unread) : this.exabgp.unread);
    this.#directory = fs.mkdtempSync(path.join(this.root, 'run-'));
    fs.writeFileSync(path.join(this.#directory, 'x.routes'), file);
    this.start();
  }

  /** An upgrade: everything stays for the successor. */
  async keep(): Promise<void> {
    const process = this.#process;
    const time = new AbortController();
    const closed = process?.sink.close(time.signal, 'keep');
    await settled();
    time.abort();
    await closed;
    this.die(0);
  }

  end(): void {
    this.#process?.ledger.close();
  }

  #look(text: string): void {
    for (const line of text.split('\n')) {
      const said = parse(line);
      if (said?.verb !== 'withdraw') continue;
      for (const prefix of said.prefixes) {
        if (this.wanted.has(prefix as RouteKey)) this.wronged.push(prefix);
        this.withdraws.set(prefix, (this.withdraws.get(prefix) ?? 0) - 1);
      }
    }
  }
}

/** Whether it may be said again that something is withdrawn. */
const callsForMore = ({ type }: Step): boolean =>
  ['kill', 'forget', 'refuse', 'keep', 'working', 'reading'].includes(type);

async function play(house: House, one: Step): Promise<void> {
  const { exabgp, clock } = house;
  switch (one.type) {
    case 'want':
      house.want(new Map(one.routes.map((index) => [routeKey(route(index, 0)), route(index, one.words)])));
      return;
    case 'reading':
      exabgp.isReading = one.is;
      exabgp.run();
      return;
    case 'working':
      exabgp.isWorking = one.is;
      exabgp.run();
      return;
    case 'refuse':
      exabgp.refused.add(route(one.index, 0).prefix);
      return;
    case 'like':
      exabgp.refused.clear();
      return;
    case 'forget':
      if (!exabgp.hasAcks || exabgp.owesTheDead) return;
      exabgp.forget();
      exabgp.workOff();
      // So long that it is noticed before there are other answers.
      await clock.advance(ms(clock.now() + 20_000));
      return;
    case 'up':
      house.up();
      return;
    case 'pass':
      await clock.advance(ms(clock.now() + one.seconds * 1_000));
      return;
    case 'kill':
      // Two lives whose answers are mixed up: what is taken for done then need not be done at all.
      if (exabgp.owesTheDead) exabgp.workOff();
      await settled();
      if (one.now) house.die(one.lost);
      else house.killAt = one.lost;
      return;
    case 'keep':
      if (exabgp.owesTheDead) exabgp.workOff();
      await settled();
      await house.keep();
      return;
    default:
      one satisfies never;
  }
}

it('ends with what is wanted in ExaBGP, and nothing that was wanted withdrawn', async () => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 30, size: 'max' }),
        fc.constantFrom(0, 60_000),
        fc.boolean(),
        async (steps, reannounce, hasAcks) => {
          // What a successor takes for told, by answers to its predecessor, is told again with everything else.
          const canDo = hasAcks && !steps.some(({ type }) => type === 'kill' || type === 'keep');
          const house = new House(root, canDo ? reannounce : 60_000, hasAcks);
          const { exabgp, clock } = house;
          for (const one of steps) {
            await play(house, one);
            await settled();
          }
          house.killAt = undefined;
          exabgp.refused.clear();
          exabgp.workOff();
          await settled();
          for (let minute = 0; minute < 8; minute++) await clock.advance(ms(clock.now() + 60_000));
          const wanted = [...house.wanted.values()].map(({ prefix, attributes: { med } }) => [
            prefix,
            `next-hop self${med === undefined ? '' : ` med ${med}`}`,
          ]);
          expect(new Map([...exabgp.announced].sort())).toEqual(new Map(wanted.sort() as [string, string][]));
          expect(house.wronged).toEqual([]);
          if (!steps.some(callsForMore)) {
            expect(Math.min(0, ...house.withdraws.values())).toBe(0);
          }
          house.end();
        },
      ),
      { numRuns: Number(process.env['RUNS'] ?? 300) },
    );
  } finally {
    fs.rmSync(root, { recursive: true });
  }
});
