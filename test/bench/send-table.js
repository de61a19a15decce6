// A process that is nothing but a peer with a whole table: one session on loopback, the table all at once, and quiet from
// then on. TABLE. Says its port, when it begins, and when the kernel has taken the last octet.
import net from 'node:net';
import { encodeKeepalive } from '../../dist/bgp/wire/keepalive.js';
import { encodeOpen } from '../../dist/bgp/wire/open.js';
import { fullTable } from './full-table.js';
import { now } from './processes.js';

const CHUNK = 64 * 1_024;
const OPEN_TYPE = 1;
const { prefixes, perUpdate } = JSON.parse(process.argv[2]);
const { octets } = fullTable(prefixes, perUpdate);
const say = (what) => process.stdout.write(`${JSON.stringify({ at: now(), ...what })}\n`);

const open = encodeOpen({
  ...{ version: 4, as: 65_001, holdTime: 90, routerId: '127.0.0.2' },
  capabilities: [
    { type: 'multiprotocol', afi: 1, safi: 1 },
    { type: 'multiprotocol', afi: 2, safi: 1 },
    { type: 'fourOctetAs', as: 65_001 },
  ],
});

const server = net.createServer({ noDelay: true }, (socket) => {
  let isAgreed = false;
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    // The first that comes is the OPEN, and the KEEPALIVE that answers ours may come with it, or later.
    if (chunk[18] === OPEN_TYPE) socket.write(open);
    if (isAgreed || (chunk[18] === OPEN_TYPE && chunk.length <= chunk.readUInt16BE(16))) return;
    isAgreed = true;
    socket.write(encodeKeepalive());
    send(socket);
  });
});
server.listen(0, '127.0.0.1', () => say({ said: 'listening', port: server.address().port }));

async function send(socket) {
  say({ said: 'begins' });
  for (let at = 0; at < octets.length; at += CHUNK) {
    if (socket.write(octets.subarray(at, at + CHUNK))) continue;
    await new Promise((resolve) => socket.once('drain', resolve));
  }
  say({ said: 'written' });
}
