// A peer that sends us the routes of the whole Internet: how many prefixes a second are read, judged and counted, alone and
// through a session over TCP on loopback. Each in a process of its own. What such a table is like: `full-table`.
import { atLeast, atMost, median } from './figures.js';
import { start, whileAll } from './processes.js';

const TABLE = { ipv4: 1_000_000, ipv6: 230_000 };
/** Millions of prefixes a second. */
const REACH = { rate: 1 };
const LOOP_REACH = { 'loop max': 50 };
/** Of the process, whatever the size of the table. */
const HEAP_REACH = { heap: 96 };
const PEAK_REACH = { peak: 128 };
const [ROUNDS, SESSIONS] = [7, 5];
const WITHIN_MS = 60_000;
const CASES = [
  { name: 'IPv4', prefixes: { ...TABLE, ipv6: 0 }, limits: REACH },
  { name: 'IPv6', prefixes: { ...TABLE, ipv4: 0 }, limits: {} },
  { name: 'both', prefixes: TABLE, limits: REACH },
  { name: 'both, 500 in each UPDATE', prefixes: TABLE, perUpdate: 500, limits: REACH },
  { name: 'both, one in each UPDATE', prefixes: TABLE, perUpdate: 1, limits: {} },
];

export async function decode(context) {
  const share = context.isQuick ? 0.1 : 1;
  const [alone, sessions] = [[], []];
  for (const { name, prefixes, perUpdate, limits } of CASES) {
    const table = { prefixes: { ipv4: prefixes.ipv4 * share, ipv6: prefixes.ipv6 * share }, perUpdate };
    alone.push(...(await context.attempt(name, () => decoded(name, table, limits))));
  }
  for (const { name, prefixes, perUpdate, limits } of CASES.slice(2)) {
    const table = { prefixes: { ipv4: prefixes.ipv4 * share, ipv6: prefixes.ipv6 * share }, perUpdate };
    const rounds = context.isQuick ? 1 : SESSIONS;
    sessions.push(...(await context.attempt(`${name}, session`, () => heard(name, table, limits, rounds))));
  }
  return [
    {
      title: "A peer's whole table: framed, decoded, counted",
      columns: ['what', 'prefixes', 'UPDATEs', 'MB', 'prefixes/s', 'CPU ns each', 'first round', 'heap, max MB'],
      rows: alone,
    },
    {
      title: "A peer's whole table: over TCP, from its first octet until all is counted",
      columns: ['what', 'prefixes', 'ms', 'prefixes/s', 'CPU ms', 'loop stood still, max ms', 'resident MB', 'peak MB'],
      rows: sessions,
    },
  ];
}

/** Medians of the rounds but for the first. */
async function decoded(name, table, limits) {
  const rounds = [];
  const decoder = start(process.execPath, [`${import.meta.dirname}/decode-table.js`, JSON.stringify(table), ROUNDS], {
    hear: (lines) => rounds.push(...lines.map((line) => JSON.parse(line))),
  });
  const ending = await decoder.ended;
  if (rounds.length < ROUNDS) throw new Error(ending);
  const [{ total, updates, octets }] = rounds;
  const speed = ({ ms }) => (total / ms) * 1_000;
  const perSecond = median(rounds.slice(1).map(speed));
  const heap = Math.max(...rounds.map((round) => round.heap)) / 2 ** 20;
  const cpuNs = median(rounds.slice(1).map(({ cpuMs }) => (cpuMs * 1e6) / total));
  const measured = { perSecond, firstPerSecond: speed(rounds[0]), cpuNs, heap };
  const megabytes = octets / 1e6;
  return {
    cells: [
      ...[name, total, updates, megabytes.toFixed(1), millions(perSecond), measured.cpuNs.toFixed(1)],
      ...[millions(measured.firstPerSecond), heap.toFixed(0)],
    ],
    data: { what: name, n: total, updates, megabytes, ...measured },
    goals: [...atLeast({ rate: perSecond / 1e6 }, limits, 'M/s'), ...atMost({ heap }, HEAP_REACH, 'MB')],
  };
}

/** A new speaker each time. */
async function heard(name, table, limits, rounds) {
  const all = [];
  for (let round = 0; round < rounds; round++) all.push(await session(table));
  const of = (what) => median(all.map((each) => each[what]));
  const total = table.prefixes.ipv4 + table.prefixes.ipv6;
  const measured = Object.fromEntries(Object.keys(all[0]).map((what) => [what, of(what)]));
  const perSecond = (total / measured.ms) * 1_000;
  return {
    cells: [
      ...[name, total, measured.ms.toFixed(0), millions(perSecond), measured.cpu.toFixed(0), measured.lag.toFixed(0)],
      ...[measured.before.toFixed(0), measured.peak.toFixed(0)],
    ],
    data: { what: name, n: total, perSecond, ...measured },
    goals: [
      ...atLeast({ rate: perSecond / 1e6 }, limits, 'M/s'),
      ...atMost({ 'loop max': measured.lag }, LOOP_REACH, 'ms'),
      ...atMost({ peak: measured.peak }, PEAK_REACH, 'MB'),
    ],
  };
}

async function session(table) {
  const total = table.prefixes.ipv4 + table.prefixes.ipv6;
  const said = [];
  const peer = start(process.execPath, [`${import.meta.dirname}/send-table.js`, JSON.stringify(table)], {
    hear: (lines) => said.push(...lines.map((line) => JSON.parse(line))),
  });
  await peer.next('"listening"', WITHIN_MS);
  const [{ port }] = said;
  const answers = [];
  const speaker = start(process.execPath, [`${import.meta.dirname}/hear-table.js`, port, total], {
    hear: (lines) => answers.push(...lines.map((line) => JSON.parse(line))),
  });
  try {
    const both = [peer, speaker];
    await whileAll(both, peer.next('"begins"', WITHIN_MS));
    const cpuBefore = speaker.cpuMs();
    await whileAll(both, speaker.next('"received"', WITHIN_MS));
    const [cpu, peak] = [speaker.cpuMs() - cpuBefore, speaker.peakMb()];
    const [{ at, received, lagMs, rss }] = answers;
    const { ipv4, ipv6 } = table.prefixes;
    if (received.ipv4 !== ipv4 || received.ipv6 !== ipv6) throw new Error(`counted ${JSON.stringify(received)}`);
    const { at: beganAt } = said.find((each) => each.said === 'begins');
    return { ms: at - beganAt, cpu, lag: lagMs, before: rss, peak };
  } finally {
    await speaker.stop();
    await peer.stop();
  }
}

const millions = (perSecond) => `${(perSecond / 1e6).toFixed(2)} M`;
