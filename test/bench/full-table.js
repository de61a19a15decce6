// What a peer with the routes of the whole Internet sends, as octets: synthetic, the same at each run, its distribution
// below. Nobody's real table is in it, and prefixes may come twice: they are counted, not compared.
const SEED = 4_271;

/** Of a thousand prefixes, how many have which length. */
const LENGTHS = {
  ipv4: { 24: 600, 23: 100, 22: 110, 21: 50, 20: 60, 19: 30, 18: 15, 17: 10, 16: 15, 15: 3, 14: 3, 13: 2, 12: 2 },
  ipv6: { 48: 470, 47: 30, 46: 30, 45: 20, 44: 90, 42: 30, 40: 90, 36: 50, 33: 20, 32: 130, 29: 40 },
};
/** Of an UPDATE that is not all alike: geometric about a mean, and one in some that has very many. */
const USUAL_PREFIXES = 3.3;
const MANY_PREFIXES = 150;
const MANY_IN = 200;
const MOST_PREFIXES = 500;
/** A uniform number of AS numbers, 4.5 in the middle. */
const AS_PATH = { least: 2, most: 7 };
/** A uniform number of each where there are any. */
const COMMUNITIES = { share: 2 / 3, most: 8 };
const LARGE_COMMUNITIES = { share: 0.1, most: 4 };
const EXTENDED_COMMUNITIES = { share: 0.05, most: 2 };
const MED_SHARE = 0.25;
const AGGREGATOR_SHARE = 0.05;
/** IPv6: with a link-local next hop beside the global one (RFC 2545 §3). */
const LINK_LOCAL_SHARE = 0.5;

const HEADER_LENGTH = 19;
const [WELL_KNOWN, OPTIONAL, OPTIONAL_TRANSITIVE] = [0x40, 0x80, 0xc0];
const CODE = { origin: 1, asPath: 2, nextHop: 3, med: 4, atomic: 6, aggregator: 7, communities: 8 };
const [MP_REACH, EXTENDED, LARGE] = [14, 16, 32];
const EXTENDED_LENGTH = 0x10;

/**
 * UPDATEs one behind the other, families mixed. `prefixes`: `{ ipv4, ipv6 }`, how many. `perUpdate`: so many in each, instead
 * of as above. AS numbers have four octets.
 */
export function fullTable(prefixes, perUpdate) {
  const random = randomFrom(SEED);
  const out = new Octets();
  const left = { ...prefixes };
  const lengths = { ipv4: drawFrom(LENGTHS.ipv4), ipv6: drawFrom(LENGTHS.ipv6) };
  let updates = 0;
  while (left.ipv4 + left.ipv6 > 0) {
    const family = random() * (left.ipv4 + left.ipv6) < left.ipv4 ? 'ipv4' : 'ipv6';
    const count = Math.min(left[family], perUpdate ?? usual(random));
    update(out, family, count, () => lengths[family](random()), random);
    left[family] -= count;
    updates++;
  }
  return { octets: out.all(), updates };
}

function update(out, family, count, length, random) {
  const start = out.length;
  for (let octet = 0; octet < 16; octet++) out.u8(0xff);
  out.u16(0).u8(2).u16(0);
  const attributes = out.length;
  out.u16(0);
  if (family === 'ipv6') reach(out, count, length, random);
  out
    .u8(WELL_KNOWN)
    .u8(CODE.origin)
    .u8(1)
    .u8(random() < 0.8 ? 0 : 2);
  asPath(out, random);
  if (family === 'ipv4') out.u8(WELL_KNOWN).u8(CODE.nextHop).u8(4).u32(0xc0000201);
  optional(out, random);
  out.u16(out.length - attributes - 2, attributes);
  if (family === 'ipv4') for (let index = 0; index < count; index++) prefix(out, 4, length(), random);
  out.u16(out.length - start, start + HEADER_LENGTH - 3);
}

