// Very many routes at once through a real ExaBGP to a real BIRD: the sink is given its desired set directly.
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { atMost } from './figures.js';
import { now, start } from './processes.js';
import { PYTHON } from './python.js';
import { scratch } from './scratch.js';
import { run } from './surroundings.js';

const TITLE = 'Routes all at once → ExaBGP 4.2 → BIRD, the sink given its desired set';
const CASES = [
  { count: 10_000, kind: 'grouped' },
  { count: 10_000, kind: 'single' },
  { count: 100_000, kind: 'grouped' },
  { count: 100_000, kind: 'single' },
];
const [BIRD, EXABGP] = ['127.0.1.1', '127.0.1.2'];
const WITHIN_MS = 300_000;

export async function routes(context) {
  if (!context.has('ownNetwork', TITLE) || !context.has('exabgp', TITLE) || !context.has('bird', TITLE)) return [];
  const rows = [];
  for (const { count, kind } of CASES) {
    if (context.isQuick && count > 10_000) continue;
    const name = `${count} routes, ${kind === 'single' ? 'a line each' : 'grouped'}`;
    rows.push(...(await context.attempt(name, () => measure(name, count, kind))));
  }
  const columns = ['what', 'all told after, s', 'all in BIRD after, s', 'set() took, ms', 'loop stood still, max ms'];
  return [{ title: TITLE, columns, rows }];
}

async function measure(name, count, kind) {
  const place = scratch();
  const file = (of) => path.join(place, of);
  try {
    fs.writeFileSync(file('bird.conf'), birdConfig());
    fs.writeFileSync(file('exabgp.conf'), exabgpConfig(`${count} ${kind} ${file('told')}`));
    start('/usr/sbin/bird', ['-f', '-c', file('bird.conf'), '-s', file('bird.ctl')]);
    const settings = ['daemon.drop=false', 'daemon.user=root', 'tcp.bind=', 'api.cli=false', 'log.level=WARNING'];
    const words = settings.map((setting) => `exabgp.${setting}`);
    start('/usr/bin/env', [...words, PYTHON, '/usr/sbin/exabgp', file('exabgp.conf')]);
    const told = await until(
      'all told',
      () => fs.existsSync(file('told')) && JSON.parse(fs.readFileSync(file('told'))),
    );
    const arrivedAt = await until('all in BIRD', () => inBird(file('bird.ctl')) === count && now());
    const birdMs = arrivedAt - told.startedAt;
    const seconds = [told.toldMs, birdMs].map((ms) => (ms / 1_000).toFixed(1));
    return {
      cells: [name, ...seconds, told.setMs.toFixed(0), told.lagMs.toFixed(0)],
      data: { what: name, ...told, birdMs, unit: 'ms' },
      goals: atMost({ 'loop max': told.lagMs }, { 'loop max': 50 }, 'ms'),
    };
  } finally {
    fs.rmSync(place, { recursive: true });
  }
}

const inBird = (control) =>
  Number(/(\d+) of \d+ routes/.exec(run('birdc', '-r', '-s', control, 'show route count'))?.[1]);

async function until(what, look) {
  for (const end = now() + WITHIN_MS; now() < end; await pause(50)) {
    const found = look();
    if (found) return found;
  }
  throw new Error(`${what}: not within ${WITHIN_MS / 1_000} s`);
}

const birdConfig = () => `
router id ${BIRD};
protocol device { }
protocol bgp exabgp {
  local ${BIRD} as 65000; neighbor ${EXABGP} as 65000;
  passive on; multihop; ipv4 { import all; export none; };
}
`;

const exabgpConfig = (words) => `
process sink { run ${process.execPath} ${import.meta.dirname}/tell-routes.js ${words}; encoder text; }
neighbor ${BIRD} {
  router-id ${EXABGP}; local-address ${EXABGP}; local-as 65000; peer-as 65000;
  family { ipv4 unicast; }
  api { processes [ sink ]; neighbor-changes; }
}
`;
