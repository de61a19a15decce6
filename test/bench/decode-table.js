// A process that does nothing but decode a table, in chunks as a socket brings them, by the session's own path: framer,
// decoder, count. TABLE ROUNDS. Each round is a line; the first one is before the compiler has seen enough.
import { createReceived } from '../../dist/bgp/received.js';
import { decodeMessage } from '../../dist/bgp/wire/decode.js';
import { createFramer } from '../../dist/bgp/wire/framer.js';
import { fullTable } from './full-table.js';
import { now } from './processes.js';

const CHUNK = 64 * 1_024;
const [table, rounds] = process.argv.slice(2);
const { prefixes, perUpdate } = JSON.parse(table);
const { octets: whole, updates } = fullTable(prefixes, perUpdate);
/** As a socket's chunks are. */
const octets = Buffer.from(whole.buffer, whole.byteOffset, whole.length);
const total = prefixes.ipv4 + prefixes.ipv6;
const context = { asOctets: 4, longestMessage: 65_535, addPathReceived: new Set(), isExternal: true };

for (let round = 0; round < Number(rounds); round++) {
  const received = createReceived({ maxPrefix: 0 }, {});
  const framer = createFramer(() => context.longestMessage);
  let heap = 0;
  const startedAt = now();
  const cpuBefore = process.cpuUsage();
  for (let at = 0; at < octets.length; at += CHUNK) {
    for (const frame of framer.push(octets.subarray(at, at + CHUNK))) {
      const { message } = decodeMessage(frame.bytes, context);
      if (message?.outcome !== 'accepted') throw new Error('an UPDATE that is not accepted');
      received.update(message.update, false);
    }
    if ((at / CHUNK) % 16 === 0) heap = Math.max(heap, process.memoryUsage().heapUsed);
  }
  const ms = now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  const { ipv4, ipv6 } = received.counts();
  if (ipv4 !== prefixes.ipv4 || ipv6 !== prefixes.ipv6) throw new Error(`${ipv4} and ${ipv6} prefixes counted`);
  console.log(JSON.stringify({ ms, cpuMs: (user + system) / 1_000, total, updates, octets: octets.length, heap }));
}
