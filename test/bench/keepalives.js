// How late KEEPALIVEs are: to 99 peers, while a hundredth is told a large table, and while nobody is told anything.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { loopLag } from './burst.js';
import { atMost, summarise } from './figures.js';
import { now, start } from './processes.js';
import { run } from './surroundings.js';

const TITLE = 'KEEPALIVEs later than promised, to 99 peers with a hold time of 3 s';
const FROM = '10.253.0.1';
const addressAt = (index) => `10.253.2.${index + 1}`;
const PEERS = 100;
const COUNT = 100_000;
const AS = 65_001;
/** Seconds. RFC 4271 §4.4: one a second then, and so without the jitter in which a delay would hide. */
const SHORT = 3;
/** As usual: the session that is told the table is to last. */
const USUAL = 90;
const SAMPLES = 1_000;
const WITHIN_MS = 300_000;
const MANY_PEERS = `${import.meta.dirname}/../helpers/many-peers.mjs`;

export async function keepalives(context) {
  if (!context.has('ownNetwork', TITLE)) return [];
  const count = context.isQuick ? 10_000 : COUNT;
  const rows = await context.attempt(TITLE, () => measure(count, context.tries(SAMPLES)));
  const columns = ['what', 'n', 'p50 ms', 'p99 ms', 'max ms', 'told in, median ms', 'loop stood still, max ms'];
  return [{ title: TITLE, columns, rows }];
}

async function measure(count, samples) {
  const addresses = Array.from({ length: PEERS }, (_, index) => addressAt(index));
  for (const address of [FROM, ...addresses]) run('ip', 'address', 'replace', `${address}/32`, 'dev', 'lo');
  const standing = await startPeers(SHORT, addresses.slice(1));
  const newcomer = await startPeers(USUAL, addresses.slice(0, 1));
  const words = [`${import.meta.dirname}/tell-peers.js`, `${count}`, FROM, ...addresses];
  const lagFile = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-bench-')), 'lag');
  const env = { NODE_OPTIONS: `--import=${import.meta.dirname}/loop-lag.js`, BENCH_LAG_FILE: lagFile };
  const teller = start(process.execPath, words, { env });
  try {
    // All have everything, and what was late until then is not of interest.
    await standing.filled(PEERS - 1);
    await newcomer.filled(1);
    await standing.report();
    await loopLag(teller, lagFile);
    const tellings = [];
    const late = [];
    for (const end = now() + WITHIN_MS; late.length < samples; ) {
      if (now() > end) throw new Error(`${late.length} KEEPALIVEs while ${tellings.length} times told`);
      newcomer.restart(addresses[0]);
      const telling = await newcomer.filled(tellings.length + 2);
      tellings.push(telling);
      // Those that were due meanwhile have come by then.
      await pause(200);
      late.push(...dueIn(await standing.report(), telling));
    }
    const lagMs = await loopLag(teller, lagFile);
    const quietFrom = now();
    const quiet = [];
    while (quiet.length < samples) {
      await pause(1_000);
      quiet.push(...dueIn(await standing.report(), { from: quietFrom, at: now() }));
    }
    const { p50: toldIn } = summarise(tellings.map(({ from, at }) => at - from));
    return [
      row(`while a new peer is told ${count} prefixes`, late, { p99: 50 }, toldIn, lagMs),
      row('while nobody is told anything', quiet),
    ];
  } finally {
    for (const each of [teller, standing, newcomer]) await each.stop();
  }
}

/** The KEEPALIVEs that had to come in that time. */
const dueIn = (late, { from, at }) =>
  late.filter(([cameAt, ms]) => cameAt - ms >= from && cameAt - ms <= at).map(([, ms]) => ms);

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
  /** The so-many-th that was said of that kind. */
  const nth = async (what, number) => {
    for (const end = now() + WITHIN_MS; now() < end; await pause(5)) {
      const found = said.filter((each) => each.said === what)[number - 1];
      if (found !== undefined) return found;
    }
    throw new Error(`not so often said: ${what}, ${number}`);
  };
  let reports = 0;
  await nth('ready', 1);
  return {
    stop: peers.stop,
    restart: (address) => peers.say(`restart ${address}\n`),
    /** When the session began that was the so-many-th to be told everything, and when it was. */
    filled: (number) => nth('filled', number),
    async report() {
      peers.say('report\n');
      return (await nth('report', ++reports)).late;
    },
  };
}
