// A large table to BIRD: our speaker beside BIRD itself, the same prefixes, the same BIRD on the other side.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { atMost, median } from './figures.js';
import { now, start } from './processes.js';
import { closeDialogues, openDialogue } from './router-tables.js';
import { run } from './surroundings.js';

const TITLE = "A whole table: session up → in BIRD's table";
const FROM = '10.253.0.1';
const peerAt = (index) => `10.253.1.${index + 1}`;
const COUNT = 100_000;
const ROUNDS = 5;
const WITHIN_MS = 60_000;

export async function scale(context) {
  if (!context.has('ownNetwork', TITLE) || !context.has('bird', TITLE)) return [];
  const count = context.isQuick ? 10_000 : COUNT;
  const rows = [];
  const rounds = context.isQuick ? 1 : ROUNDS;
  for (const [name, measure, limits] of [
    [`BIRD, ${count} prefixes`, () => fromBird(count), {}],
    [`ha2bgp, ${count} prefixes`, () => fromSpeaker(count, 1), { 'all, ms': 300 }],
    [`ha2bgp, ${count} prefixes to 10 peers`, () => fromSpeaker(count, 10), {}],
  ]) {
    rows.push(...(await context.attempt(name, () => repeat(name, rounds, measure, limits))));
  }
  const columns = ['what', '99 %, ms', 'all, ms', 'withdrawn, ms', 'loop stood still, max ms', 'resident MB'];
  return [{ title: TITLE, columns, rows }];
}

/** Medians of the rounds. */
async function repeat(name, rounds, measure, limits) {
  const all = [];
  for (let round = 0; round < rounds; round++) all.push(await measure());
  const of = (what) => median(all.map((each) => each[what]).sort((one, other) => one - other));
  const middle = Object.fromEntries(Object.keys(all[0]).map((what) => [what, of(what)]));
  const shown = ['nearlyMs', 'allMs', 'goneMs', 'lagMs', 'residentMb'].map((what) => middle[what]?.toFixed(0) ?? '-');
  return {
    cells: [name, ...shown],
    data: { what: name, ...middle },
    goals: atMost({ 'all, ms': middle.allMs }, limits, 'ms'),
  };
}

async function fromSpeaker(count, peers) {
  const birds = await Promise.all(Array.from({ length: peers }, (_, index) => receiver(peerAt(index))));
  const said = [];
  const addresses = birds.map(({ address }) => address);
  const teller = start(process.execPath, [`${import.meta.dirname}/tell-peers.js`, `${count}`, FROM, ...addresses], {
    hear: (lines) => said.push(...lines.map((line) => JSON.parse(line))),
  });
  try {
    const arrived = await Promise.all(birds.map((bird) => watch(bird, count)));
    const upAt = Math.min(...said.filter((each) => each.said === 'session up').map(({ at }) => at));
    const [nearlyMs, allMs] = ['nearlyAt', 'allAt'].map(
      (what) => Math.max(...arrived.map((each) => each[what])) - upAt,
    );
    await ask(teller, said, 'report');
    const { lagMs, residentMb } = said.find((each) => each.said === 'report');
    const gone = birds.map(async (bird) => (await bird.until((found) => found === 0)) ?? 0);
    await ask(teller, said, 'withdraw');
    const { at } = said.find((each) => each.said === 'withdraw');
    return { nearlyMs, allMs, goneMs: Math.max(...(await Promise.all(gone))) - at, lagMs, residentMb };
  } finally {
    await teller.stop();
    await Promise.all(birds.map((bird) => bird.stop()));
    closeDialogues();
  }
}

async function ask(teller, said, word) {
  teller.say(`${word}\n`);
  for (const end = now() + WITHIN_MS; !said.some((each) => each.said === word); await pause(1)) {
    if (now() > end) throw new Error(`no answer to ${word}`);
  }
}

/** The same from BIRD, whose session is up when the receiver has its first route. */
async function fromBird(count) {
  const bird = await receiver(peerAt(0));
  const place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-bench-'));
  const config = path.join(place, 'bird.conf');
  const routes = Array.from(
    { length: count },
    (_, index) => `route ${100 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}.1/32 blackhole;`,
  );
  fs.writeFileSync(
    config,
    `router id ${FROM};
protocol device { }
protocol static { ipv4; ${routes.join('\n')} }
protocol bgp receiver {
  local ${FROM} as 65000; neighbor ${bird.address} as 65001; strict bind on; multihop; connect delay time 1;
  ipv4 { import none; export all; next hop self; };
}
`,
  );
  const sender = start('/usr/sbin/bird', ['-f', '-c', config, '-s', path.join(place, 'bird.ctl')]);
  try {
    const upAt = await bird.until((found) => found > 0);
    const { nearlyAt, allAt } = await watch(bird, count);
    return { nearlyMs: nearlyAt - upAt, allMs: allAt - upAt };
  } finally {
    await sender.stop();
    await bird.stop();
    closeDialogues();
  }
}

async function watch(bird, count) {
  const nearlyAt = await bird.until((found) => found >= count * 0.99);
  const allAt = await bird.until((found) => found === count);
  return { nearlyAt, allAt };
}

async function receiver(address) {
  for (const each of [FROM, address]) run('ip', 'address', 'replace', `${each}/32`, 'dev', 'lo');
  const place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-bench-'));
  const [config, control] = ['bird.conf', 'bird.ctl'].map((name) => path.join(place, name));
  fs.writeFileSync(
    config,
    `router id ${address};
protocol device { }
protocol bgp sender {
  local ${address} as 65001; neighbor ${FROM} as 65000; strict bind on; passive on; multihop; error wait time 1, 1;
  ipv4 { import all; export none; };
}
`,
  );
  const bird = start('/usr/sbin/bird', ['-f', '-c', config, '-s', control]);
  const askBird = await openDialogue(control, (text) => /(^|\n)\d{4} [^\n]*\n$/.test(text));
  await askBird.greeting;
  const count = async () => Number(/(\d+) of \d+ routes/.exec(await askBird('show route count\n'))?.[1]);
  return {
    address,
    stop: bird.stop,
    /** When it is so. */
    async until(isSo) {
      for (const end = now() + WITHIN_MS; now() < end; await pause(1)) if (isSo(await count())) return now();
      throw new Error(`BIRD has ${await count()} routes after ${WITHIN_MS / 1_000} s`);
    },
  };
}
