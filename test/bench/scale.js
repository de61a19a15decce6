// A whole table to a BIRD: our speaker beside others, the same prefixes, the same BIRD on the other side.
import { birdTable } from './bird-table.js';
import { atMost, median } from './figures.js';
import { closeDialogues } from './router-tables.js';
import { gobgp, otherBird, speaker } from './senders.js';
import { TABLES } from './whole-tables.js';

const COUNT = 100_000;
const ROUNDS = 5;
const FEW_ROUNDS = 1;
const ONE = 'one attribute set';
const COLUMNS = [
  'what',
  '99 %, ms',
  'all, ms',
  'withdrawn, ms',
  'again, ms',
  'loop stood still, max ms',
  'resident MB',
];
const SHOWN = ['nearlyMs', 'allMs', 'goneMs', 'againMs', 'lagMs', 'residentMb'];
/** So many times as fast as GoBGP's stream. */
const TIMES = 10;

const gobgpStream = (...words) => gobgp(...words, true);
const gobgpStanding = (...words) => gobgp(...words, false);

export async function scale(context) {
  const title = "A whole table: session up → in BIRD's table";
  if (!context.has('ownNetwork', title) || !context.has('bird', title)) return [];
  const count = context.isQuick ? 10_000 : COUNT;
  const rows = [];
  const measure = async (name, rounds, open, kind, limits = () => ({}), peers = 1) => {
    const made = await context.attempt(name, () =>
      repeat(name, context.isQuick ? 1 : rounds, () => once(open, kind, count, peers), limits),
    );
    rows.push(...made);
    return made[0]?.data;
  };
  const bird = await measure(`BIRD, ${ONE}`, ROUNDS, otherBird, ONE);
  for (const kind of Object.keys(TABLES)) {
    // What its users do with it goes through its stream; a table that it has already, and of which it has told nobody, it
    // tells as fast as a router.
    const has = context.has('gobgp', `GoBGP, ${kind}`);
    const stream = has && (await measure(`GoBGP, ${kind}, by its stream`, 1, gobgpStream, kind));
    if (has) await measure(`GoBGP, ${kind}, told of it before`, FEW_ROUNDS, gobgpStanding, kind);
    const goals = kind === ONE ? { allMs: 300, againMs: 300, nearlyMs: 2 * bird?.nearlyMs } : {};
    const beside = stream ? { allMs: stream.allMs / TIMES, goneMs: stream.goneMs / TIMES } : {};
    const one = await measure(`ha2bgp, ${kind}`, ROUNDS, speaker, kind, () => ({ ...beside, ...goals }));
    if (kind !== ONE) continue;
    const limits = () => ({ allMs: 3 * one?.allMs, residentMb: 220 });
    await measure(`ha2bgp, ${kind}, to 10 peers`, ROUNDS, speaker, kind, limits, 10);
  }
  return [{ title: `${title}, ${count} prefixes`, columns: COLUMNS, rows }];
}

/** Medians of the rounds. `againMs`: from the session that a restarted peer has to all. */
async function repeat(name, rounds, measure, limitsOf) {
  const all = [];
  for (let round = 0; round < rounds; round++) all.push(await measure());
  const of = (what) => median(all.map((each) => each[what]));
  const middle = Object.fromEntries(Object.keys(all[0]).map((what) => [what, of(what)]));
  const limits = Object.fromEntries(
    Object.entries(limitsOf()).filter(([what, limit]) => Number.isFinite(limit) && what in middle),
  );
  return {
    cells: [name, ...SHOWN.map((what) => middle[what]?.toFixed(0) ?? '-')],
    data: { what: name, ...middle },
    goals: Object.entries(limits).flatMap(([what, limit]) =>
      atMost({ [WORDS[what]]: middle[what] }, { [WORDS[what]]: Math.round(limit) }, what.endsWith('Mb') ? 'MB' : 'ms'),
    ),
  };
}

const WORDS = { nearlyMs: '99 %', allMs: 'all', goneMs: 'withdrawn', againMs: 'again', residentMb: 'resident' };
const addressOf = (index) => `10.253.1.${index + 1}`;

async function once(open, kind, count, peers) {
  const birds = await Promise.all(Array.from({ length: peers }, (_, index) => birdTable(addressOf(index))));
  const sender = await open(kind, count, birds);
  const after = ({ upAt, arrived }, what) => Math.max(...arrived.map((each) => each[what])) - upAt;
  try {
    const first = await sender.told();
    const result = { nearlyMs: after(first, 'nearlyAt'), allMs: after(first, 'allAt') };
    if (sender.withdraw === undefined) return { ...result, ...(await sender.report()) };
    if (open === speaker && peers === 1) {
      await birds[0].stop();
      birds[0] = await birdTable(addressOf(0));
      result.againMs = after(await sender.told(birds), 'allAt');
    }
    const { lagMs, residentMb } = await sender.report();
    const gone = birds.map((bird) => bird.has((found) => found === 0, 'empty'));
    const askedAt = await sender.withdraw();
    const goneMs = Math.max(...(await Promise.all(gone))) - askedAt;
    return { ...result, goneMs, ...(lagMs === undefined ? {} : { lagMs }), residentMb };
  } finally {
    await sender.stop();
    await Promise.all(birds.map((each) => each.stop()));
    closeDialogues();
  }
}
