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
  /** Where the value begins, and the value. */
  readonly valueOffset: number;
  readonly value: Uint8Array;
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
  const faults = createFaults();
  const layout = layoutOf(body);
  if ('overrun' in layout) {
    const why = `lengths of withdrawn routes and attributes that go beyond the message`;
    faults.add('reset', UPDATE_ERROR.malformedAttributeList, layout.overrun, why);
    return faults.conclude({ withdrawn: NO_NLRI, attributes: [], nlri: NO_NLRI });
  }
  const plain = (start: number, end: number): Nlri => {
    const nlri = nlriFrom('ipv4', body.subarray(start, end), context.addPathReceived.has('ipv4'));
    if (!('badOffset' in nlri)) return nlri;
    // RFC 7606 §5.3, §3 (i) and (j).
    const why = 'a prefix that is longer than it may be';
    faults.add('reset', UPDATE_ERROR.invalidNetworkField, start + nlri.badOffset, why);
    return NO_NLRI;
  };
  const withdrawn = plain(LENGTH_OCTETS, layout.attributesLength);
  const nlri = plain(layout.nlri, body.length);
  const attributes = decodeAttributes(body, layout, context, nlri.count > 0, faults);
  return faults.conclude({ withdrawn, attributes, nlri });
}

const NO_NLRI: Nlri = { afi: 1, safi: 1, hasPathId: false, count: 0, bytes: NO_BYTES };

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
  for (const placed of attributesIn(body, layout)) {
    if ('cut' in placed) {
      // RFC 7606 §4: the prefixes are where the length of all attributes says.
      faults.add('treatedAsWithdraw', UPDATE_ERROR.malformedAttributeList, placed.offset, placed.cut);
      break;
    }
    const decoded = decodeAttribute(body, placed, context, seen.has(placed.code), faults);
    seen.add(placed.code);
    if (decoded === undefined) continue;
    attributes.push(decoded);
    if (decoded.type === 'mpReach') isReachable ||= decoded.nlri.count > 0;
    else if (decoded.type === 'unknown') isReachable ||= decoded.code === ATTRIBUTE.mpReach;
  }
  if (isReachable) reportMissing(seen, hasNlri, layout.attributes, faults);
  else faults.mindUnreachable();
  return attributes;
}

/** The attributes in their order; at the end `cut` when what is left is none (RFC 7606 §4). Offsets into the body. */
export function* attributesIn(
  body: Uint8Array,
  { attributes, nlri: end }: UpdateLayout,
): Generator<PlacedAttribute | { readonly offset: number; readonly cut: string }, void> {
  for (let offset = attributes; offset < end; ) {
    const flags = body[offset] ?? 0;
    const valueOffset = offset + ((flags & FLAG.extendedLength) === 0 ? 3 : 4);
    if (valueOffset > end) {
      yield { offset, cut: 'octets behind the last attribute' };
      return;
    }
    const length = (flags & FLAG.extendedLength) === 0 ? (body[offset + 2] ?? 0) : u16At(body, offset + 2);
    const next = valueOffset + length;
    if (next > end) {
      yield { offset, cut: `an attribute of ${length} octets, which is longer than the rest` };
      return;
    }
    yield { offset, flags, code: body[offset + 1] ?? 0, valueOffset, value: body.subarray(valueOffset, next) };
    offset = next;
  }
}

