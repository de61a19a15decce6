/** A message field by field, PURE, malformed ones too, as far as they go: what stands where, and what it says. */
import { u16At } from '../../bytes/join.ts';
import { addressFromBytes } from '../../model/address.ts';
import { ATTRIBUTE_KINDS } from './attribute.ts';
import { decodeCapability } from './capability.ts';
import { HEADER_LENGTH, MARKER_LENGTH, MESSAGE, type MessageType } from './codes.ts';
import { LENGTH_OFFSET, lengthOf, TYPE_NAMES, TYPE_OFFSET, typeOf } from './header.ts';
import { MalformedError } from './malformed.ts';
import type { WireContext } from './message.ts';
import { entriesOf, nlriFrom } from './nlri.ts';
import { decodeNotification, describeNotification } from './notification.ts';
import { capabilitiesOf, OPEN_OFFSET } from './open.ts';
import { isProblem } from './problem.ts';
import type { Nlri } from './update.ts';
import { attributesIn, layoutOf, type PlacedAttribute } from './update-decoder.ts';
import { afiWords, attributeWords, capabilityWords, flagWords, hexOf, refreshWords } from './words.ts';

export interface Field {
  /** Into the message, header included. */
  readonly offset: number;
  /** In octets. */
  readonly length: number;
  /** How many fields it lies in. */
  readonly depth: number;
  readonly name: string;
  readonly value: string;
}

/** As the RFCs write them. */
export const MESSAGE_NAMES: Readonly<Record<MessageType, string>> = {
  open: 'OPEN',
  update: 'UPDATE',
  notification: 'NOTIFICATION',
  keepalive: 'KEEPALIVE',
  routeRefresh: 'ROUTE-REFRESH',
};

/** `bytes`: from the marker to the end of the message, or to where the octets end. Never throws. */
export function fieldsOf(bytes: Uint8Array, context: WireContext): Field[] {
  if (bytes.length < HEADER_LENGTH) return rest(bytes, 0);
  const type = TYPE_NAMES.get(typeOf(bytes));
  const header = [
    field(0, MARKER_LENGTH, 'marker', isMarker(bytes) ? 'all ones' : hexOf(bytes.subarray(0, MARKER_LENGTH))),
    field(LENGTH_OFFSET, 2, 'length', `${lengthOf(bytes)}`),
    field(
      TYPE_OFFSET,
      1,
      'type',
      type === undefined ? `${typeOf(bytes)}` : `${MESSAGE_NAMES[type]} (${MESSAGE[type]})`,
    ),
  ];
  return [...header, ...bodyFields(type, bytes, context)];
}

const isMarker = (bytes: Uint8Array): boolean => bytes.subarray(0, MARKER_LENGTH).every((octet) => octet === 0xff);

function bodyFields(type: MessageType | undefined, bytes: Uint8Array, context: WireContext): Field[] {
  switch (type) {
    case 'open':
      return bytes.length < OPEN_OFFSET.parameters ? rest(bytes) : openFields(bytes);
    case 'update':
      return updateFields(bytes, context);
    case 'notification':
      return bytes.length < HEADER_LENGTH + 2 ? rest(bytes) : notificationFields(bytes);
    case 'routeRefresh':
      return bytes.length === HEADER_LENGTH + 4 ? refreshFields(bytes) : rest(bytes);
    case 'keepalive':
    case undefined:
      return rest(bytes);
    default:
      return type satisfies never;
  }
}

function openFields(bytes: Uint8Array): Field[] {
  const { version, as, holdTime, routerId, parametersLength, parameters } = OPEN_OFFSET;
  const fixed = [
    field(version, 1, 'version', `${bytes[version]}`),
    field(as, 2, 'my AS', `${u16At(bytes, as)}`),
    field(holdTime, 2, 'hold time', `${u16At(bytes, holdTime)} s`),
    field(routerId, 4, 'BGP identifier', addressFromBytes(bytes.subarray(routerId, routerId + 4))),
    field(parametersLength, 1, 'parameters length', `${bytes[parametersLength]}`),
  ];
  try {
    return [
      ...fixed,
      ...capabilitiesOf(bytes).map((placed) =>
        field(placed.offset, 2 + placed.value.length, 'capability', capabilityWords(decodeCapability(placed))),
      ),
    ];
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    return [...fixed, ...rest(bytes, parameters)];
  }
}

