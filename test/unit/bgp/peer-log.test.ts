import { expect, it } from 'vitest';
import type { Why } from '../../../src/bgp/fsm.ts';
import { createPeerLog } from '../../../src/bgp/peer-log.ts';
import { ms } from '../../../src/model/millis.ts';
import { peerSettings } from '../../helpers/sessions.ts';

function lastAfter(why: Why, of: Parameters<typeof peerSettings>[0] = {}): string {
  const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log, flush() {} };
  const said = createPeerLog(() => peerSettings(of), { now: () => ms(0) }, log as never);
  said.failed(why, undefined);
  return said.last();
}
const refusedWith = (code: number, subcode: number): Why => ({
  by: 'peer',
  notification: { code, subcode, data: new Uint8Array(0) },
});

it.each([
  // RFC 9234 §4.2, RFC 4271 §6.2.
  [2, 11, /role mismatch \(2\/11\): it wants to hear a role of us: say role for this peer$/],
  [2, 2, /bad peer AS \(2\/2\): it does not expect AS 65000: make it so there, or change local-as$/],
  [2, 6, /unacceptable hold time \(2\/6\)$/],
  [6, 2, /administrative shutdown \(6\/2\)$/],
  [6, 11, /\(6\/11\)$/],
])('what a peer refuses with %d/%d is followed by what to do where that is known', (code, subcode, expected) => {
  expect(lastAfter(refusedWith(code, subcode))).toMatch(expected);
});
