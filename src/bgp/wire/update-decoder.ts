/**
 * UPDATE, decoded, PURE: RFC 4271 §4.3 and §6.3 as RFC 7606 revises it. What is malformed is an outcome, not an exception:
 * an attribute is discarded, the whole is taken as a withdraw of its prefixes, or the session is reset, whichever is the
 * strongest of what the message deserves (§3 h).
 *
 *      withdrawn routes' length (2)    withdrawn routes …
 *      path attributes' length (2)     path attributes …
 *      prefixes …                      up to the end of the message
 */

import { NO_BYTES, u16At } from '../../bytes/join.ts';
import { ATTRIBUTE_KINDS } from './attribute.ts';
import { ATTRIBUTE, ERROR, FLAG, HEADER_LENGTH, UPDATE_ERROR } from './codes.ts';
import { malformed } from './malformed.ts';
import type { WireContext } from './message.ts';
import { nlriFrom } from './nlri.ts';
import type { Notification } from './notification.ts';
import { isProblem } from './problem.ts';
import { type Fault, type Nlri, OUTCOMES, type Outcome, type PathAttribute, type Update } from './update.ts';

export type UpdateResult =
  | {
      readonly outcome: Exclude<Outcome, 'reset'>;
      readonly update: Update;
      /** Not all, of a message with very many. */
      readonly faults: readonly Fault[];
    }
  | {
      readonly outcome: 'reset';
      /** What could be read of it. */
      readonly update: Update;
      readonly faults: readonly Fault[];
      readonly notification: Notification;
      /** Whose notification it is. */
      readonly decisive: Fault;
    };

/** A path attribute where it stands in the message. */
export interface PlacedAttribute {
  readonly offset: number;
  readonly flags: number;
  readonly code: number;
  /** The value: from `start` up to `end`, where the next attribute begins. */
  readonly start: number;
  readonly end: number;
}

/** What is left is no attribute; `cut` says why. */
export interface CutAttribute {
  readonly offset: number;
  readonly cut: string;
}

/** Where the fields of an UPDATE stand in its body. */
export interface UpdateLayout {
  readonly attributesLength: number;
  readonly attributes: number;
  readonly nlri: number;
}

const LENGTH_OCTETS = 2;
/** More are not told apart: a message may be nothing but faults. */
const MOST_FAULTS = 32;
/** Their errors have no data (RFC 4271 §6.3). */
const WITHOUT_DATA: readonly number[] = [UPDATE_ERROR.malformedAsPath, UPDATE_ERROR.malformedAttributeList];
const SPECIFIED_FLAGS = FLAG.optional | FLAG.transitive;

/** `body`: of a message, behind its header. Never throws; what is decoded may be views into it. Offsets are the message's. */
export function decodeUpdate(body: Uint8Array, context: WireContext): UpdateResult {
  const faults: Faults = { all: [], decisive: undefined };
  const layout = layoutOf(body);
  if ('overrun' in layout) {
    const why = `lengths of withdrawn routes and attributes that go beyond the message`;
    addFault(faults, 'reset', UPDATE_ERROR.malformedAttributeList, layout.overrun, why);
    return conclude(faults, { withdrawn: NO_NLRI, attributes: [], nlri: NO_NLRI });
  }
  const withdrawn = decodePlain(body, LENGTH_OCTETS, layout.attributesLength, context, faults);
  const nlri = decodePlain(body, layout.nlri, body.length, context, faults);
  const attributes = decodeAttributes(body, layout, context, nlri.count > 0, faults);
  return conclude(faults, { withdrawn, attributes, nlri });
}

const NO_NLRI: Nlri = { afi: 1, safi: 1, hasPathId: false, count: 0, bytes: NO_BYTES };

/** IPv4 prefixes that stand in no attribute. */
function decodePlain(body: Uint8Array, start: number, end: number, context: WireContext, faults: Faults): Nlri {
  const bytes = start === end ? NO_BYTES : body.subarray(start, end);
  const nlri = nlriFrom('ipv4', bytes, context.addPathReceived.has('ipv4'));
  if (!('badOffset' in nlri)) return nlri;
  // RFC 7606 §5.3, §3 (i) and (j).
  const why = 'a prefix that is longer than it may be';
  addFault(faults, 'reset', UPDATE_ERROR.invalidNetworkField, start + nlri.badOffset, why);
  return NO_NLRI;
}