function reach(out, count, length, random) {
  out.u8(OPTIONAL | EXTENDED_LENGTH).u8(MP_REACH);
  const at = out.length;
  out.u16(0).u16(2).u8(1);
  const isPair = random() < LINK_LOCAL_SHARE;
  out.u8(isPair ? 32 : 16);
  out.u32(0x20010db8).u32(0).u32(0).u32(1);
  if (isPair) out.u32(0xfe800000).u32(0).u32(0x021122ff).u32(0xfe334455);
  out.u8(0);
  for (let index = 0; index < count; index++) prefix(out, 16, length(), random);
  out.u16(out.length - at - 2, at);
}

function asPath(out, random) {
  const { least, most } = AS_PATH;
  const count = least + Math.floor(random() * (most - least + 1));
  out
    .u8(WELL_KNOWN)
    .u8(CODE.asPath)
    .u8(2 + 4 * count)
    .u8(2)
    .u8(count);
  for (let index = 0; index < count; index++) out.u32(someAs(random));
}

function optional(out, random) {
  const list = (code, octets, { share, most }) => {
    if (random() >= share) return;
    const count = 1 + Math.floor(random() * most);
    out
      .u8(OPTIONAL_TRANSITIVE)
      .u8(code)
      .u8(octets * count);
    for (let index = 0; index < (octets / 4) * count; index++) out.u32(random() * 2 ** 32);
  };
  if (random() < MED_SHARE)
    out
      .u8(OPTIONAL)
      .u8(CODE.med)
      .u8(4)
      .u32(random() * 1_000);
  if (random() < AGGREGATOR_SHARE) {
    out.u8(WELL_KNOWN).u8(CODE.atomic).u8(0);
    out.u8(OPTIONAL_TRANSITIVE).u8(CODE.aggregator).u8(8).u32(someAs(random)).u32(0xc6336401);
  }
  list(CODE.communities, 4, COMMUNITIES);
  list(EXTENDED, 8, EXTENDED_COMMUNITIES);
  list(LARGE, 12, LARGE_COMMUNITIES);
}

function prefix(out, size, bits, random) {
  out.u8(bits);
  // 2000::/3, as all of them (RFC 4291 §2.4, IANA); IPv4 from 1 to 223.
  const octets = Math.ceil(bits / 8);
  for (let index = 0; index < octets; index++) {
    const first = size === 16 ? 0x20 : 1 + Math.floor(random() * 223);
    const octet = index === 0 ? first : Math.floor(random() * 256);
    out.u8(index === octets - 1 && bits % 8 > 0 ? octet & (0xff00 >>> (bits % 8)) : octet);
  }
}

const someAs = (random) => 1 + Math.floor(random() * 400_000);

/** Geometric, 1 at least. */
function usual(random) {
  const mean = Math.floor(random() * MANY_IN) === 0 ? MANY_PREFIXES : USUAL_PREFIXES;
  return Math.min(MOST_PREFIXES, 1 + Math.floor(Math.log(1 - random()) / Math.log(1 - 1 / mean)));
}

/** From a share of 0 to 1 to a length. */
function drawFrom(weights) {
  const table = Object.entries(weights).flatMap(([length, weight]) => Array(weight).fill(Number(length)));
  return (share) => table[Math.floor(share * table.length)];
}

/** A linear congruential generator of 48 bits with the constants of drand48(3). */
function randomFrom(seed) {
  let state = (BigInt(seed) << 16n) | 0x330en;
  return () => {
    state = (state * 0x5deece66dn + 0xbn) & 0xffff_ffff_ffffn;
    return Number(state) / 2 ** 48;
  };
}

class Octets {
  #bytes = new Uint8Array(2 ** 20);
  length = 0;

  u8(value) {
    if (this.length === this.#bytes.length) {
      const larger = new Uint8Array(2 * this.length);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.length++] = value;
    return this;
  }

  /** `at`: over what stands there. */
  u16(value, at) {
    if (at === undefined) return this.u8(value >>> 8).u8(value);
    this.#bytes[at] = value >>> 8;
    this.#bytes[at + 1] = value;
    return this;
  }

  u32(value) {
    return this.u8(value >>> 24)
      .u8(value >>> 16)
      .u8(value >>> 8)
      .u8(value);
  }

  all() {
    return this.#bytes.slice(0, this.length);
  }
}
