/** Messages that a peer may send: any that can be said, no field of theirs zero where another value is possible. */
import fc from 'fast-check';
import { type Capability, FAMILIES } from '../../src/bgp/wire/capability.ts';
import type { Message, WireContext } from '../../src/bgp/wire/message.ts';
import { encodeNlri } from '../../src/bgp/wire/nlri.ts';
import type { Nlri, PathAttribute, Segment } from '../../src/bgp/wire/update.ts';
import {
  addressFromBytes,
  bitsOf,
  type Family,
  hostPrefix,
  type IpAddress,
  type Prefix,
  truncate,
} from '../../src/model/address.ts';

const u8 = fc.integer({ min: 1, max: 0xff });
const u16 = fc.integer({ min: 1, max: 0xffff });
const u32 = fc.integer({ min: 1, max: 0xffff_ffff });
const octets = (maxLength: number) => fc.uint8Array({ maxLength });

const addressOf = (family: Family): fc.Arbitrary<IpAddress> =>
  fc.uint8Array({ minLength: bitsOf(family) / 8, maxLength: bitsOf(family) / 8 }).map(addressFromBytes);
/** Not this network, and no multicast group. */
const host: fc.Arbitrary<IpAddress> = fc
  .tuple(fc.integer({ min: 1, max: 223 }), u8, u8, u8)
  .map((parts) => parts.join('.') as IpAddress);

const prefixOf = (family: Family): fc.Arbitrary<Prefix> =>
  fc
    .tuple(addressOf(family), fc.integer({ min: 0, max: bitsOf(family) }))
    .map(([address, length]) =>
      length === bitsOf(family) ? hostPrefix(address) : (`${truncate(address, length)}/${length}` as Prefix),
    );

export const capability: fc.Arbitrary<Capability> = fc.oneof(
  fc.record({ type: fc.constant('multiprotocol' as const), afi: u16, safi: u8 }),
  fc.constantFrom<Capability>({ type: 'routeRefresh' }, { type: 'extendedMessage' }, { type: 'enhancedRouteRefresh' }),
  fc.record({
    type: fc.constant('extendedNextHop' as const),
    entries: fc.array(fc.record({ afi: u16, safi: u16, nextHopAfi: u16 }), { maxLength: 4 }),
  }),
  fc.record({ type: fc.constant('role' as const), role: u8 }),
  fc.record({
    type: fc.constant('gracefulRestart' as const),
    isRestarting: fc.boolean(),
    hasNotification: fc.boolean(),
    time: fc.integer({ min: 1, max: 0xfff }),
    families: fc.array(fc.record({ afi: u16, safi: u8, isForwarding: fc.boolean() }), { maxLength: 4 }),
  }),
  fc.record({ type: fc.constant('fourOctetAs' as const), as: u32 }),
  fc.record({
    type: fc.constant('addPath' as const),
    entries: fc.array(
      fc.record({ afi: u16, safi: u8, mode: fc.constantFrom('receive' as const, 'send' as const, 'both' as const) }),
      { maxLength: 4 },
    ),
  }),
  fc.record({
    type: fc.constant('unknown' as const),
    code: fc.integer({ min: 128, max: 255 }),
    value: octets(40),
  }),
);

const segmentsOf = (as: fc.Arbitrary<number>, lastType: number): fc.Arbitrary<Segment[]> =>
  fc.array(
    fc.record({
      type: fc.integer({ min: 1, max: lastType }),
      asNumbers: fc.array(as, { minLength: 1, maxLength: 300 }).map((numbers) => numbers.slice(0, 255)),
    }),
    { maxLength: 3 },
  );

const nlriOf = (family: Family, context: WireContext): fc.Arbitrary<Nlri> => {
  const prefixes = fc.array(prefixOf(family), { maxLength: 20 });
  if (!context.addPathReceived.has(family)) return prefixes.map((each) => encodeNlri(family, each));
  return fc
    .tuple(prefixes, fc.array(u32, { minLength: 20, maxLength: 20 }))
    .map(([each, pathIds]) => encodeNlri(family, each, pathIds.slice(0, each.length)));
};

const list = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(of, { minLength: 1, maxLength: 70 });
const hex16 = fc.uint8Array({ minLength: 8, maxLength: 8 }).map((bytes) => Buffer.from(bytes).toString('hex'));