/** Where the fields are; `overrun`: the length that goes beyond the body. RFC 7606 §3 (b). */
export function layoutOf(body: Uint8Array): UpdateLayout | { readonly overrun: number } {
  const attributesLength = LENGTH_OCTETS + u16At(body, 0);
  const attributes = attributesLength + LENGTH_OCTETS;
  if (attributes > body.length) return { overrun: 0 };
  const nlri = attributes + u16At(body, attributesLength);
  return nlri > body.length ? { overrun: attributesLength } : { attributesLength, attributes, nlri };
}

function decodeAttributes(
  body: Uint8Array,
  layout: UpdateLayout,
  context: WireContext,
  hasNlri: boolean,
  faults: Faults,
): PathAttribute[] {
  const attributes: PathAttribute[] = [];
  const seen = new Set<number>();
  let isReachable = hasNlri;
  for (let offset = layout.attributes; offset < layout.nlri; ) {
    const placed = attributeAt(body, offset, layout.nlri);
    if ('cut' in placed) {
      // RFC 7606 §4: the prefixes are where the length of all attributes says.
      addFault(faults, 'treatedAsWithdraw', UPDATE_ERROR.malformedAttributeList, placed.offset, placed.cut);
      break;
    }
    const decoded = decodeAttribute(body, placed, context, seen.has(placed.code), faults);
    seen.add(placed.code);
    offset = placed.end;
    if (decoded === undefined) continue;
    attributes.push(decoded);
    if (decoded.type === 'mpReach') isReachable ||= decoded.nlri.count > 0;
    else if (decoded.type === 'unknown') isReachable ||= decoded.code === ATTRIBUTE.mpReach;
  }
  if (isReachable) reportMissing(seen, hasNlri, layout.attributes, faults);
  else mindUnreachable(faults);
  return attributes;
}

/** The attributes in their order; at the end `cut` when what is left is none (RFC 7606 §4). Offsets into the body. */
export function* attributesIn(
  body: Uint8Array,
  { attributes, nlri: end }: UpdateLayout,
): Generator<PlacedAttribute | CutAttribute, void> {
  for (let offset = attributes; offset < end; ) {
    const placed = attributeAt(body, offset, end);
    yield placed;
    if ('cut' in placed) return;
    offset = placed.end;
  }
}

function attributeAt(body: Uint8Array, offset: number, end: number): PlacedAttribute | CutAttribute {
  const flags = body[offset] ?? 0;
  const start = offset + ((flags & FLAG.extendedLength) === 0 ? 3 : 4);
  if (start > end) return { offset, cut: 'octets behind the last attribute' };
  const length = (flags & FLAG.extendedLength) === 0 ? (body[offset + 2] ?? 0) : u16At(body, offset + 2);
  const next = start + length;
  if (next > end) return { offset, cut: `an attribute of ${length} octets, which is longer than the rest` };
  return { offset, flags, code: body[offset + 1] ?? 0, start, end: next };
}

