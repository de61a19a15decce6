// From the death of a listener to the route's absence from a router's table, all the way over BGP: our own speaker, and
// ExaBGP with its healthcheck, to the same routers.
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ha2bgp, NO_DELAYS, one, TRACEFS } from './contenders.js';
import { LATENCY_COLUMNS, latencyRow } from './figures.js';
import { killedService } from './killed.js';
import { cpuMs, start } from './processes.js';
import { PYTHON } from './python.js';
import { bird, closeDialogues, frr, tableSays } from './router-tables.js';
import { scratch } from './scratch.js';
import { run } from './surroundings.js';
import { idleCpu } from './tries.js';

const TITLE = "Listener killed → route gone from the router's table";
/** Not of 127.0.0.0/8, which routers take from nobody. */
const [SERVICE, PORT] = ['100.64.88.1', 8_886];
/** On lo, but for the cable to FRR. */
const [ROUTER, OURS, EXABGP] = ['10.255.0.1', '10.255.0.2', '10.255.0.3'];
const CABLE = { at: '10.254.0.1', from: '10.254.0.2' };
const AS = 65_000;
const ASK = { prefix: `${SERVICE}/32`, as: AS };

/** FRR holds a withdraw for 50 ms itself. */
const CASES = [
  { name: 'ha2bgp speaker, tracefs → BIRD', router: bird, from: OURS, tell: speaker, tries: 500, limits: { p99: 15 } },
  { name: 'ha2bgp speaker, tracefs → FRR', router: frr, ...CABLE, tell: speaker, tries: 300, limits: { p99: 65 } },
  {
    name: 'exabgp healthcheck -i 1 → ExaBGP → BIRD',
    router: bird,
    from: EXABGP,
    tell: exabgp('1'),
    tries: 30,
    pauseMs: 1_000,
  },
  { name: 'exabgp healthcheck -i 0.01 → ExaBGP → BIRD', router: bird, from: EXABGP, tell: exabgp('0.01'), tries: 100 },
];

export async function speakers(context) {
  const rows = [];
  if (context.has('ownNetwork', TITLE)) {
    for (const address of [SERVICE, ROUTER, OURS, EXABGP])
      run('ip', 'address', 'replace', `${address}/32`, 'dev', 'lo');
  }
  for (const of of CASES) {
    const needs = ['ownNetwork', 'tracefs', 'python', of.router === bird ? 'bird' : 'frr', 'exabgp'];
    if (!needs.every((need) => context.has(need, of.name))) continue;
    rows.push(...(await context.attempt(of.name, () => measure(of, context))));
  }
  return [{ title: TITLE, columns: LATENCY_COLUMNS, rows }];
}

async function measure({ name, router: startRouter, at = ROUTER, from, tell, tries, pauseMs = 50, limits }, context) {
  const service = killedService(SERVICE, PORT);
  try {
    const router = await startRouter({ address: at, neighbor: from, ...ASK });
    const teller = await tell(from, at, router.as);
    await service.up();
    await tableSays(router, true);
    const cpu = await idleCpu([teller], context.idleMs);
    const times = [];
    for (let attempt = 0; attempt < context.tries(tries); attempt++) {
      await pause(Math.random() * pauseMs);
      const killedAt = await service.down();
      times.push((await tableSays(router, false)) - killedAt);
      await service.up();
      await tableSays(router, true);
    }
    return latencyRow(name, times, cpu, limits);
  } finally {
    closeDialogues();
  }
}

/** What the others are told in vain is left out here: there is no ExaBGP. */
const AT_ONCE = NO_DELAYS.filter((_, index) => index < NO_DELAYS.indexOf('--reannounce'));

function speaker(from, at, routerAs) {
  const words = [
    ...[...one(SERVICE, PORT), ...AT_ONCE, ...TRACEFS, '--bgp-backend', 'speaker'],
    ...['--local-as', `${AS}`, '--router-id', OURS],
    ...['--peer', `${at},as=${routerAs},local-address=${from},multihop=2,families=ipv4,connect-retry=1s`],
  ];
  return ha2bgp(words, { env: { HA2BGP_STATE_DIR: '' } });
}

/** Processor time is that of both processes, and of the shells of the checks. */
function exabgp(interval) {
  return async (from, at, routerAs) => {
    const place = scratch();
    const check = path.join(place, 'check');
    fs.writeFileSync(check, `#!/bin/bash\nexec 3<>/dev/tcp/${SERVICE}/${PORT}\n`, { mode: 0o755 });
    const words = [
      ...['--no-syslog', '--no-ip-setup', '--withdraw-on-down', '--rise', '1', '--fall', '1'],
      ...['--interval', interval, '--fast-interval', interval, '--ip', `${SERVICE}/32`, '--cmd', check],
    ];
    const file = path.join(place, 'exabgp.conf');
    fs.writeFileSync(
      file,
      `process check { run ${PYTHON} -m exabgp healthcheck ${words.join(' ')}; encoder text; }
neighbor ${at} {
  router-id ${from}; local-address ${from}; local-as ${AS}; peer-as ${routerAs};
  family { ipv4 unicast; }
  api { processes [ check ]; }
}
`,
    );
    const settings = ['daemon.drop=false', 'daemon.user=root', 'tcp.bind=', 'api.cli=false', 'log.level=WARNING'];
    const named = settings.map((setting) => `exabgp.${setting}`);
    const running = start('/usr/bin/env', [...named, PYTHON, '/usr/sbin/exabgp', file]);
    const checks = () => fs.readFileSync(`/proc/${running.pid}/task/${running.pid}/children`, 'utf8').trim().split(' ');
    return { ...running, cpuMs: () => [running.pid, ...checks()].reduce((sum, pid) => sum + cpuMs(pid), 0) };
  };
}
