// A process that is nothing but the speaker, and calls one peer on loopback. PORT PREFIXES: it says when so many prefixes
// were counted, how long its loop stood still until then, and what it took.
import { createSpeaker } from '../../dist/bgp/speaker.js';
import { realClock } from '../../dist/runtime/clock.js';
import { peerOf } from './peer.js';
import { now } from './processes.js';

const [port, wanted] = process.argv.slice(2).map(Number);
const PLACE = '127.0.0.1';
const peer = peerOf({ address: PLACE, port, localAddress: PLACE });
const report = (fields, message) => process.stderr.write(`${JSON.stringify({ message, ...fields })}\n`);
const log = { debug() {}, info() {}, warn: report, error: report };
const settings = { localAs: 65_000, routerId: PLACE, listen: [], peers: [peer] };
const speaker = createSpeaker({ settings, clock: realClock(), log });

let tickAt = now();
let lagMs = 0;
const rss = process.memoryUsage().rss / 2 ** 20;
const ticker = setInterval(() => {
  lagMs = Math.max(lagMs, now() - tickAt - 1);
  const [{ received }] = speaker.status();
  if (received.ipv4 + received.ipv6 >= wanted) {
    clearInterval(ticker);
    process.stdout.write(`${JSON.stringify({ at: now(), received, lagMs, rss })}\n`);
  }
  tickAt = now();
}, 1);
speaker.start();