function attributes(context: WireContext): fc.Arbitrary<PathAttribute>[] {
  const { asOctets, isExternal } = context;
  const as = asOctets === 4 ? u32 : u16;
  const nextHops = (family: Family): fc.Arbitrary<IpAddress[]> => {
    const six = fc.array(addressOf('ipv6'), { minLength: 1, maxLength: 2 });
    return family === 'ipv6'
      ? six
      : fc.oneof(
          six,
          host.map((each) => [each]),
        );
  };
  return [
    fc.record({ type: fc.constant('origin' as const), origin: fc.integer({ min: 0, max: 2 }) }),
    fc.record({ type: fc.constant('asPath' as const), segments: segmentsOf(as, isExternal ? 2 : 4) }),
    fc.record({ type: fc.constant('nextHop' as const), nextHop: host }),
    fc.record({ type: fc.constant('med' as const), med: u32 }),
    fc.constant({ type: 'atomicAggregate' as const }),
    fc.record({ type: fc.constant('aggregator' as const), as, address: host }),
    fc.record({ type: fc.constant('communities' as const), communities: list(u32) }),
    ...FAMILIES.flatMap((family): fc.Arbitrary<PathAttribute>[] => [
      fc.record({ type: fc.constant('mpReach' as const), nextHops: nextHops(family), nlri: nlriOf(family, context) }),
      fc.record({ type: fc.constant('mpUnreach' as const), nlri: nlriOf(family, context) }),
    ]),
    fc.record({ type: fc.constant('extendedCommunities' as const), communities: list(hex16) }),
    fc.record({
      type: fc.constant('largeCommunities' as const),
      communities: list(fc.tuple(u32, u32, u32).map((parts) => parts.join(':'))),
    }),
    fc.record({ type: fc.constant('onlyToCustomer' as const), as: u32 }),
    fc.record({
      type: fc.constant('unknown' as const),
      code: fc.integer({ min: 100, max: 255 }),
      flags: fc.constantFrom(0x80, 0xc0, 0xe0, 0xd0),
      value: octets(300),
    }),
    ...(isExternal
      ? []
      : [
          fc.record({ type: fc.constant('localPreference' as const), localPreference: u32 }),
          fc.record({ type: fc.constant('originatorId' as const), originatorId: host }),
          fc.record({ type: fc.constant('clusterList' as const), clusterList: list(host) }),
        ]),
    ...(asOctets === 4
      ? []
      : [
          fc.record({
            type: fc.constant('as4Path' as const),
            segments: segmentsOf(u32, 4).filter(({ length }) => length > 0),
          }),
          fc.record({ type: fc.constant('as4Aggregator' as const), as: u32, address: host }),
        ]),
  ];
}

/** An UPDATE that is accepted: each attribute at most once, and the mandatory ones. */
export function updateFor(context: WireContext): fc.Arbitrary<Message> {
  const all = attributes(context);
  const mandatory = all.slice(0, 3).map((each) => each.map((attribute) => [attribute]));
  const optional = all
    .slice(3)
    .map((each) => fc.option(each, { nil: undefined }).map((one) => (one === undefined ? [] : [one])));
  return fc
    .tuple(nlriOf('ipv4', context), fc.tuple(...mandatory, ...optional), nlriOf('ipv4', context))
    .map(([withdrawn, lists, nlri]) => {
      const seen = new Set<string>();
      const once = lists.flat().filter((attribute) => {
        const key = attribute.type === 'unknown' ? `${attribute.code}` : attribute.type;
        return !seen.has(key) && seen.add(key);
      });
      return { type: 'update', outcome: 'accepted', faults: [], update: { withdrawn, attributes: once, nlri } };
    });
}

export const contexts: fc.Arbitrary<WireContext> = fc.record({
  asOctets: fc.constantFrom(2 as const, 4 as const),
  isExternal: fc.boolean(),
  longestMessage: fc.constant(65_535),
  addPathReceived: fc.subarray([...FAMILIES]).map((families) => new Set(families)),
});

const others: fc.Arbitrary<Message> = fc.oneof(
  fc.constant({ type: 'keepalive' as const }),
  fc.record({
    type: fc.constant('open' as const),
    open: fc.record({
      version: fc.constant(4),
      as: u16,
      holdTime: fc.integer({ min: 3, max: 0xffff }),
      routerId: host,
      capabilities: fc.array(capability, { maxLength: 20 }),
    }),
  }),
  fc.record({
    type: fc.constant('notification' as const),
    notification: fc.record({ code: u8, subcode: u8, data: octets(300) }),
  }),
  fc.record({
    type: fc.constant('routeRefresh' as const),
    routeRefresh: fc.record({ afi: u16, subtype: u8, safi: u8 }),
  }),
);

/** A message, and the session in which it is said. */
export const conversations: fc.Arbitrary<{ readonly context: WireContext; readonly message: Message }> = contexts.chain(
  (context) => fc.oneof(others, updateFor(context)).map((message) => ({ context, message })),
);
