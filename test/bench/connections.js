// Many short connections on the same host, which are none of our business: what do they cost because we are there?
import os from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { ha2bgp, NO_DELAYS, one, TRACEFS, unhinted } from './contenders.js';
import { atLeast, atMost, spread } from './figures.js';
import { byTurns, hostCpu, pairwise } from './load.js';
import { startHelper } from './python.js';
import { setNetwork } from './surroundings.js';

const WATCHED = one('127.93.0.1', 8_880);
const PORT = 8_879;
const RATE = 10_000;
/** What the generator may fall short of the rate that it was told before the figures mean something else. */
const SLACK = 0.01;

export async function connections(context) {
  const title = `${RATE} short connections a second beside it, half of them ended by RST`;
  if (!context.has('python', title)) return [];
  // Sockets that wait in TIME_WAIT: no more after a minute than after a second.
  if (context.has('ownNetwork', 'connections: a bound on TIME_WAIT')) setNetwork('ipv4/tcp_max_tw_buckets', 10_000);
  const hasTracefs = context.has('tracefs', `${title}: with tracefs, instead of it without a hint`);
  const name = hasTracefs ? 'ha2bgp, tracefs' : 'ha2bgp, no hint, 100 ms';
  const start = () => ha2bgp([...WATCHED, ...NO_DELAYS, ...(hasTracefs ? TRACEFS : unhinted('100ms'))]);
  const cost = await context.attempt(title, () => measureCost(name, start, context));
  const rate = await context.attempt('connections a second, as many as can be', () =>
    measureRate(name, start, context),
  );
  return [
    {
      title,
      columns: [
        'who',
        'n',
        'host, median % of a core more',
        'least … most',
        'own process, median %',
        'rate without → with',
      ],
      rows: cost,
    },
    {
      title: 'As many short connections as can be, half of them ended by RST',
      columns: ['who', 'n', 'of the rate without, median %', 'least … most', 'a second without → with, medians'],
      rows: rate,
    },
  ];
}

async function measureCost(name, start, context) {
  const generator = startHelper('connections', '127.94.0.1', PORT, RATE, 'reset');
  const results = await byTurns({ [name]: start }, context.pairs, async (contender) => {
    const [cpu, count] = [contender?.cpuMs() ?? 0, await generator.ask('count')];
    const host = await hostCpu(context.pairMs);
    const rate = rateBetween(count, await generator.ask('count'));
    if (rate < RATE * (1 - SLACK))
      throw new Error(`the generator made ${rate.toFixed(0)} connections a second, not ${RATE}`);
    return { host, rate, own: (((contender?.cpuMs() ?? 0) - cpu) / context.pairMs) * 100 };
  });
  const [measured, without] = [results[name], results.without];
  const host = spread(pairwise(measured, without, (one, other) => one.host - other.host));
  const own = spread(measured.map((one) => one.own));
  const rates = [without, measured].map((ones) => spread(ones.map(({ rate }) => rate)));
  return {
    cells: [name, host.n, middle(host, 2), range(host, 2), own.median.toFixed(2), arrow(rates)],
    data: { what: name, host, own, without: spread(without.map((one) => one.host)), rates, unit: '% of a core' },
    goals: atMost({ host: host.median }, { host: 5 }, '%', { host: host.error }),
  };
}

async function measureRate(name, start, context) {
  const generators = Array.from({ length: os.availableParallelism() }, (_, index) =>
    startHelper('connections', `127.94.1.${index + 1}`, PORT, 0, 'reset'),
  );
  const counts = () => Promise.all(generators.map((generator) => generator.ask('count')));
  const results = await byTurns({ [name]: start }, context.pairs, async () => {
    const before = await counts();
    await pause(context.pairMs);
    const after = await counts();
    return before.reduce((sum, count, index) => sum + rateBetween(count, after[index]), 0);
  });
  const share = spread(pairwise(results[name], results.without, (one, other) => (one / other) * 100));
  const rates = [results.without, results[name]].map(spread);
  return {
    cells: [name, share.n, middle(share, 1), range(share, 1), arrow(rates)],
    data: { what: name, share, rates, unit: '% of the rate without' },
    goals: atLeast({ rate: share.median }, { rate: 95 }, '%', { rate: share.error }),
  };
}

const rateBetween = (before, after) => ((after.count - before.count) / (after.at - before.at)) * 1e9;
const middle = ({ median, error }, digits) => `${median.toFixed(digits)} ± ${error.toFixed(digits)}`;
const range = ({ least, most }, digits) => `${least.toFixed(digits)} … ${most.toFixed(digits)}`;
const arrow = (rates) => rates.map(({ median }) => median.toFixed(0)).join(' → ');
