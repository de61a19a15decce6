/**
 * What has to hold for any octets at all, and is held against the RFCs rather than against the decoder: it says something
 * about each message and never throws; what stands around the message in memory does not matter, and the message is not
 * changed; what is accepted has the values that the RFCs allow and is read in the same way when it is said again; what is
 * not has an outcome of RFC 7606 and a NOTIFICATION that can be sent.
 */
import { encodeCapability } from '../../src/bgp/wire/capability.ts';
import { type Decoded, decodeMessage } from '../../src/bgp/wire/decode.ts';
import { type Field, fieldsOf } from '../../src/bgp/wire/fields.ts';
import { encodeKeepalive } from '../../src/bgp/wire/keepalive.ts';
import type { Message, WireContext } from '../../src/bgp/wire/message.ts';
import {
  describeNotification,
  type Notification,
  shutdownData,
  shutdownText,
} from '../../src/bgp/wire/notification.ts';
import { encodeOpen, type Open } from '../../src/bgp/wire/open.ts';
import { encodeRouteRefresh } from '../../src/bgp/wire/route-refresh.ts';
import { judgeUpdate } from './judge-update.ts';
import { readOpen } from './layout.ts';
import { same } from './same.ts';
import type { Seed } from './seed.ts';
import { HEARD, judgeMalformed, judgeNotification, sayAgain, Unsound } from './unsound.ts';

/** Good until the next message is judged: what is decoded may be views into it. */
export interface Verdict {
  readonly decoded: Decoded;
  /** None where they were not asked for. */
  readonly fields: readonly Field[];
}

const MARGIN = 64;
const LONGEST = 65_535;
/** Of what is kept: several messages, one behind the other, among them. */
const MOST = 8 * LONGEST;
/** What stands around the octets. */
const POISONS = [0x00, 0xff] as const;

interface Place {
  readonly poison: number;
  readonly memory: Uint8Array;
  /** Octets of the message before. */
  used: number;
}

const places = POISONS.map(
  (poison): Place => ({ poison, memory: new Uint8Array(MOST + 2 * MARGIN).fill(poison), used: 0 }),
);

/** Throws `Unsound`, or whatever the decoder threw. `hasFields`: it is shown to people too. */
export function judge({ session: { context }, bytes }: Seed, hasFields = true): Verdict {
  const [verdict, other] = places.map((place) => inPlace(place, bytes, context, hasFields));
  if (verdict === undefined || other === undefined) throw new Error('nowhere to put it');
  if (!same(verdict, other)) throw new Unsound('it says something else when other octets stand around the message');
  const { decoded } = verdict;
  if ('message' in decoded) judgeMessage(decoded.message, context, bytes);
  else judgeMalformed(decoded, bytes.length);
  for (const { offset, length } of verdict.fields) {
    if (offset < 0 || length < 0 || offset + length > bytes.length) throw new Unsound('a field outside of the message');
  }
  return verdict;
}

function inPlace(place: Place, bytes: Uint8Array, context: WireContext, hasFields: boolean): Verdict {
  const { memory, poison, used } = place;
  memory.fill(poison, MARGIN, MARGIN + used);
  place.used = bytes.length;
  const inside = memory.subarray(MARGIN, MARGIN + bytes.length);
  inside.set(bytes);
  const decoded = decodeMessage(inside, context);
  const fields = hasFields ? fieldsOf(inside, context) : [];
  if (Buffer.compare(inside, bytes) !== 0) throw new Unsound('the message was changed');
  return { decoded, fields };
}

/** RFC 9003 §2: the text of a shutdown, as far as a length of one octet lets it be said again. */
function judgeShutdown(notification: Notification): void {
  const words = shutdownText(notification);
  if (words === undefined) return;
  const again = shutdownText({ ...notification, data: shutdownData(words) }) ?? '';
  if (!words.startsWith(again)) throw new Unsound('the text of a shutdown is another one when it is said again');
}

function judgeMessage(message: Message, context: WireContext, bytes: Uint8Array): void {
  switch (message.type) {
    case 'update':
      judgeUpdate(message, context, bytes);
      break;
    case 'open':
      if (message.open.version !== 4) throw new Unsound('a version that nobody speaks');
      if ([1, 2].includes(message.open.holdTime)) throw new Unsound('a hold time below 3 s');
      judgeCapabilities(message.open, bytes);
      sayAgain(encodeOpen(message.open), message, HEARD);
      break;
    case 'notification':
      if (/\p{Cc}/u.test(describeNotification(message.notification)))
        throw new Unsound('words that a terminal acts upon');
      judgeShutdown(message.notification);
      judgeNotification(message.notification);
      break;
    case 'routeRefresh':
      sayAgain(encodeRouteRefresh(message.routeRefresh), message, HEARD);
      break;
    case 'keepalive':
      sayAgain(encodeKeepalive(), message, HEARD);
      break;
    default:
      message satisfies never;
  }
}

/** RFC 5492 §4: the capabilities of an OPEN, each with all its octets, or as one that is not understood. */
function judgeCapabilities({ capabilities }: Open, bytes: Uint8Array): void {
  const layout = readOpen(bytes);
  if (layout?.capabilities.length !== capabilities.length) throw new Unsound('a capability that is missing');
  for (const [index, { code, value }] of layout.capabilities.entries()) {
    const capability = capabilities[index];
    const again = capability && encodeCapability(capability);
    if (again?.[0] !== code || again.length !== value.length + 2) throw new Unsound(`capability ${code} in part`);
  }
}
