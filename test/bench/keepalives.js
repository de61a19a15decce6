// How late KEEPALIVEs are: to 100 peers, while others are told a large table one after the other, and while nobody is.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { FROM } from './bird-table.js';
import { loopLag } from './burst.js';
import { atMost, summarise } from './figures.js';
import { now, start } from './processes.js';
import { run } from './surroundings.js';

const TITLE = 'KEEPALIVEs later than promised, to 100 peers with a hold time of 3 s';
const addressAt = (index) => `10.253.2.${index + 1}`;
const PEERS = 100;
/** They come anew all the time: each is let in again a second after it was restarted. */
const NEWCOMERS = 10;
/** Between what is told to one of them and its next restart, at most. */
const BREAK_MS = 500;
const COUNT = 100_000;
const KIND = 'one attribute set';
const AS = 65_001;
/** Seconds. RFC 4271 §4.4: one a second then, and so without the jitter in which a delay would hide. */
const SHORT = 3;
/** As usual: the session that is told the table is to last. */
const USUAL = 90;
const FOR_MS = 90_000;
const WITHIN_MS = 300_000;
const MANY_PEERS = `${import.meta.dirname}/../helpers/many-peers.mjs`;

export async function keepalives(context) {
  if (!context.has('ownNetwork', TITLE)) return [];
  const count = context.isQuick ? 10_000 : COUNT;
  const rows = await context.attempt(TITLE, () => measure(count, context.isQuick ? 5_000 : FOR_MS));
  const columns = ['what', 'n', 'p50 ms', 'p99 ms', 'max ms', 'told in, median ms', 'loop stood still, max ms'];
  return [{ title: TITLE, columns, rows }];
}

async function measure(count, forMs) {
  const addresses = Array.from({ length: PEERS + NEWCOMERS }, (_, index) => addressAt(index));
  for (const address of [FROM, ...addresses]) run('ip', 'address', 'replace', `${address}/32`, 'dev', 'lo');
  const [newcomers, others] = [addresses.slice(0, NEWCOMERS), addresses.slice(NEWCOMERS)];
  const standing = await startPeers(SHORT, others);
  const coming = await startPeers(USUAL, newcomers);
  const words = [`${import.meta.dirname}/tell-peers.js`, KIND, `${count}`, FROM, ...addresses];
  const lagFile = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-bench-')), 'lag');
  const env = { NODE_OPTIONS: `--import=${import.meta.dirname}/loop-lag.js`, BENCH_LAG_FILE: lagFile };
  const teller = start(process.execPath, words, { env });
  try {
    for (const address of newcomers) await coming.filled(address, 1);
    // Their sessions begin at times of their own, and not all at once as with the process.
    for (const address of others) {
      await standing.filled(address, 1);
      standing.restart(address);
      await pause(1_000 / PEERS);
    }
    for (const address of others) await standing.filled(address, 2);
    await standing.report();
    await loopLag(teller, lagFile);
    const tellings = [];
    const end = now() + forMs;
    await Promise.all(
      newcomers.map(async (address) => {
        for (let nth = 2; now() < end; nth++) {
          coming.restart(address);
          tellings.push(await coming.filled(address, nth));
          await pause(Math.random() * BREAK_MS);
        }
      }),
    );
    const lagMs = await loopLag(teller, lagFile);
    const busy = await standing.report();
    const quietFrom = now();
    await pause(forMs / 4);
    const quiet = await standing.report();
    const late = dueIn(busy, tellings);
    const { p50: toldIn } = summarise(tellings.map(({ from, at }) => at - from));
    return [
      row(`while new peers are told ${count} prefixes`, late, { p99: 50 }, toldIn, lagMs),
      row('while nobody is told anything', dueIn(quiet, [{ from: quietFrom, at: now() }])),
    ];
  } finally {
    for (const each of [teller, standing, coming]) await each.stop();
  }
}

/** The KEEPALIVEs that had to come in one of those times. */
const dueIn = (late, times) =>
  late
    .filter(([cameAt, ms]) => times.some(({ from, at }) => cameAt - ms >= from && cameAt - ms <= at))
    .map(([, ms]) => ms);

function row(what, late, limits = {}, ...more) {
  const measured = summarise(late);
  const { n, p50, p99, max } = measured;
  return {
    cells: [what, n, ...[p50, p99, max].map((ms) => ms.toFixed(2)), ...[0, 1].map((at) => more[at]?.toFixed(0) ?? '-')],
    data: { what, ...measured, toldInMs: more[0], lagMs: more[1], unit: 'ms' },
    goals: atMost(measured, limits, 'ms'),
  };
}

async function startPeers(holdTime, addresses) {
  const said = [];
  const settings = JSON.stringify({ as: AS, holdTime, addresses, isCounting: true });
  const peers = start(process.execPath, [MANY_PEERS, settings], {
    hear: (lines) => said.push(...lines.map((line) => JSON.parse(line))),
  });
  /** The so-many-th that was said of that kind, and of that peer. */
  const nth = async (what, number, of) => {
    for (const end = now() + WITHIN_MS; now() < end; await pause(5)) {
      const found = said.filter((each) => each.said === what && each.address === of)[number - 1];
      if (found !== undefined) return found;
    }
    throw new Error(`not so often said: ${what}, ${number}, of ${of}`);
  };
  let reports = 0;
  await nth('ready', 1);
  return {
    stop: peers.stop,
    restart: (address) => peers.say(`restart ${address}\n`),
    /** When its so-many-th session began that was told everything, and when it was. */
    filled: (address, number) => nth('filled', number, address),
    async report() {
      peers.say('report\n');
      return (await nth('report', ++reports)).late;
    },
  };
}