function notificationFields(bytes: Uint8Array): Field[] {
  const notification = decodeNotification(bytes);
  const start = HEADER_LENGTH;
  const { code, subcode, data } = notification;
  return [
    field(start, 1, 'code', `${code}`),
    field(start + 1, 1, 'subcode', `${subcode}`),
    ...(data.length === 0 ? [] : [field(start + 2, data.length, 'data', hexOf(data))]),
    field(start, bytes.length - start, 'meaning', describeNotification(notification)),
  ];
}

function refreshFields(bytes: Uint8Array): Field[] {
  const start = HEADER_LENGTH;
  const subtype = bytes[start + 2] ?? 0;
  return [
    field(start, 2, 'AFI', afiWords(u16At(bytes, start))),
    field(start + 2, 1, 'subtype', `${subtype}, ${refreshWords(subtype)}`),
    field(start + 3, 1, 'SAFI', `${bytes[start + 3]}`),
  ];
}

function updateFields(bytes: Uint8Array, context: WireContext): Field[] {
  const body = bytes.subarray(HEADER_LENGTH);
  const layout = layoutOf(body);
  if ('overrun' in layout) return rest(bytes);
  const plain = (name: string, start: number, end: number): Field[] =>
    prefixFields(name, nlriFrom('ipv4', body.subarray(start, end), context.addPathReceived.has('ipv4')), {
      offset: HEADER_LENGTH + start,
      depth: 0,
      bytes: body.subarray(start, end),
    });
  return [
    field(HEADER_LENGTH, 2, 'withdrawn routes length', `${layout.attributesLength - 2}`),
    ...plain('withdrawn', 2, layout.attributesLength),
    field(HEADER_LENGTH + layout.attributesLength, 2, 'attributes length', `${layout.nlri - layout.attributes}`),
    ...[...attributesIn(body, layout)].flatMap((placed) =>
      'cut' in placed
        ? [
            field(
              HEADER_LENGTH + placed.offset,
              layout.nlri - placed.offset,
              'cut off',
              hexOf(body.subarray(placed.offset, layout.nlri)),
            ),
          ]
        : attributeFields(body, placed, context),
    ),
    ...plain('prefix', layout.nlri, body.length),
  ];
}

/** Of an attribute that stands in `body`. */
function attributeFields(body: Uint8Array, placed: PlacedAttribute, context: WireContext): Field[] {
  const { offset, flags, code, start: valueStart, end } = placed;
  const kind = ATTRIBUTE_KINDS.get(code);
  const name = `${kind?.name ?? 'attribute'} (${code}; ${flagWords(flags)})`;
  const [at, length] = [HEADER_LENGTH + offset, end - offset];
  const decoded = kind?.decode(body, valueStart, end, context);
  if (decoded === undefined || isProblem(decoded)) {
    return [field(at, length, name, hexOf(body.subarray(valueStart, end)))];
  }
  const own = field(at, length, name, attributeWords(decoded));
  if (decoded.type !== 'mpReach' && decoded.type !== 'mpUnreach') return [own];
  const { nlri } = decoded;
  const start = HEADER_LENGTH + end - nlri.bytes.length;
  const what = decoded.type === 'mpReach' ? 'prefix' : 'withdrawn';
  return [own, ...prefixFields(what, nlri, { offset: start, depth: 1, bytes: nlri.bytes })];
}

/** `place`: of all of them. */
function prefixFields(
  name: string,
  nlri: Nlri | { readonly badOffset: number },
  place: { readonly offset: number; readonly depth: number; readonly bytes: Uint8Array },
): Field[] {
  const { offset, depth, bytes } = place;
  if (bytes.length === 0) return [];
  if ('badOffset' in nlri || nlri.count === 0) return [field(offset, bytes.length, name, hexOf(bytes), depth)];
  const entries = [...entriesOf(nlri)];
  return entries.map((entry, index) => {
    const length = (entries[index + 1]?.offset ?? bytes.length) - entry.offset;
    const path = entry.pathId === undefined ? '' : ` path ${entry.pathId}`;
    return field(offset + entry.offset, length, name, `${entry.prefix}${path}`, depth);
  });
}

const field = (offset: number, length: number, name: string, value: string, depth = 0): Field => ({
  offset,
  length,
  depth,
  name,
  value,
});

/** What nothing is known of. */
const rest = (bytes: Uint8Array, start = HEADER_LENGTH): Field[] =>
  bytes.length > start ? [field(start, bytes.length - start, 'octets', hexOf(bytes.subarray(start)))] : [];
