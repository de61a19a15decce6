/** What has to hold of an UPDATE that the decoder has read: RFC 4271 §5 and §6.3, RFC 7606. */
import type { Message, WireContext } from '../../src/bgp/wire/message.ts';
import { entriesOf } from '../../src/bgp/wire/nlri.ts';
import {
  endOfRib,
  type Fault,
  type Nlri,
  OUTCOMES,
  type PathAttribute,
  type Update,
} from '../../src/bgp/wire/update.ts';
import { encodeAttribute, encodeUpdate } from '../../src/bgp/wire/update-encoder.ts';
import { ATTRIBUTE_FLAGS, readUpdate } from './layout.ts';
import { same } from './same.ts';
import { judgeMalformed, sayAgain, Unsound } from './unsound.ts';

const LONGEST = 65_535;

export function judgeUpdate(message: Message & { type: 'update' }, context: WireContext, bytes: Uint8Array): void {
  const { outcome, faults, update } = message;
  for (const fault of faults) judgeMalformed(fault, bytes.length);
  const strongest = Math.max(0, ...faults.map((fault: Fault) => OUTCOMES.indexOf(fault.outcome)));
  if (OUTCOMES[strongest] !== outcome) throw new Unsound(`${outcome}, where a fault deserves ${OUTCOMES[strongest]}`);
  for (const nlri of nlrisOf(update)) judgeNlri(nlri);
  if (outcome === 'accepted' && endOfRib(update) !== undefined && nlrisOf(update).some(({ count }) => count > 0)) {
    throw new Unsound('the end of what it has prefixes of');
  }
  const codes: (string | number)[] = update.attributes.map((attribute) =>
    attribute.type === 'unknown' ? attribute.code : attribute.type,
  );
  if (new Set(codes).size !== codes.length) throw new Unsound('an attribute that is there twice');
  for (const attribute of update.attributes) judgeAttribute(attribute, context);
  if (outcome === 'accepted') judgeOctets(update, context, bytes);
  if (outcome === 'treatedAsWithdraw') return;
  // RFC 7606 §3 (d): nothing is accepted without them.
  if (update.nlri.count > 0 && ['origin', 'asPath', 'nextHop'].some((type) => !codes.includes(type))) {
    throw new Unsound('routes without a mandatory attribute');
  }
  // What is left of it when attributes are discarded is a good message.
  const again: Message = { type: 'update', outcome: 'accepted', update, faults: [] };
  sayAgain(encodeUpdate(update, context), again, { ...context, longestMessage: LONGEST });
}

/** Of an UPDATE that is accepted each octet has been read as what it is. */
function judgeOctets({ withdrawn, attributes, nlri }: Update, context: WireContext, bytes: Uint8Array): void {
  const layout = readUpdate(bytes);
  if (layout === undefined) throw new Unsound('an UPDATE whose lengths do not fit');
  if (!same(layout.withdrawn, withdrawn.bytes) || !same(layout.nlri, nlri.bytes)) throw new Unsound('other prefixes');
  if (layout.attributes.length !== attributes.length) throw new Unsound('an attribute that is missing');
  for (const [index, { flags, code, value }] of layout.attributes.entries()) {
    const attribute = attributes[index];
    if (attribute === undefined) continue;
    const again = encodeAttribute(attribute, context);
    const said = again.subarray(((again[0] ?? 0) & 0x10) === 0 ? 3 : 4);
    // RFC 4760 §3: an octet of MP_REACH_NLRI is reserved, and may have any value.
    const isSame = attribute.type === 'mpReach' ? said.length === value.length : same(said, value);
    if (again[1] !== code || !isSame) throw new Unsound(`attribute ${code} is read as ${attribute.type}`);
    const wanted = ATTRIBUTE_FLAGS[code];
    if (wanted !== undefined && (flags & 0xc0) !== wanted) throw new Unsound(`attribute ${code} with flags ${flags}`);
  }
}

const nlrisOf = ({ withdrawn, nlri, attributes }: Update): Nlri[] => [
  withdrawn,
  nlri,
  ...attributes.flatMap((each) => (each.type === 'mpReach' || each.type === 'mpUnreach' ? [each.nlri] : [])),
];

/** As many prefixes as it says, one behind the other from the first octet to the last; none of a family that is not ours. */
function judgeNlri(nlri: Nlri): void {
  let count = 0;
  let at = 0;
  for (const { offset, prefix, pathId } of entriesOf(nlri)) {
    const bits = Number(prefix.slice(prefix.lastIndexOf('/') + 1));
    if (!(bits <= (nlri.afi === 1 ? 32 : 128))) throw new Unsound(`${prefix}: a prefix that is too long`);
    if (offset !== at) throw new Unsound(`${prefix}: at ${offset}, where the one before ends at ${at}`);
    if ((pathId !== undefined) !== nlri.hasPathId) throw new Unsound('a path identifier that is missing, or too much');
    at = offset + (nlri.hasPathId ? 4 : 0) + 1 + Math.ceil(bits / 8);
    count++;
  }
  if (count !== nlri.count) throw new Unsound(`${nlri.count} prefixes that are ${count}`);
  if (count > 0 && at !== nlri.bytes.length) throw new Unsound(`prefixes of ${at} octets in ${nlri.bytes.length}`);
}

/** The values that an attribute may have: RFC 4271 §5 and §6.3, RFC 7606 §7, RFC 7607. */
function judgeAttribute(attribute: PathAttribute, { asOctets, isExternal }: WireContext): void {
  const wrong = (() => {
    switch (attribute.type) {
      case 'origin':
        return attribute.origin > 2;
      case 'asPath':
      case 'as4Path': {
        const most = attribute.type === 'asPath' && asOctets === 2 ? 0xffff : 0xffff_ffff;
        const lastType = attribute.type === 'asPath' && isExternal ? 2 : 4;
        return attribute.segments.some(
          ({ type, asNumbers }) =>
            type < 1 || type > lastType || asNumbers.length === 0 || asNumbers.some((as) => as < 1 || as > most),
        );
      }
      case 'nextHop':
        return /^(0|22[4-9]|2[3-5]\d)\./.test(attribute.nextHop);
      case 'aggregator':
      case 'as4Aggregator':
        return attribute.as === 0;
      case 'localPreference':
      case 'originatorId':
        return isExternal;
      case 'clusterList':
        return isExternal || attribute.clusterList.length === 0;
      case 'communities':
      case 'extendedCommunities':
      case 'largeCommunities':
        return attribute.communities.length === 0;
      case 'mpReach':
        return attribute.nextHops.length === 0 || attribute.nextHops.length > 2;
      case 'med':
      case 'atomicAggregate':
      case 'mpUnreach':
      case 'onlyToCustomer':
      case 'unknown':
        return false;
      default:
        return attribute satisfies never;
    }
  })();
  if (wrong) throw new Unsound(`${attribute.type} with a value that it cannot have`);
}
