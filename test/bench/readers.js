// A process that is many peers at once which do nothing but read: each takes one session, says when its first whole table has
// ended (End-of-RIB, RFC 4724 §2), and when each UPDATE after that has come to all of them. ADDRESS…: one peer each, port 179.
import net from 'node:net';
import { encodeKeepalive } from '../../dist/bgp/wire/keepalive.js';
import { encodeOpen } from '../../dist/bgp/wire/open.js';
import { now } from './processes.js';

const AS = 65_001;
const HOLD_S = 240;
const HEADER = 19;
const [OPEN, UPDATE, KEEPALIVE] = [1, 2, 4];
/** Of an IPv4 End-of-RIB. */
const SHORTEST_UPDATE = 23;

const addresses = process.argv.slice(2);
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
let level = 0;
/** Changes that came since the tables ended: how many peers have each. */
const changes = [];

for (const routerId of addresses) {
  const server = net.createServer({ noDelay: true }, (socket) => talk(socket, routerId)).listen(179, routerId);
  server.on('error', (error) => {
    throw error;
  });
}
setInterval(() => {
  for (const socket of sockets) socket.write(encodeKeepalive());
}, 30_000);
const sockets = new Set();
say({ said: 'ready' });

function talk(socket, routerId) {
  let rest = Buffer.alloc(0);
  let isLevel = false;
  let seen = 0;
  sockets.add(socket);
  socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  socket.on('data', (chunk) => {
    const at = now();
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (; bytes.length - start >= HEADER; ) {
      const length = bytes.readUInt16BE(start + 16);
      if (bytes.length - start < length) break;
      take(bytes[start + 18], length, at);
      start += length;
    }
    rest = bytes.subarray(start);
  });

  function take(type, length, at) {
    if (type === OPEN) {
      const capabilities = [
        { type: 'multiprotocol', afi: 1, safi: 1 },
        { type: 'fourOctetAs', as: AS },
      ];
      socket.write(encodeOpen({ version: 4, as: AS, holdTime: HOLD_S, routerId, capabilities }));
      socket.write(encodeKeepalive());
    } else if (type === UPDATE && isLevel) arrived(seen++, at);
    else if (type === UPDATE && length === SHORTEST_UPDATE) {
      isLevel = true;
      if (++level === addresses.length) say({ said: 'level', at });
    } else if (type !== UPDATE && type !== KEEPALIVE) say({ said: 'trouble', type });
  }
}

function arrived(number, at) {
  changes[number] = (changes[number] ?? 0) + 1;
  if (changes[number] === addresses.length) say({ said: 'change', number, at });
}
