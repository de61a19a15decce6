/**
 * Many peers in one process, that listen, keep their sessions, and take down when KEEPALIVEs come:
 *
 *     many-peers.mjs {"as":65001,"holdTime":9,"addresses":["10.1.1.1", …],"isCounting":false}
 *
 * On stdin `restart ADDRESS…` ends those sessions without a word, and `report` asks for what is known since the last report;
 * on stdout lines of JSON; times are of CLOCK_MONOTONIC, in milliseconds. `isCounting`: no table is kept, and what is said of
 * each session is when it began and when all was told.
 */
import net from 'node:net';
import { createInterface } from 'node:readline';
import { decodeMessage } from '../../dist/bgp/wire/decode.js';
import { createFramer } from '../../dist/bgp/wire/framer.js';
import { encodeKeepalive } from '../../dist/bgp/wire/keepalive.js';
import { entriesOf } from '../../dist/bgp/wire/nlri.js';
import { encodeOpen } from '../../dist/bgp/wire/open.js';

const { as, holdTime, addresses, isCounting = false } = JSON.parse(process.argv[2] ?? '');
const [OPEN, UPDATE, NOTIFICATION, KEEPALIVE] = [1, 2, 3, 4];
/** End-of-RIB of IPv4 (RFC 4724 §2): an UPDATE that is empty. */
const END_LENGTH = 23;
const CONTEXT = { asOctets: 4, longestMessage: 65_535, addPathReceived: new Set(), isExternal: true };
/** RFC 4271 §4.4: the longest time between two KEEPALIVEs that a third of the hold time promises. */
const promisedMs = (holdTime * 1_000) / 3;
const keepalive = encodeKeepalive();
const now = () => Number(process.hrtime.bigint()) / 1e6;
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

/** Of each that is connected, by its address. */
const sessions = new Map();
/** Of each KEEPALIVE since the last report: when it came, and how much later than promised. */
let late = [];

function meet(address, socket) {
  const session = { socket, openAt: 0, keepaliveAt: undefined, table: new Set(), isRestarting: false };
  sessions.get(address)?.socket.destroy();
  sessions.set(address, session);
  socket.setNoDelay(true);
  socket.write(
    encodeOpen({
      ...{ version: 4, as, holdTime, routerId: address },
      capabilities: [
        { type: 'multiprotocol', afi: 1, safi: 1 },
        { type: 'fourOctetAs', as },
        { type: 'extendedMessage' },
      ],
    }),
  );
  const timer = setInterval(() => socket.write(keepalive), promisedMs * 0.9);
  const framer = createFramer(() => 65_535);
  socket.on('data', (chunk) => {
    for (const frame of framer.push(chunk)) {
      if ('fault' in frame) throw new Error(`${address} heard what is no message: ${frame.why}`);
      hear(address, session, frame);
    }
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    clearInterval(timer);
    if (sessions.get(address) !== session) return;
    sessions.delete(address);
    if (session.keepaliveAt !== undefined && !session.isRestarting) say({ said: 'lost', address });
  });
  socket.on('end', () => socket.end());
}

function hear(address, session, { type, bytes }) {
  if (type === OPEN) {
    session.openAt = now();
    session.socket.write(keepalive);
  }
  if (type === KEEPALIVE) {
    const at = now();
    if (session.keepaliveAt !== undefined) late.push([at, at - session.keepaliveAt - promisedMs]);
    session.keepaliveAt = at;
  }
  if (type === NOTIFICATION) say({ said: 'told', address, code: bytes[19], subcode: bytes[20] });
  if (type === UPDATE && isCounting && bytes.length === END_LENGTH) {
    say({ said: 'filled', address, from: session.openAt, at: now() });
  }
  if (type === UPDATE && !isCounting) {
    const { update } = decodeMessage(bytes, CONTEXT).message;
    for (const { prefix } of entriesOf(update.withdrawn)) session.table.delete(prefix);
    for (const { prefix } of entriesOf(update.nlri)) session.table.add(prefix);
  }
}

for (const address of addresses) {
  const server = net.createServer((socket) => meet(address, socket));
  await new Promise((resolve) => server.listen({ host: address, port: 179 }, resolve));
}
say({ said: 'ready' });

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [command, ...words] = line.split(' ');
    if (command === 'restart') {
      for (const address of words) {
        const session = sessions.get(address);
        if (session === undefined) continue;
        session.isRestarting = true;
        session.socket.resetAndDestroy();
      }
    } else if (command === 'report') {
      const established = [...sessions.values()].filter(({ keepaliveAt }) => keepaliveAt !== undefined).length;
      const tables = [...new Set([...sessions.values()].map(({ table }) => [...table].sort().join(' ')))];
      say({ said: 'report', established, tables, late });
      late = [];
    } else throw new Error(`unknown: ${line}`);
  })
  .on('close', () => process.exit());
