/** `ha2bgp decode`: BGP messages field by field. */

import { FAMILIES } from '../bgp/wire/capability.ts';
import { HEADER_LENGTH, LONGEST_EXTENDED_MESSAGE, MARKER_LENGTH, MESSAGE } from '../bgp/wire/codes.ts';
import { decodeMessage } from '../bgp/wire/decode.ts';
import { type Field, fieldsOf, MESSAGE_NAMES } from '../bgp/wire/fields.ts';
import { lengthOf, TYPE_NAMES, typeOf } from '../bgp/wire/header.ts';
import { checkHeader } from '../bgp/wire/header-check.ts';
import type { Malformed } from '../bgp/wire/malformed.ts';
import type { Message, WireContext } from '../bgp/wire/message.ts';
import { entriesOf, familyFrom } from '../bgp/wire/nlri.ts';
import type { Notification } from '../bgp/wire/notification.ts';
import { endOfRib, type Fault, type Nlri, type Outcome } from '../bgp/wire/update.ts';
import { decodeUpdate } from '../bgp/wire/update-decoder.ts';
import { familyWords, hexOf } from '../bgp/wire/words.ts';
import type { Family } from '../model/address.ts';

export interface DecodeWords {
  readonly asOctets: 2 | 4;
  readonly isExternal: boolean;
  /** Whether a path identifier stands before each prefix. */
  readonly hasPathIds: boolean;
  readonly isJson: boolean;
}

/** One message of the input. */
interface Examined {
  /** Into the input. */
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly fields: readonly Field[];
  readonly message: Message | undefined;
  /** What becomes of it: of other messages than UPDATE it is all or nothing. */
  readonly outcome: Outcome | 'cutOff';
  readonly faults: readonly Finding[];
}

/** Without `fault` it is the input's, not the message's. */
type Finding = Omit<Malformed, 'fault'> & Partial<Pick<Fault, 'fault' | 'outcome'>>;

export interface Printed {
  readonly text: string;
  readonly isMalformed: boolean;
}

const OUTCOME_WORDS: Readonly<Record<Examined['outcome'], string>> = {
  accepted: 'accepted',
  attributeDiscarded: 'the attribute is discarded',
  treatedAsWithdraw: 'taken as a withdraw of its prefixes',
  reset: 'the session is reset',
  cutOff: 'not whole',
};

/** The input message by message. */
export function* decode(input: Uint8Array, words: DecodeWords): Generator<Printed, void> {
  const { asOctets, isExternal, hasPathIds, isJson } = words;
  const context: WireContext = {
    asOctets,
    isExternal,
    longestMessage: LONGEST_EXTENDED_MESSAGE,
    addPathReceived: new Set<Family>(hasPathIds ? FAMILIES : []),
  };
  for (const examined of messagesIn(input, context)) {
    const text = isJson ? `${JSON.stringify(plain(examined))}\n` : textOf(examined);
    yield { text, isMalformed: examined.faults.length > 0 };
  }
}

function* messagesIn(input: Uint8Array, context: WireContext): Generator<Examined, void> {
  for (let offset = 0; offset < input.length; ) {
    const rest = input.subarray(offset);
    // A length that begins with 255 is none that is seen, so that this tells a marker, also a damaged one.
    const marked = rest[0] === 0xff ? rest : withMarker(rest);
    const added = marked.length - rest.length;
    const wrong = checkHeader(marked, Math.min(marked.length, HEADER_LENGTH), context.longestMessage);
    // Where the next one begins is only known behind a good length.
    const isLost = wrong !== undefined || marked.length < HEADER_LENGTH || lengthOf(marked) > marked.length;
    const bytes = isLost ? marked : marked.subarray(0, lengthOf(marked));
    yield { offset, bytes, ...(isLost ? lost(bytes, wrong, context) : examine(bytes, context)) };
    offset += isLost ? rest.length : bytes.length - added;
  }
}

function withMarker(rest: Uint8Array): Uint8Array {
  const marked = new Uint8Array(MARKER_LENGTH + rest.length).fill(0xff, 0, MARKER_LENGTH);
  marked.set(rest, MARKER_LENGTH);
  return marked;
}

type Judged = Omit<Examined, 'offset' | 'bytes'>;

