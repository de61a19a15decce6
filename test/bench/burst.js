// Very many listeners appear at once, and go at once: is each said in time, and does the loop never stand still?
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { commandOf, ha2bgp, TRACEFS, unhinted } from './contenders.js';
import { atMost, LATENCY_COLUMNS, latencyRow } from './figures.js';
import { now } from './processes.js';
import { fromHelper, startHelper } from './python.js';
import { scratch } from './scratch.js';

const PORT = 8_878;
const FIRST = '127.95.0.1';
const NETWORK = ['--network', '127.95.0.0/16', '--listen-filter', `sport = :${PORT}`, '--max-routes', '20000'];
const LATE_MS = 20_000;

const CASES = [
  { count: 1_000, delayMs: 1_000, tries: 3, hints: 'tracefs' },
  { count: 10_000, delayMs: 1_000, tries: 5, hints: 'tracefs' },
  { count: 10_000, delayMs: 6_000, tries: 2, hints: 'tracefs' },
  { count: 10_000, delayMs: 1_000, tries: 3, hints: 'none' },
];

export async function burst(context) {
  const title =
    'Listeners appear all at once → announce on stdout, beyond the announce delay (each from its own listen(2))';
  const goneTitle = 'They close all at once → withdraw on stdout, no withdraw delay (each from its own close(2))';
  if (!context.has('python', title)) return [];
  const rows = { up: [], down: [] };
  for (const { hints, ...entry } of CASES) {
    const name = `${entry.count} listeners, delay ${entry.delayMs / 1_000} s, ${hints === 'none' ? 'no hint' : hints}`;
    if (!context.has(hints === 'tracefs' ? 'tracefs' : undefined, `burst: ${name}`)) continue;
    const words = hints === 'tracefs' ? TRACEFS : unhinted('100ms');
    for (const row of await context.attempt(name, () => measure(name, entry, words, context))) {
      rows.up.push(row.up);
      rows.down.push(row.down);
    }
  }
  const columns = [...LATENCY_COLUMNS, 'loop stood still, max ms'];
  return [
    { title, columns, rows: rows.up },
    { title: goneTitle, columns, rows: rows.down },
  ];
}

async function measure(name, { count, delayMs, tries }, words, context) {
  const ledger = keepLedger();
  const lagFile = path.join(scratch(), 'lag');
  try {
    const delays = ['--announce-delay', `${delayMs}ms`, '--withdraw-delay', '0', '--no-dampening', '--reannounce', '0'];
    const daemon = await ha2bgp([...NETWORK, ...delays, ...words], {
      preload: `${import.meta.dirname}/loop-lag.js`,
      ...{ env: { BENCH_LAG_FILE: lagFile }, hear: ledger.hear },
    });
    const listeners = startHelper('listeners');
    const found = { up: emptyFindings(), down: emptyFindings() };
    for (let attempt = 0; attempt < (context.isQuick ? 1 : tries); attempt++) {
      await pause(Math.random() * 250);
      await observe(found.up, 'announce', delayMs, () => listeners.ask('open', count, FIRST, PORT));
      await pause(500 + Math.random() * 250);
      if (attempt === 0) context.remember(`${name}, all announced`, daemon);
      await observe(found.down, 'withdraw', 0, () => listeners.ask('close'));
    }
    return {
      up: rowOf(name, found.up, { max: 1_000 }),
      down: rowOf(name, found.down),
    };

    /** One change of all of them, until each was heard of. */
    async function observe(findings, verb, delay, change) {
      await loopLag(daemon, lagFile); // forget what was before
      ledger.clear();
      const [cpu, since] = [daemon.cpuMs(), now()];
      const times = (await change()).map(fromHelper);
      const heard = await ledger.complete(verb, count, delay + LATE_MS);
      // In percent of a core, over the whole of it, the announce delay included.
      findings.cpu.push(((daemon.cpuMs() - cpu) / (now() - since)) * 100);
      findings.lag.push(await loopLag(daemon, lagFile));
      for (const [index, at] of times.entries()) {
        const late = heard.get(`${addressAt(index)}/32`) - at - delay;
        if (!(late >= -1)) throw new Error(`${verb} of ${addressAt(index)}: not heard, or ${-late} ms too soon`);
        findings.late.push(late);
      }
    }
  } finally {
    fs.rmSync(path.dirname(lagFile), { recursive: true });
  }
}

const emptyFindings = () => ({ late: [], lag: [], cpu: [] });

function rowOf(name, { late, lag, cpu }, limits) {
  const row = latencyRow(name, late, Math.max(...cpu), limits);
  const stood = Math.max(...lag);
  return {
    cells: [...row.cells, stood.toFixed(1)],
    data: { ...row.data, lag },
    goals: [...row.goals, ...atMost({ 'loop max': stood }, { 'loop max': 50 }, 'ms')],
  };
}

/** When each command was heard. */
function keepLedger() {
  const entries = [];
  return {
    hear: (lines, at) => entries.push({ lines, at }), // what it means is looked at when there is time
    clear: () => entries.splice(0),
    async complete(verb, count, withinMs) {
      const until = now() + withinMs;
      const heardSoFar = () =>
        entries.reduce((sum, { lines }) => sum + lines.reduce((part, line) => part + commandOf(line)[1].length, 0), 0);
      while (heardSoFar() < count) {
        if (now() > until) throw new Error(`${heardSoFar()} of ${count} routes`);
        await pause(50);
      }
      const heard = new Map();
      for (const { lines, at } of entries) {
        for (const line of lines) {
          const [said, prefixes] = commandOf(line);
          for (const prefix of prefixes) {
            if (said !== verb || heard.has(prefix)) throw new Error(`not expected: ${line.slice(0, 200)}`);
            heard.set(prefix, at);
          }
        }
      }
      return heard;
    },
  };
}

/** The address `index` after the first, 127.95.0.1. */
const addressAt = (index) => `127.95.${(index + 1) >> 8}.${(index + 1) & 255}`;

/** How long the loop stood still since the last time that this was asked. */
export async function loopLag(daemon, file) {
  fs.rmSync(file, { force: true });
  daemon.signal('SIGUSR2');
  for (let attempt = 0; attempt < 200; attempt++) {
    await pause(10);
    const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
    if (text !== '') return Number(text);
  }
  throw new Error('the preloaded measure of the loop does not answer');
}