function decodeAttribute(
  body: Uint8Array,
  placed: PlacedAttribute,
  context: WireContext,
  isRepeated: boolean,
  faults: Faults,
): PathAttribute | undefined {
  const { offset, flags, code, valueOffset, value } = placed;
  const kind = ATTRIBUTE_KINDS.get(code);
  const name = kind?.name ?? `attribute ${code}`;
  const whole = (): Uint8Array => body.slice(offset, valueOffset + value.length);
  if (isRepeated) {
    // RFC 7606 §3 (g).
    const isMultiprotocol = code === ATTRIBUTE.mpReach || code === ATTRIBUTE.mpUnreach;
    const outcome = isMultiprotocol ? 'reset' : 'attributeDiscarded';
    faults.add(outcome, UPDATE_ERROR.malformedAttributeList, offset, `${name} for a second time`);
    return undefined;
  }
  if (kind === undefined) {
    if ((flags & FLAG.optional) !== 0) return { type: 'unknown', code, flags, value };
    // RFC 4271 §6.3; RFC 7606 leaves it as it is.
    const why = `${name} is well-known by its flags, and not known`;
    faults.add('reset', UPDATE_ERROR.unrecognisedWellKnown, offset, why, whole());
    return undefined;
  }
  const unwanted = kind.unwanted?.(context);
  if (unwanted !== undefined) {
    faults.add('attributeDiscarded', UPDATE_ERROR.optionalAttribute, offset, `${name} ${unwanted}`, whole());
    return undefined;
  }
  if ((flags & SPECIFIED_FLAGS) !== kind.flags) {
    // RFC 7606 §3 (c); §5.3 for MP_REACH_NLRI and MP_UNREACH_NLRI.
    const outcome = kind.malformed === 'reset' ? 'reset' : 'treatedAsWithdraw';
    const subcode = outcome === 'reset' ? UPDATE_ERROR.optionalAttribute : UPDATE_ERROR.attributeFlags;
    faults.add(outcome, subcode, offset, `${name} with the flags 0x${flags.toString(16).padStart(2, '0')}`, whole());
    return undefined;
  }
  const decoded = kind.decode(value, context);
  if (!isProblem(decoded)) return decoded;
  const { subcode, at, problem } = decoded;
  const data = WITHOUT_DATA.includes(subcode) ? undefined : whole();
  faults.add(kind.malformed, subcode, valueOffset + at, `${name}: ${problem}`, data);
  return undefined;
}

/** RFC 7606 §3 (d); NEXT_HOP only belongs to prefixes behind the attributes (RFC 4760 §3). */
function reportMissing(seen: ReadonlySet<number>, hasNlri: boolean, at: number, faults: Faults): void {
  const mandatory = [ATTRIBUTE.origin, ATTRIBUTE.asPath, ...(hasNlri ? [ATTRIBUTE.nextHop] : [])];
  for (const code of mandatory) {
    if (seen.has(code)) continue;
    const why = `${ATTRIBUTE_KINDS.get(code)?.name} is missing`;
    faults.add('treatedAsWithdraw', UPDATE_ERROR.missingWellKnown, at, why, Uint8Array.of(code));
  }
}

interface Faults {
  /** `at`: into the body. */
  add(outcome: Fault['outcome'], subcode: number, at: number, why: string, data?: Uint8Array): void;
  /** There is no prefix that could be withdrawn instead. */
  mindUnreachable(): void;
  conclude(update: Update): UpdateResult;
}

function createFaults(): Faults {
  const faults: Fault[] = [];
  /** The first of the strongest. */
  let decisive: Fault | undefined;
  return {
    add(outcome, subcode, at, why, data) {
      const isDecisive = decisive === undefined || rankOf(outcome) > rankOf(decisive.outcome);
      if (!isDecisive && faults.length >= MOST_FAULTS) return;
      const fault: Fault = { ...malformed(ERROR.update, subcode, HEADER_LENGTH + at, why, data), outcome };
      if (faults.length < MOST_FAULTS) faults.push(fault);
      if (isDecisive) decisive = fault;
    },
    mindUnreachable() {
      // RFC 7606 §5.2: prefixes may be what could not be read.
      if (decisive?.outcome !== 'treatedAsWithdraw') return;
      const stronger: Fault = { ...decisive, outcome: 'reset' };
      const index = faults.indexOf(decisive);
      if (index >= 0) faults[index] = stronger;
      decisive = stronger;
    },
    conclude(update) {
      if (decisive === undefined) return { outcome: 'accepted', update, faults };
      const { outcome, fault: notification } = decisive;
      if (outcome === 'reset') return { outcome, update, faults, notification, decisive };
      return { outcome, update, faults };
    },
  };
}

const rankOf = (outcome: Outcome): number => OUTCOMES.indexOf(outcome);
