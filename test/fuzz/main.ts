/**
 * `npm run fuzz`: 10,000,000 damaged messages unless told otherwise. The messages are tried in a thread of their own, so that
 * one on which the decoder does not come back is seen, and named.
 */
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { FileCoverage } from './coverage.ts';
import { keepSeeds } from './kept.ts';
import type { Progress, Result } from './run.ts';
import { SESSIONS, seedLine } from './seed.ts';
import type { Heard, Task } from './worker.ts';

/** Nothing takes so long, however busy the machine is. */
const HANGS_AFTER_MS = 60_000;
const LOOK_MS = 1_000;
const LONGEST = 65_535 * 8;
/** What may be above the memory at the first look at the end: V8's code and feedback, and parents that are longer. */
const MOST_GROWTH = 32 * 1024 * 1024;
const say = (text: string): boolean => process.stdout.write(`${text}\n`);

async function supervise(): Promise<void> {
  const { values } = parseArgs({
    options: { messages: { type: 'string' }, seed: { type: 'string' }, keep: { type: 'boolean' } },
  });
  const shared = new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT);
  const octets = new SharedArrayBuffer(LONGEST);
  const task: Task = {
    ...{ root: process.cwd(), messages: Number(values.messages), seed: Number(values.seed) },
    ...{ counters: new Int32Array(shared), current: new Uint8Array(octets) },
  };
  say(`${number(task.messages)} damaged messages, seed ${task.seed}`);
  const started = performance.now();
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: task });
  let first: Progress | undefined;

  let last = { count: 0, at: performance.now() };
  const watch = setInterval(() => {
    const count = Atomics.load(task.counters, 0);
    if (count !== last.count) last = { count, at: performance.now() };
    if (performance.now() - last.at < HANGS_AFTER_MS) return;
    const bytes = task.current.slice(0, Atomics.load(task.counters, 1));
    const session = SESSIONS[Atomics.load(task.counters, 2)];
    say(`message ${count} is not decoded after ${HANGS_AFTER_MS / 1_000} s`);
    if (session !== undefined) say(seedLine({ session, bytes }));
    process.exit(1);
  }, LOOK_MS);

  worker.on('message', (heard: Heard) => {
    const { tried, parents, heapUsed } = heard.type === 'progress' ? heard.state : heard.result;
    const seconds = (performance.now() - started) / 1_000;
    first ??= heard.type === 'progress' ? heard.state : undefined;
    const line = `${number(tried)} in ${seconds.toFixed(0)} s, ${number(Math.round(tried / seconds))} a second; ${parents} parents; heap ${mib(heapUsed)} MiB`;
    if (heard.type === 'progress') {
      say(line);
      return;
    }
    say(`\n${line}\n\n${outcomes(heard.result)}\n\n${covered(heard.coverage)}`);
    if (first !== undefined && heapUsed - first.heapUsed > MOST_GROWTH) {
      say(`the heap has grown from ${mib(first.heapUsed)} MiB`);
      process.exitCode = 1;
    }
    const { news } = heard.result;
    if (news.length === 0) say('no message showed anything that the kept ones do not');
    else if (values.keep) say(`${news.length} messages are kept in ${keepSeeds(task.root, news)}`);
    else
      say(
        `${news.length} messages showed what the kept ones do not; --keep keeps them:\n${news.map(seedLine).join('\n')}`,
      );
  });
  worker.on('error', (error) => {
    say(`seed ${task.seed}: ${error.message}`);
    process.exitCode = 1;
  });
  worker.on('exit', () => clearInterval(watch));
}

const number = (value: number): string => value.toLocaleString('en-GB');
const mib = (octets: number): string => (octets / 1024 / 1024).toFixed(1);

const outcomes = (result: Result): string =>
  Object.entries(result.outcomes)
    .sort(([, one], [, other]) => other - one)
    .map(([name, count]) => `${number(count).padStart(12)}  ${name}`)
    .join('\n');

/** What was run of the decoder, and what was not, line by line. */
function covered(files: readonly FileCoverage[]): string {
  const share = (of: 'functions' | 'lines', some = files): string => {
    const [reached, all] = [sum(some.map((file) => file[of].reached)), sum(some.map((file) => file[of].all))];
    return `${reached} of ${all} ${of} (${((100 * reached) / all).toFixed(1)} %)`;
  };
  return [
    ...files.map((file) => `${file.file}: ${share('lines', [file])}, ${share('functions', [file])}`),
    `together: ${share('lines')}, ${share('functions')}; not run:`,
    ...files.flatMap(({ file, missed }) => missed.map(({ line, words }) => `  ${file}:${line}: ${words}`)),
  ].join('\n');
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

await supervise();
