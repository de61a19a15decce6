// A process that is nothing but the speaker: its whole table stands before the first session is up, and on a word it withdraws
// everything, or takes one prefix away and brings it back. KIND COUNT FROM TO…: which table, how many prefixes, our address, the peers' addresses. Says when a session came
// up, and how much it holds.
import { createSpeaker } from '../../dist/bgp/speaker.js';
import { realClock } from '../../dist/runtime/clock.js';
import { peerOf } from './peer.js';
import { now } from './processes.js';
import { communityOf, medOf, NEXT_HOP, TABLES } from './whole-tables.js';

const [kind, count, from, ...to] = process.argv.slice(2);
const { prefixOf, sets } = TABLES[kind];
const say = (what) => process.stdout.write(`${JSON.stringify({ at: now(), ...what })}\n`);
const report = ({ peer }, message) => {
  if (message === 'session up' || message === 'session down') say({ said: message, peer });
};
const log = { debug() {}, info: report, warn: report, error: report };

const peers = to.map((address) => peerOf({ address, port: 179, localAddress: from, multihop: 2, nextHop: NEXT_HOP }));
const settings = { localAs: 65_000, routerId: from, listen: [], peers };
const speaker = createSpeaker({ settings, clock: realClock(), log });
const attributes = Array.from({ length: sets }, (_, set) => ({
  nextHop: 'self',
  ...(sets > 1 && { med: medOf(set), communities: [communityOf(set)] }),
}));
const prefixes = Array.from({ length: Number(count) }, (_, index) => prefixOf(index));
const setAt = now();
for (const [index, prefix] of prefixes.entries())
  speaker.set(prefix, [{ prefix, attributes: attributes[index % sets] }]);
const setMs = now() - setAt;

let tickAt = now();
let lagMs = 0;
setInterval(() => {
  lagMs = Math.max(lagMs, now() - tickAt - 1);
  tickAt = now();
}, 1);

let isThere = true;
process.stdin.on('data', (chunk) => {
  if (String(chunk).includes('withdraw')) {
    say({ said: 'withdraw' });
    withdraw(0);
  }
  if (String(chunk).includes('change')) {
    const [prefix] = prefixes;
    const routes = isThere ? [] : [{ prefix, attributes: attributes[0] }];
    isThere = !isThere;
    say({ said: 'change' });
    speaker.set(prefix, routes);
    speaker.flush();
  }
  if (String(chunk).includes('report'))
    say({ said: 'report', setMs, lagMs, residentMb: process.memoryUsage().rss / 2 ** 20 });
});
say({ said: 'ready' });
[lagMs, tickAt] = [0, now()];
speaker.start();

/** Some thousand in one go, as the core does it. */
function withdraw(from) {
  const to = from + 5_000;
  for (const prefix of prefixes.slice(from, to)) speaker.set(prefix, []);
  speaker.flush();
  if (to < prefixes.length) setImmediate(withdraw, to);
}
