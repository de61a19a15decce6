// The address goes, or the link under it: told by rtnetlink's notifications, with or without hints about listeners.
import { ha2bgp, NO_DELAYS, one, unhinted } from './contenders.js';
import { LATENCY_COLUMNS, latencyRow } from './figures.js';
import { fromHelper, startHelper } from './python.js';
import { tcpService } from './services.js';
import { run } from './surroundings.js';
import { bringUp, goAndCome, idleCpu } from './tries.js';

const ADDRESS = '192.0.2.10';
const PORT = 8_886;
const DEVICE = 'bench0';
const CHANGES = [
  { name: 'address removed, and added', down: ['remove', ADDRESS, DEVICE], up: ['add', ADDRESS, DEVICE] },
  { name: 'link down, and up', down: ['down', DEVICE], up: ['up', DEVICE] },
];

export async function host(context) {
  const title = 'Address or link goes → withdraw on stdout (from the sendmsg(2) that tells the kernel)';
  if (!context.has('ownNetwork', title) || !context.has('python', title)) return [];
  const rows = { down: [], up: [] };
  for (const change of CHANGES) {
    for (const row of await context.attempt(change.name, () => measure(change, context))) {
      rows.down.push(...row.down);
      rows.up.push(...row.up);
    }
  }
  return [
    { title, columns: LATENCY_COLUMNS, rows: rows.down },
    { title: 'Address or link comes back → announce on stdout', columns: LATENCY_COLUMNS, rows: rows.up },
  ];
}

async function measure({ name, down, up }, context) {
  run('ip', 'link', 'add', DEVICE, 'type', 'veth', 'peer', 'name', 'bench1');
  try {
    run('ip', 'link', 'set', 'bench1', 'up');
    run('ip', 'link', 'set', DEVICE, 'up');
    run('ip', 'address', 'add', `${ADDRESS}/32`, 'dev', DEVICE);
    const contender = await ha2bgp([...one(ADDRESS, PORT), ...NO_DELAYS, ...unhinted('100ms')]);
    await bringUp({ contender, address: ADDRESS, service: tcpService(ADDRESS, PORT) });
    const netlink = startHelper('netlink');
    const inKernel = { down: [], up: [] };
    const change = async (which, words) => {
      const [at, returned] = (await netlink.ask(...words)).map(fromHelper);
      inKernel[which].push(returned - at);
      return at;
    };
    const service = { down: () => change('down', down), up: () => change('up', up) };
    const cpu = await idleCpu([contender], context.idleMs);
    const times = await goAndCome(
      { contender, address: ADDRESS, service },
      { tries: context.tries(2_000), pauseMs: 30 },
    );
    const kernels = `${name}: sendmsg(2) alone, the kernel's own part`;
    return {
      down: [latencyRow(name, times.down, cpu, { p99: 6 }), latencyRow(kernels, inKernel.down, 0)],
      up: [latencyRow(name, times.up, cpu), latencyRow(kernels, inKernel.up, 0)],
    };
  } finally {
    run('ip', 'link', 'delete', DEVICE);
  }
}