function lost(bytes: Uint8Array, wrong: Malformed | undefined, context: WireContext): Judged {
  const fields = fieldsOf(bytes, context);
  if (wrong !== undefined) return { fields, message: undefined, outcome: 'reset', faults: [wrong] };
  const said = bytes.length < HEADER_LENGTH ? `a header of ${HEADER_LENGTH}` : `${lengthOf(bytes)}`;
  const why = `the input ends after ${bytes.length} octets of ${said}`;
  return { fields, message: undefined, outcome: 'cutOff', faults: [{ offset: bytes.length, why }] };
}

function examine(bytes: Uint8Array, context: WireContext): Judged {
  const fields = fieldsOf(bytes, context);
  if (typeOf(bytes) === MESSAGE.update) {
    const { outcome, update, faults } = decodeUpdate(bytes.subarray(HEADER_LENGTH), context);
    const message = outcome === 'reset' ? undefined : ({ type: 'update', update, outcome, faults } as const);
    return { fields, message, outcome, faults };
  }
  const decoded = decodeMessage(bytes, context);
  return 'message' in decoded
    ? { fields, message: decoded.message, outcome: 'accepted', faults: [] }
    : { fields, message: undefined, outcome: 'reset', faults: [decoded] };
}

function textOf({ offset, bytes, fields, message, outcome, faults }: Examined): string {
  const type = bytes.length < HEADER_LENGTH ? undefined : TYPE_NAMES.get(typeOf(bytes));
  const end = message?.type === 'update' && faults.length === 0 ? endOfRib(message.update) : undefined;
  const title = [
    `${type === undefined ? 'no known message' : MESSAGE_NAMES[type]} of ${bytes.length} octets at ${offset}`,
    ...(end === undefined ? [] : [`End-of-RIB of ${familyWords(end.afi, end.safi)}`]),
  ];
  return [
    title.join(', '),
    ...fields.map(row),
    ...faults.map((fault) => `  wrong at ${fault.offset}: ${fault.why}${consequence(fault)}`),
    ...(faults.length === 0 ? [] : [`  ${OUTCOME_WORDS[outcome]}`]),
    '',
  ].join('\n');
}

function row({ offset, length, depth, name, value }: Field): string {
  const label = `${'  '.repeat(depth)}${name}`;
  return `  ${`${offset}`.padStart(5)} ${`${length}`.padStart(5)}  ${label}${value === '' ? '' : `: ${value}`}`;
}

function consequence({ fault, outcome = 'reset' }: Finding): string {
  if (fault === undefined) return '';
  if (outcome !== 'reset') return `; ${OUTCOME_WORDS[outcome]}`;
  const { code, subcode, data } = fault;
  return `; NOTIFICATION ${code}/${subcode}${data.length === 0 ? '' : `, data ${hexOf(data)}`}`;
}

/** For JSON: octets as digits, prefixes as text. */
function plain({ offset, bytes, fields, message, outcome, faults }: Examined): object {
  return {
    offset,
    length: bytes.length,
    type: (bytes.length < HEADER_LENGTH ? undefined : TYPE_NAMES.get(typeOf(bytes))) ?? null,
    outcome,
    faults: faults.map((finding) => ({
      offset: finding.offset,
      why: finding.why,
      ...(finding.fault !== undefined && {
        outcome: finding.outcome ?? 'reset',
        notification: plainNotification(finding.fault),
      }),
    })),
    fields,
    message: message === undefined ? null : plainMessage(message),
  };
}

const plainNotification = ({ code, subcode, data }: Notification): object => ({ code, subcode, data: hexOf(data) });

function plainMessage(message: Message): object {
  const { faults: _faults, outcome: _outcome, ...rest } = { faults: [], outcome: '', ...message };
  return JSON.parse(
    JSON.stringify(rest, (_key, value: unknown) => {
      if (value instanceof Uint8Array) return hexOf(value);
      return isNlri(value) ? plainNlri(value) : value;
    }),
  ) as object;
}

const isNlri = (value: unknown): value is Nlri => typeof value === 'object' && value !== null && 'hasPathId' in value;

function plainNlri(nlri: Nlri): object {
  const { afi, safi, bytes } = nlri;
  if (familyFrom(afi, safi) === undefined) return { afi, safi, octets: hexOf(bytes) };
  const prefixes = [...entriesOf(nlri)].map(({ prefix, pathId }) =>
    pathId === undefined ? prefix : { prefix, pathId },
  );
  return { afi, safi, prefixes };
}
