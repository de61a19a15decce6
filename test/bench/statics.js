// A file of 100,000 static prefixes: from the start of the process to the last of them in BIRD's table. And what a table costs
// by its size.
import fs from 'node:fs';
import path from 'node:path';
import { arrival, birdTable, FROM, RECEIVER_AS, SENDER_AS } from './bird-table.js';
import { atMost, median } from './figures.js';
import { start, whileAll } from './processes.js';
import { closeDialogues } from './router-tables.js';
import { scratch } from './scratch.js';
import { speaker } from './senders.js';
import { TABLES } from './whole-tables.js';

const COUNT = 100_000;
const ROUNDS = 5;
const KIND = 'one attribute set';
const BIRD_AT = '10.253.1.1';
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
    await growth(context, context.isQuick ? SIZES.slice(0, 2) : SIZES),
  ];
}

async function runs(count) {
  const place = scratch();
  const config = path.join(place, 'ha2bgp.yaml');
  const { prefixOf } = TABLES[KIND];
  const prefixes = Array.from({ length: count }, (_, index) => `      - ${prefixOf(index)}\n`);
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
static:
  - prefixes:
${prefixes.join('')}`,
  );
  const bird = await birdTable(BIRD_AT);
  const daemon = start(process.execPath, [`${import.meta.dirname}/../../bin/ha2bgp.js`, 'run', '--config', config], {
    // Only ExaBGP's sink has one.
    env: { HA2BGP_STATE_DIR: undefined },
  });
  try {
    const { allAt } = await whileAll([daemon], arrival(bird, count));
    return { allMs: allAt - daemon.startedAt, peakMb: daemon.peakMb(), residentMb: daemon.residentMb() };
  } finally {
    await daemon.stop();
    await bird.stop();
    closeDialogues();
  }
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
