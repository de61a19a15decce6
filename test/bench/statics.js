// A file of 100,000 static prefixes: from the start of the process to the last of them in BIRD's table, and what a reload of it
// costs. And what a table costs by its size.
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { arrival, birdTable, FROM, RECEIVER_AS, SENDER_AS } from './bird-table.js';
import { loopLag } from './burst.js';
import { atMost, median } from './figures.js';
import { now, start, whileAll } from './processes.js';
import { closeDialogues } from './router-tables.js';
import { scratch } from './scratch.js';
import { speaker } from './senders.js';
import { TABLES } from './whole-tables.js';

const COUNT = 100_000;
const ROUNDS = 5;
const KIND = 'one attribute set';
const BIRD_AT = '10.253.1.1';
const SETTLE_MS = 1_000;
const SIZES = [1_000, 10_000, 100_000, 1_000_000];

export async function statics(context) {
  const title = "A file of static prefixes: start of the process → all in BIRD's table";
  if (!context.has('ownNetwork', title) || !context.has('bird', title)) return [];
  const count = context.isQuick ? 10_000 : COUNT;
  const name = `ha2bgp run --config, ${count} prefixes`;
  const rows = await context.attempt(name, async () => {
    const rounds = [];
    for (let round = 0; round < (context.isQuick ? 1 : ROUNDS); round++) rounds.push(await runs(count));
    const [allMs, peakMb, residentMb] = ['allMs', 'peakMb', 'residentMb'].map((what) =>
      median(rounds.map((each) => each[what])),
    );
    return {
      cells: [name, allMs.toFixed(0), peakMb.toFixed(0), residentMb.toFixed(0)],
      data: { what: name, allMs, peakMb, residentMb },
      goals: [...atMost({ all: allMs }, { all: 1_500 }, 'ms'), ...atMost({ peak: peakMb }, { peak: 300 }, 'MB')],
    };
  });
  return [
    { title, columns: ['what', 'all, ms', 'peak MB', 'resident MB'], rows },
    await reloads(context, count),
    await growth(context, context.isQuick ? SIZES.slice(0, 2) : SIZES),
  ];
}

async function runs(count) {
  const bird = await birdTable(BIRD_AT);
  const { daemon } = startWith(prefixesFrom(0, count));
  try {
    const { allAt } = await whileAll([daemon], arrival(bird, count));
    return { allMs: allAt - daemon.startedAt, peakMb: daemon.peakMb(), residentMb: daemon.residentMb() };
  } finally {
    await daemon.stop();
    await bird.stop();
    closeDialogues();
  }
}

const prefixesFrom = (first, count) =>
  Array.from({ length: count }, (_, index) => TABLES[KIND].prefixOf(first + index));

/** `change` has another file in its place. */
function startWith(prefixes, { preload = [], env = {} } = {}) {
  const config = path.join(scratch(), 'ha2bgp.yaml');
  const change = (others, more = '') =>
    fs.writeFileSync(
      config,
      `bgp-backend: speaker
bgp:
  local-as: ${SENDER_AS}
  router-id: ${FROM}
  peers:
    - address: ${BIRD_AT}
      as: ${RECEIVER_AS}
      local-address: ${FROM}
      multihop: 2
${more}static:
  - prefixes:
${others.map((prefix) => `      - ${prefix}\n`).join('')}`,
    );
  change(prefixes);
  const words = [...preload, `${import.meta.dirname}/../../bin/ha2bgp.js`, 'run', '--config', config];
  // Only ExaBGP's sink has one.
  const daemon = start(process.execPath, words, { env: { HA2BGP_STATE_DIR: undefined, ...env } });
  return { daemon, change };
}

/** From the signal until BIRD has heard what changed, and how long the loop stood still for it at most. */
async function reloads(context, count) {
  const title = `A reload over ${count} static prefixes`;
  const rows = await context.attempt(title, async () => {
    const lagFile = path.join(scratch(), 'lag');
    const bird = await birdTable(BIRD_AT);
    const { daemon, change } = startWith(prefixesFrom(0, count), {
      preload: ['--import', `${import.meta.dirname}/loop-lag.js`],
      env: { BENCH_LAG_FILE: lagFile },
    });
    const found = { one: { all: [], stood: [] }, every: { all: [], stood: [] } };
    try {
      await whileAll([daemon], arrival(bird, count));
      let told = count;
      for (let round = 1; round <= (context.isQuick ? 2 : ROUNDS); round++) {
        const prefixes = prefixesFrom(round, count);
        // The attribute is as it was.
        const med = (number) => `med: ${number}\n`;
        if (round === 1) await reload('every', count, prefixesFrom(0, count), med(round - 1), false);
        await reload('one', 1, prefixes, med(round - 1), true);
        await reload('every', count, prefixes, med(round), true);
      }

      async function reload(which, more, prefixes, words, isCounted) {
        await pause(SETTLE_MS);
        change(prefixes, words);
        await loopLag(daemon, lagFile);
        const askedAt = now();
        daemon.signal('SIGHUP');
        told += more;
        const heardAt = await whileAll([daemon], bird.heard(told));
        await pause(SETTLE_MS);
        const stood = await loopLag(daemon, lagFile);
        if (!isCounted) return;
        found[which].all.push(heardAt - askedAt);
        found[which].stood.push(stood);
      }
    } finally {
      await daemon.stop();
      await bird.stop();
      closeDialogues();
    }
    return [
      ['one prefix for another', found.one],
      ['an attribute of all', found.every],
    ].map(([what, { all, stood }]) => {
      const [allMs, lagMs] = [median(all), Math.max(...stood)];
      return {
        cells: [what, all.length, allMs.toFixed(0), lagMs.toFixed(1)],
        data: { what, n: all.length, allMs, lagMs },
        goals: atMost({ 'loop max': lagMs }, { 'loop max': 50 }, 'ms'),
      };
    });
  });
  return { title, columns: ['what', 'n', 'BIRD has heard of it, ms', 'loop stood still, max ms'], rows };
}

/** Each prefix costs the same, however many there are. */
async function growth(context, sizes) {
  const rows = [];
  for (const count of sizes) {
    const name = `${count} prefixes`;
    rows.push(
      ...(await context.attempt(name, async () => {
        const bird = await birdTable(BIRD_AT);
        const sender = speaker(KIND, count, [bird]);
        try {
          const { upAt, arrived } = await sender.told();
          const { setMs, lagMs, residentMb } = await sender.report();
          const gone = bird.has((found) => found === 0, 'empty');
          const askedAt = await sender.withdraw();
          const [allMs, goneMs] = [arrived[0].allAt - upAt, (await gone) - askedAt];
          const each = (ms) => `${ms.toFixed(0)} (${((1_000 * ms) / count).toFixed(1)})`;
          return {
            cells: [name, each(setMs), each(allMs), each(goneMs), lagMs.toFixed(0), residentMb.toFixed(0)],
            data: { what: name, setMs, allMs, goneMs, lagMs, residentMb },
            goals: [],
          };
        } finally {
          await sender.stop();
          await bird.stop();
          closeDialogues();
        }
      })),
    );
  }
  const columns = [
    ...['what', 'taken in, ms (µs a prefix)', "in BIRD's table, ms (µs)", 'withdrawn, ms (µs)'],
    ...['loop stood still, max ms', 'resident MB'],
  ];
  return { title: 'What a table costs by its size', columns, rows };
}
