// Many sessions: a whole table to 1, 10 and 100 peers that do nothing but read, and one change of it while it stands.
import { setTimeout as pause } from 'node:timers/promises';
import { FROM } from './bird-table.js';
import { atMost, LATENCY_COLUMNS, latencyRow, median } from './figures.js';
import { now, start, whileAll } from './processes.js';
import { run } from './surroundings.js';

const COUNT = 100_000;
const ROUNDS = 5;
const CHANGES = 1_000;
const KIND = 'one attribute set';
const WITHIN_MS = 60_000;
const TABLE = 'A whole table to peers that only read: first session up → End-of-RIB at the last';
const CHANGE = 'One change while a whole table stands → UPDATE at all peers';

export async function fanout(context) {
  if (!context.has('ownNetwork', TABLE)) return [];
  const count = context.isQuick ? 10_000 : COUNT;
  const tables = [];
  const changes = [];
  let one;
  for (const peers of [1, 10, 100]) {
    const name = `ha2bgp, ${count} prefixes to ${peers} ${peers === 1 ? 'peer' : 'peers'}`;
    const [row] = await context.attempt(name, async () => {
      const rounds = [];
      for (let round = 0; round < (context.isQuick ? 1 : ROUNDS); round++) {
        rounds.push(await tell(count, peers, round === 0 ? context.tries(CHANGES) : 0));
      }
      const [{ times, cpu }] = rounds;
      changes.push(latencyRow(name, times, cpu, peers === 100 ? { p99: 5 } : {}));
      const [allMs, residentMb, lagMs] = ['allMs', 'residentMb', 'lagMs'].map((what) =>
        median(rounds.map((each) => each[what])),
      );
      one ??= { allMs, residentMb };
      const more = peers === 1 ? undefined : (residentMb - one.residentMb) / (peers - 1);
      const cells = [name, allMs, (allMs / one.allMs).toFixed(1), lagMs, residentMb, more?.toFixed(2) ?? '-'];
      return {
        cells: cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(0) : cell)),
        data: { what: name, allMs, lagMs, residentMb, more },
        goals: [
          ...(peers === 10 ? atMost({ all: allMs }, { all: Math.round(3 * one.allMs) }, 'ms') : []),
          ...(peers === 10 ? atMost({ resident: residentMb }, { resident: 220 }, 'MB') : []),
          ...(more === undefined ? [] : atMost({ 'a peer more': more }, { 'a peer more': 3 }, 'MB')),
        ],
      };
    });
    if (row !== undefined) tables.push(row);
  }
  const columns = ['what', 'all, ms', 'of one', 'loop stood still, max ms', 'resident MB', 'a peer more, MB'];
  return [
    { title: TABLE, columns, rows: tables },
    { title: CHANGE, columns: LATENCY_COLUMNS, rows: changes },
  ];
}

async function tell(count, peers, changes) {
  const addresses = Array.from({ length: peers }, (_, index) => `10.253.1.${index + 1}`);
  for (const each of [FROM, ...addresses]) run('ip', 'address', 'replace', `${each}/32`, 'dev', 'lo');
  const heard = hearing(process.execPath, `${import.meta.dirname}/readers.js`, ...addresses);
  await whileAll([heard.process], heard.said('ready'));
  const told = hearing(process.execPath, `${import.meta.dirname}/tell-peers.js`, KIND, `${count}`, FROM, ...addresses);
  try {
    return await whileAll([heard.process, told.process], measure());
  } finally {
    await told.process.stop();
    await heard.process.stop();
  }

  async function measure() {
    const { at: upAt } = await told.said('session up');
    const { at: levelAt } = await heard.said('level');
    told.process.say('report\n');
    const { lagMs, residentMb } = await told.said('report');
    const [cpuBefore, before] = [told.process.cpuMs(), now()];
    const times = [];
    for (let number = 0; number < changes; number++) {
      told.process.say('change\n');
      const { at } = await told.said('change', number);
      const { at: arrivedAt } = await heard.said('change', number);
      times.push(arrivedAt - at);
      // What the change has left to do is done, as it would be on a host that is mostly idle.
      await pause(5);
    }
    const cpu = (100 * (told.process.cpuMs() - cpuBefore)) / (now() - before);
    return { allMs: levelAt - upAt, lagMs, residentMb, times, cpu };
  }
}

/** A process that says things in JSON, a line each; `said(what, number)`: the one of that number, when it has come. */
function hearing(...words) {
  const [command, ...args] = words;
  const all = new Map();
  const child = start(command, args, {
    hear: (lines) => {
      for (const line of lines) {
        const each = JSON.parse(line);
        if (each.said === 'trouble') throw new Error(line);
        all.set(each.said, [...(all.get(each.said) ?? []), each]);
      }
    },
  });
  return {
    process: child,
    async said(what, number = 0) {
      for (const end = now() + WITHIN_MS; now() < end; await pause(1)) {
        const found = all.get(what)?.[number];
        if (found !== undefined) return found;
      }
      throw new Error(`not said: ${what}`);
    },
  };
}
