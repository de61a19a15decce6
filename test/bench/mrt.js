// A table as an MRT file: TABLE_DUMP_V2, RFC 6396 §4.3. All numbers are in network order.
import { communityOf, medOf, NEXT_HOP, TABLES } from './whole-tables.js';

const TABLE_DUMP_V2 = 13;
const PEER_INDEX_TABLE = 1;
const RIB_UNICAST = { ipv4: 2, ipv6: 4 };
const AS4_IPV4_PEER = 2;
const LOST = 5_000;
const FLAG = { optional: 0x80, transitive: 0x40 };
const ATTRIBUTE = { origin: 1, asPath: 2, nextHop: 3, med: 4, communities: 8, mpReach: 14 };

const u16 = (number) => [number >>> 8, number & 255];
const u32 = (number) => [number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255];
const attribute = (flags, code, value) => [flags, code, value.length, ...value];

const record = (subtype, body) =>
  Buffer.from([...u32(0), ...u16(TABLE_DUMP_V2), ...u16(subtype), ...u32(body.length), ...body]);

export function mrtOf(kind, count) {
  const { prefixOf, sets } = TABLES[kind];
  const peer = [AS4_IPV4_PEER, ...[10, 253, 9, 9], ...[10, 253, 9, 9], ...u32(65_000)];
  const records = [record(PEER_INDEX_TABLE, [...[10, 253, 9, 9], ...u16(0), ...u16(1), ...peer])];
  for (let index = 0; index < count; index++) {
    const [address, length] = prefixOf(index).split('/');
    const family = address.includes(':') ? 'ipv6' : 'ipv4';
    const attributes = attributesOf(family, index % sets, sets > 1);
    const octets = octetsOf(address).slice(0, (Number(length) + 7) >> 3);
    const entry = [...u16(0), ...u32(0), ...u16(attributes.length), ...attributes];
    records.push(record(RIB_UNICAST[family], [...u32(index), Number(length), ...octets, ...u16(1), ...entry]));
  }
  // `gobgp mrt inject` ends before what it has sent last is taken: so many more of the same take the loss.
  for (let index = 0; index < LOST; index++) records.push(records.at(-1));
  return Buffer.concat(records);
}

/** §4.3.4 has MP_REACH_NLRI with the next hop and its length alone; GoBGP 3.10 reads only the whole of it (RFC 4760 §3). */
function attributesOf(family, set, hasMore) {
  const hop = octetsOf(NEXT_HOP[family]);
  return [
    ...attribute(FLAG.transitive, ATTRIBUTE.origin, [0]),
    ...attribute(FLAG.transitive, ATTRIBUTE.asPath, []),
    ...(family === 'ipv4'
      ? attribute(FLAG.transitive, ATTRIBUTE.nextHop, hop)
      : attribute(FLAG.optional, ATTRIBUTE.mpReach, [...u16(2), 1, hop.length, ...hop, 0])),
    ...(hasMore ? attribute(FLAG.optional, ATTRIBUTE.med, u32(medOf(set))) : []),
    ...(hasMore
      ? attribute(
          FLAG.optional | FLAG.transitive,
          ATTRIBUTE.communities,
          communityOf(set)
            .split(':')
            .flatMap((part) => u16(Number(part))),
        )
      : []),
  ];
}

function octetsOf(address) {
  if (!address.includes(':')) return address.split('.').map(Number);
  const [head, tail = ''] = address.split('::');
  const groups = (text) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)));
  const [first, last] = [groups(head), groups(tail)];
  return [...first, ...Array(8 - first.length - last.length).fill(0), ...last].flatMap(u16);
}
