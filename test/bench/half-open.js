// A listener with half-open clients closes, on a host that has other things to do. The kernel keeps a listener's memory
// for as long as a half-open client holds a reference: whoever waits for that waits for seconds.
import { ha2bgp, NO_DELAYS, one, TRACEFS, unhinted } from './contenders.js';
import { LATENCY_COLUMNS, latencyRow } from './figures.js';
import { startHelper } from './python.js';
import { tcpService } from './services.js';
import { run } from './surroundings.js';
import { bringUp, goAndCome, idleCpu } from './tries.js';

const PORT = 8_885;
const CLIENTS = 50;
const BESIDE = { address: '127.88.2.1', port: 8_884, rate: 2_000 };
/** Each how many tries the half-open clients are counted: that costs a process. */
const COUNT_EACH = 50;
const DEVICE = 'bench0';

const CASES = [
  {
    name: 'ha2bgp, tracefs',
    needs: 'tracefs',
    ...{ words: TRACEFS, options: {}, pauseMs: 50, lanes: 1, reach: { p99: 25 } },
  },
  noHint(20, 2, { p99: 25 }),
  // An interval of 100 ms can't be told within 25 ms: what may come on top of the interval is the same.
  noHint(100, 4, { p99: 125 }),
];

function noHint(interval, lanes, reach) {
  const name = `ha2bgp, no hint, unprivileged, ${interval} ms`;
  const options = { isUnprivileged: true };
  return { name, words: unhinted(`${interval}ms`), options, pauseMs: interval, lanes, reach };
}

export async function halfOpen(context) {
  const title = `Listener with ${CLIENTS} half-open clients closed → withdraw on stdout, ${BESIDE.rate} connections a second beside it`;
  if (!context.has('ownNetwork', title) || !context.has('python', title)) return [];
  const rows = [];
  for (const entry of CASES) {
    if (!context.has(entry.needs, `${title}: ${entry.name}`)) continue;
    rows.push(...(await context.attempt(entry.name, () => measure(entry, context))));
  }
  return [{ title, columns: LATENCY_COLUMNS, rows }];
}

async function measure({ name, words, options, pauseMs, lanes, reach }, context) {
  layCable();
  try {
    const clients = startHelper('half_open');
    startHelper('connections', BESIDE.address, BESIDE.port, BESIDE.rate);
    const watches = [];
    for (let lane = 1; lane <= lanes; lane++) {
      const address = `192.0.2.${lane}`;
      run('ip', 'address', 'add', `${address}/32`, 'dev', DEVICE);
      const contender = await ha2bgp([...one(address, PORT), ...NO_DELAYS, ...words], options);
      watches.push({ contender, address, service: besieged(tcpService(address, PORT), address, clients) });
    }
    await Promise.all(watches.map(bringUp));
    const cpu = await idleCpu(
      watches.map(({ contender }) => contender),
      context.idleMs,
    );
    const share = { tries: Math.ceil(context.tries(2_000) / lanes), pauseMs };
    const times = await Promise.all(watches.map((watch) => goAndCome(watch, share)));
    return latencyRow(
      name,
      times.flatMap(({ down }) => down),
      cpu,
      reach,
    );
  } finally {
    run('ip', 'link', 'delete', DEVICE);
  }
}

/** The clients are behind a cable whose other end takes none of the frames for its own: no SYN-ACK is ever answered. */
function layCable() {
  run('ip', 'link', 'add', DEVICE, 'type', 'veth', 'peer', 'name', 'bench1');
  run('ip', 'link', 'set', DEVICE, 'arp', 'off', 'up');
  run('ip', 'link', 'set', 'bench1', 'up');
  run('ip', 'route', 'add', '198.18.0.0/16', 'dev', DEVICE);
}

/** The service, with half-open clients before each time that it goes. */
function besieged(service, address, clients) {
  return {
    ...service,
    async settle(attempt) {
      await clients.ask('syn', CLIENTS, address, PORT);
      if (attempt % COUNT_EACH !== 0) return;
      const found = await clients.ask('count', address, PORT);
      if (found < CLIENTS) throw new Error(`${found} half-open clients on ${address}, not ${CLIENTS}`);
    },
  };
}
