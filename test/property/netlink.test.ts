import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BytesError, Reader } from '../../src/bytes/reader.ts';
import {
  decodeListenRow,
  encodeListenDump,
  encodeListenQuery,
  SOCK_DIAG_BY_FAMILY,
} from '../../src/discovery/netlink/inet-diag.ts';
import {
  decodeAttributes,
  decodeError,
  decodeMessages,
  decodeText,
  encodeMessage,
  inspectDump,
} from '../../src/discovery/netlink/message.ts';
import { decodeAddress, decodeLink, decodeLocalRoute } from '../../src/discovery/netlink/rtnetlink.ts';
import { addressFromBytes, unmap } from '../../src/model/address.ts';
import type { Port } from '../../src/model/facts.ts';
import { damage } from '../helpers/damage.ts';
import * as vectors from '../unit/discovery/netlink/vectors.ts';

const bodies = [
  vectors.LISTEN_IPV4,
  vectors.LISTEN_IPV6,
  vectors.LISTEN_V6ONLY,
  vectors.LISTEN_MAPPED,
  vectors.LINK_LOOPBACK,
  vectors.LINK_DUMMY,
  vectors.LINK_BRIDGE_DOWN,
  vectors.LINK_VRF,
  vectors.ROUTE_LOCAL_IPV6,
  vectors.ADDRESS_PEER,
  vectors.ADDRESS_IPV6,
  vectors.ROUTE_LOCAL,
];
const datagrams = bodies.map((body, index) =>
  vectors.join(encodeMessage(20, 2, index + 1, body), encodeMessage(3, 2, index + 1, vectors.hex('00000000'))),
);

const DECODERS: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
  decodeMessages,
  decodeAttributes: (bytes) => decodeAttributes(new Reader(bytes)),
  decodeError,
  decodeText,
  inspectDump,
  decodeListenRow: (bytes) => decodeListenRow('tcp', bytes),
  decodeLink,
  decodeAddress,
  decodeLocalRoute: (bytes) => decodeLocalRoute(255, bytes),
};

/** What became of it: a value, a `BytesError`, or the error that should not have been. */
function outcome(decode: (bytes: Uint8Array) => unknown, bytes: Uint8Array): unknown {
  try {
    decode(bytes);
    return 'a value';
  } catch (error) {
    return error instanceof BytesError ? 'a BytesError' : error;
  }
}
const ALLOWED: readonly unknown[] = ['a value', 'a BytesError'];

describe.each(Object.entries(DECODERS))('%s', (_name, decode) => {
  it('gives a value or a BytesError for a damaged message', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...bodies, ...datagrams),
        fc.array(damage, { minLength: 1, maxLength: 3 }),
        (vector, damages) => {
          const damaged = damages.reduce((bytes, spoil) => (bytes.length === 0 ? bytes : spoil(bytes)), vector);
          expect(ALLOWED).toContain(outcome(decode, damaged));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('gives a value or a BytesError for any bytes, and leaves them as they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        const before = bytes.slice();
        expect(ALLOWED).toContain(outcome(decode, bytes));
        expect(bytes).toEqual(before);
      }),
      { numRuns: 500 },
    );
  });
});

describe('netlink messages', () => {
  it('come back as they were encoded, with padding between them', () => {
    const u16 = fc.nat(0xffff);
    const u32 = fc.integer({ min: 0, max: 0xffffffff });
    const message = fc.tuple(u16, u16, u32, fc.uint8Array({ maxLength: 40 }));
    fc.assert(
      fc.property(fc.array(message, { maxLength: 5 }), (messages) => {
        const datagram = vectors.join(
          ...messages.flatMap(([type, flags, sequence, body]) => [
            encodeMessage(type, flags, sequence, body),
            new Uint8Array((4 - (body.length % 4)) % 4),
          ]),
        );
        expect(decodeMessages(datagram)).toEqual(
          messages.map(([type, flags, sequence, body]) => ({ type, flags: flags | 1, sequence, body })),
        );
      }),
    );
  });

  it('hold attributes that come back, the last of a type', () => {
    const attribute = fc.tuple(fc.nat(0x3fff), fc.constantFrom(0, 0x8000, 0x4000), fc.uint8Array({ maxLength: 20 }));
    fc.assert(
      fc.property(fc.array(attribute, { maxLength: 8 }), (attributes) => {
        const bytes = vectors.join(...attributes.map(([type, flag, value]) => vectors.attribute(type | flag, value)));
        const expected = new Map(attributes.map(([type, , value]) => [type, value] as const));
        expect(decodeAttributes(new Reader(bytes))).toEqual(expected);
      }),
    );
  });

  it('carry a query whose fields stand where the answer has them', () => {
    const octets = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
    );
    const device = fc.integer({ min: 0, max: 0x7fffffff });
    fc.assert(
      fc.property(octets, fc.nat(65_535), device, fc.boolean(), (bytes, port, deviceIndex, isIpv6) => {
        const address = unmap(addressFromBytes(bytes));
        const family = isIpv6 || address.includes(':') ? 'ipv6' : 'ipv4';
        const id = { protocol: 'tcp', family, address, port: port as Port, deviceIndex } as const;
        const [request] = decodeMessages(encodeListenQuery(id, 1));
        const socketId = request?.body.subarray(8) ?? new Uint8Array();
        const head = Uint8Array.from([family === 'ipv4' ? 2 : 10, 10, 0, 0]);
        expect(decodeListenRow('tcp', vectors.join(head, socketId, new Uint8Array(20)))).toMatchObject(id);
      }),
    );
  });

  it('carry a dump request of the kernel’s size, and its filter behind it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), (bytecode) => {
        for (const family of ['ipv4', 'ipv6'] as const) {
          const [plain] = decodeMessages(encodeListenDump({ protocol: 'udp', family }, 9));
          const [filtered] = decodeMessages(encodeListenDump({ protocol: 'udp', family }, 9, bytecode));
          expect(plain).toMatchObject({ type: SOCK_DIAG_BY_FAMILY, flags: 0x301, sequence: 9 });
          expect(plain?.body.length).toBe(56);
          expect(filtered?.body.subarray(0, 56)).toEqual(plain?.body);
          const attributes = decodeAttributes(new Reader(filtered?.body.subarray(56) ?? new Uint8Array()));
          expect([...attributes]).toEqual([[1, bytecode]]);
        }
      }),
    );
  });

  it('tell where a dump ends as taking it apart would', () => {
    fc.assert(
      fc.property(fc.constantFrom(...datagrams), fc.array(damage, { maxLength: 2 }), (vector, damages) => {
        const damaged = damages.reduce((bytes, spoil) => (bytes.length === 0 ? bytes : spoil(bytes)), vector);
        if (outcome(decodeMessages, damaged) !== 'a value') return;
        const messages = decodeMessages(damaged);
        const end = messages.findIndex(({ type }) => type === 2 || type === 3);
        const last = messages[end];
        const seen = end < 0 ? messages : messages.slice(0, end + 1);
        expect(inspectDump(damaged)).toEqual({
          isInterrupted: seen.some(({ flags }) => (flags & 0x10) !== 0),
          ended: last === undefined ? undefined : last.body.length >= 4 ? decodeError(last.body) : 0,
        });
      }),
      { numRuns: 1_000 },
    );
  });
});