function decodeAttribute(
  body: Uint8Array,
  placed: PlacedAttribute,
  context: WireContext,
  isRepeated: boolean,
  faults: Faults,
): PathAttribute | undefined {
  const { offset, flags, code, start, end } = placed;
  const kind = ATTRIBUTE_KINDS.get(code);
  const name = kind?.name ?? `attribute ${code}`;
  if (isRepeated) {
    // RFC 7606 §3 (g).
    const isMultiprotocol = code === ATTRIBUTE.mpReach || code === ATTRIBUTE.mpUnreach;
    const outcome = isMultiprotocol ? 'reset' : 'attributeDiscarded';
    addFault(faults, outcome, UPDATE_ERROR.malformedAttributeList, offset, `${name} for a second time`);
    return undefined;
  }
  if (kind === undefined) {
    if ((flags & FLAG.optional) !== 0) return { type: 'unknown', code, flags, value: body.subarray(start, end) };
    // RFC 4271 §6.3; RFC 7606 leaves it as it is.
    const why = `${name} is well-known by its flags, and not known`;
    addFault(faults, 'reset', UPDATE_ERROR.unrecognisedWellKnown, offset, why, body.slice(offset, end));
    return undefined;
  }
  const unwanted = kind.unwanted?.(context);
  if (unwanted !== undefined) {
    const why = `${name} ${unwanted}`;
    addFault(faults, 'attributeDiscarded', UPDATE_ERROR.optionalAttribute, offset, why, body.slice(offset, end));
    return undefined;
  }
  if ((flags & SPECIFIED_FLAGS) !== kind.flags) {
    // RFC 7606 §3 (c); §5.3 for MP_REACH_NLRI and MP_UNREACH_NLRI.
    const outcome = kind.malformed === 'reset' ? 'reset' : 'treatedAsWithdraw';
    const subcode = outcome === 'reset' ? UPDATE_ERROR.optionalAttribute : UPDATE_ERROR.attributeFlags;
    const why = `${name} with the flags 0x${flags.toString(16).padStart(2, '0')}`;
    addFault(faults, outcome, subcode, offset, why, body.slice(offset, end));
    return undefined;
  }
  const decoded = kind.decode(body, start, end, context);
  if (!isProblem(decoded)) return decoded;
  const { subcode, at, problem } = decoded;
  const data = WITHOUT_DATA.includes(subcode) ? undefined : body.slice(offset, end);
  addFault(faults, kind.malformed, subcode, at, `${name}: ${problem}`, data);
  return undefined;
}

/** RFC 7606 §3 (d); NEXT_HOP only belongs to prefixes behind the attributes (RFC 4760 §3). */
function reportMissing(seen: ReadonlySet<number>, hasNlri: boolean, at: number, faults: Faults): void {
  const mandatory = [ATTRIBUTE.origin, ATTRIBUTE.asPath, ...(hasNlri ? [ATTRIBUTE.nextHop] : [])];
  for (const code of mandatory) {
    if (seen.has(code)) continue;
    const why = `${ATTRIBUTE_KINDS.get(code)?.name} is missing`;
    addFault(faults, 'treatedAsWithdraw', UPDATE_ERROR.missingWellKnown, at, why, Uint8Array.of(code));
  }
}

interface Faults {
  readonly all: Fault[];
  /** The first of the strongest. */
  decisive: Fault | undefined;
}

/** `at`: into the body. */
function addFault(
  faults: Faults,
  outcome: Fault['outcome'],
  subcode: number,
  at: number,
  why: string,
  data?: Uint8Array,
): void {
  const { all, decisive } = faults;
  const isDecisive = decisive === undefined || rankOf(outcome) > rankOf(decisive.outcome);
  if (!isDecisive && all.length >= MOST_FAULTS) return;
  const fault: Fault = { ...malformed(ERROR.update, subcode, HEADER_LENGTH + at, why, data), outcome };
  // What decides is among them however late it comes.
  all[Math.min(all.length, MOST_FAULTS - 1)] = fault;
  if (isDecisive) faults.decisive = fault;
}

/** There is no prefix that could be withdrawn instead. */
function mindUnreachable(faults: Faults): void {
  const { all, decisive } = faults;
  // RFC 7606 §5.2: prefixes may be what could not be read.
  if (decisive?.outcome !== 'treatedAsWithdraw') return;
  const stronger: Fault = { ...decisive, outcome: 'reset' };
  const index = all.indexOf(decisive);
  if (index >= 0) all[index] = stronger;
  faults.decisive = stronger;
}

function conclude({ all: faults, decisive }: Faults, update: Update): UpdateResult {
  if (decisive === undefined) return { outcome: 'accepted', update, faults };
  const { outcome, fault: notification } = decisive;
  if (outcome === 'reset') return { outcome, update, faults, notification, decisive };
  return { outcome, update, faults };
}

const rankOf = (outcome: Outcome): number => OUTCOMES.indexOf(outcome);
