/** Every way to be malformed that RFC 4271 §6 and RFC 7606 name, and exactly what the peer is told, or what becomes of it. */
import { describe, expect, it } from 'vitest';
import { decodeMessage } from '../../../../src/bgp/wire/decode.ts';
import type { WireContext } from '../../../../src/bgp/wire/message.ts';
import { encodeNotification } from '../../../../src/bgp/wire/notification.ts';
import type { Outcome } from '../../../../src/bgp/wire/update.ts';
import { CONTEXT, hex, INTERNAL, MARKER, message, SHORT_AS, text, updateMessage } from './vectors.ts';

/** The NOTIFICATION that answers, whole; with the offset at which the message is wrong. */
function answer(bytes: Uint8Array, context: WireContext = CONTEXT): unknown {
  const decoded = decodeMessage(bytes, context);
  if ('message' in decoded) return decoded.message;
  return { answer: text(encodeNotification(decoded.fault)), offset: decoded.offset };
}

const notification = (body: string, offset: number): unknown => ({ answer: text(message(3, body)), offset });

describe('a header (RFC 4271 §6.1)', () => {
  it.each<[string, string, string, number, WireContext?]>([
    ['whose marker has a zero', `${'ff'.repeat(7)} 00 ${'ff'.repeat(8)} 0013 04`, '01 01', 7],
    ['whose marker ends early', `${'ff'.repeat(15)} fe 0013 04`, '01 01', 15],
    ['of length 0', `${MARKER} 0000 04`, '01 02 0000', 16],
    ['of length 18', `${MARKER} 0012 04`, '01 02 0012', 16],
    ['longer than 4096', `${MARKER} 1001 02`, '01 02 1001', 16],
    ['longer than 65535 can be told, of type 0', `${MARKER} ffff 00`, '01 02 ffff', 16],
    ['of a KEEPALIVE with a body', `${MARKER} 0014 04 00`, '01 02 0014', 16],
    ['of an OPEN that is too short', `${MARKER} 001c 01 ${'00'.repeat(9)}`, '01 02 001c', 16],
    ['of an UPDATE that is too short', `${MARKER} 0016 02 0000 00`, '01 02 0016', 16],
    ['of a NOTIFICATION that is too short', `${MARKER} 0014 03 06`, '01 02 0014', 16],
    ['of type 0', `${MARKER} 0013 00`, '01 03 00', 18],
    ['of type 6', `${MARKER} 0014 06 00`, '01 03 06', 18],
    ['of type 255', `${MARKER} 0013 ff`, '01 03 ff', 18],
  ])('%s', (_name, bytes, expected, offset) => {
    expect(answer(hex(bytes))).toEqual(notification(expected, offset));
  });

  it('may be of a longer message where that was agreed (RFC 8654 §4), but no OPEN or KEEPALIVE', () => {
    const longest = { ...CONTEXT, longestMessage: 65_535 };
    const long = (type: number) => message(type, '00'.repeat(4_078));
    expect(answer(long(3), longest)).toMatchObject({ type: 'notification' });
    expect(answer(long(3))).toEqual(notification('01 02 1001', 16));
    expect(answer(long(1), longest)).toEqual(notification('01 02 1001', 16));
    expect(answer(long(4), longest)).toEqual(notification('01 02 1001', 16));
  });

  it('says more or less than there is', () => {
    expect(answer(hex(`${MARKER} 0017 02 0000 00`))).toEqual(notification('01 02 0017', 16));
    expect(answer(hex(`${MARKER} 0017 02 0000 0000 00`))).toEqual(notification('01 02 0017', 16));
    // Where there is no length, it is missing at the end of what there is.
    expect(answer(hex(''))).toEqual(notification('01 02', 0));
    expect(answer(hex('ffffff'))).toEqual(notification('01 02', 3));
    expect(answer(hex(`${MARKER} 0013`))).toEqual(notification('01 02 0013', 16));
  });
});

describe('an OPEN (RFC 4271 §6.2)', () => {
  const open = (fields: { version?: string; holdTime?: string; identifier?: string; parameters?: string }) => {
    const { version = '04', holdTime = '005a', identifier = '0a000001', parameters = '00' } = fields;
    return message(1, `${version} fde9 ${holdTime} ${identifier} ${parameters}`);
  };

  it.each<[string, Parameters<typeof open>[0], string, number]>([
    ['of version 3: the data is the version that is spoken', { version: '03' }, '02 01 0004', 19],
    ['of version 5', { version: '05' }, '02 01 0004', 19],
    ['of version 5 with a hold time of 1', { version: '05', holdTime: '0001' }, '02 01 0004', 19],
    ['with a hold time of 1', { holdTime: '0001' }, '02 06', 22],
    ['with a hold time of 2', { holdTime: '0002' }, '02 06', 22],
    ['with the identifier 0 (RFC 6286 §2.2)', { identifier: '00000000' }, '02 03', 24],
    ['with a parameter of type 1, authentication, which is no more', { parameters: '03 01 01 00' }, '02 04', 29],
    ['with an unknown parameter', { parameters: '04 03 02 a1a2' }, '02 04', 29],
    ['with an unknown parameter behind capabilities', { parameters: '06 02 02 02 00 03 00' }, '02 04', 33],
    ['whose parameters are longer than the message', { parameters: '05 02 02 02 00' }, '02 00', 28],
    ['whose parameters are shorter than the message', { parameters: '03 02 02 02 00' }, '02 00', 28],
    ['with octets where it says that there are none', { parameters: '00 ff 00' }, '02 00', 28],
    ['with a parameter that has no length', { parameters: '05 02 02 02 00 02' }, '02 00', 33],
    ['with a parameter longer than all of them', { parameters: '04 02 03 02 00' }, '02 00', 29],
    ['with a capability that has no length', { parameters: '03 02 01 02' }, '02 00', 31],
    ['with a capability an octet longer than its parameter', { parameters: '05 02 03 41 02 00' }, '02 00', 31],
    ['with a capability longer than its parameter', { parameters: '06 02 04 41 04 0001' }, '02 00', 31],
    ['with a long form whose length does not fit (RFC 9072 §2)', { parameters: 'ff ff 0005 02 0001 02' }, '02 00', 30],
    ['with a long form that ends in its length', { parameters: 'ff ff 00' }, '02 00', 30],
    ['with a long form and an unknown parameter', { parameters: 'ff ff 0004 03 0001 02' }, '02 04', 32],
    ['with a long form and a parameter cut off', { parameters: 'ff ff 0002 02 00' }, '02 00', 32],
    ['with a long form and a parameter that is too long', { parameters: 'ff ff 0005 02 0003 02 00' }, '02 00', 32],
  ])('%s', (_name, fields, expected, offset) => {
    expect(answer(open(fields))).toEqual(notification(expected, offset));
  });

  it.each(['0000', '0003', 'ffff'])('may have a hold time of 0x%s', (holdTime) => {
    expect(answer(open({ holdTime }))).toMatchObject({ open: { holdTime: Number.parseInt(holdTime, 16) } });
  });

  it.each([
    ['01 03 000101', 'multiprotocol, of 3 octets'],
    ['02 01 00', 'route refresh, with a value'],
    ['05 05 0001000100', 'extended next hop, of 5 octets'],
    ['06 01 00', 'extended message, with a value'],
    ['09 02 0101', 'role, of 2 octets'],
    ['40 01 00', 'graceful restart, of 1 octet'],
    ['40 05 0078000101', 'graceful restart, of 5 octets'],
    ['41 02 fde9', 'four-octet AS, of 2 octets'],
    ['41 05 0000fde900', 'four-octet AS, of 5 octets'],
    ['45 03 000101', 'several paths, of 3 octets'],
    ['45 04 00010104', 'several paths, in a mode that there is not (RFC 7911 §4)'],
    ['45 08 0001010100020100', 'several paths, one entry in such a mode'],
    ['46 01 00', 'enhanced route refresh, with a value'],
  ])(
    'has capability %s, which makes no sense (%s): ignored, and those behind it are not (RFC 5492 §3)',
    (capability) => {
      const parameters = hex(`${capability} 4104000000ff`).length;
      const [code = 0, , ...value] = hex(capability);
      const two = (count: number): string => count.toString(16).padStart(2, '0');
      expect(
        answer(open({ parameters: `${two(parameters + 2)} 02 ${two(parameters)} ${capability} 41 04 000000ff` })),
      ).toMatchObject({
        open: {
          capabilities: [
            { type: 'unknown', code, value: Uint8Array.from(value) },
            { type: 'fourOctetAs', as: 255 },
          ],
        },
      });
    },
  );

  it('may be in the long form, also a short one, and whatever the first length says (RFC 9072 §2)', () => {
    for (const length of ['ff', '01', '20']) {
      expect(answer(open({ parameters: `${length} ff 000c 02 0002 02 00 02 0004 46 00 06 00` }))).toMatchObject({
        open: {
          capabilities: [{ type: 'routeRefresh' }, { type: 'enhancedRouteRefresh' }, { type: 'extendedMessage' }],
        },
      });
    }
  });
});

describe('a ROUTE-REFRESH (RFC 7313 §5)', () => {
  it.each(['', '0001', '0001 01', '0001 01 01 00', '0001 01 01 01 80 00 00'])(
    'with the body "%s": the data is the whole message',
    (body) => {
      const bytes = message(5, body);
      expect(answer(bytes)).toEqual(notification(`07 01 ${text(bytes)}`, 19));
    },
  );

  it.each(['0001 03 01', '0001 03 01 00', '0001 ff 01 a1a2a3a4'])(
    'of a subtype that nobody knows is for others to ignore, however long it is: "%s"',
    (body) => {
      const [, , subtype] = hex(body);
      expect(answer(message(5, body))).toMatchObject({
        type: 'routeRefresh',
        routeRefresh: { afi: 1, subtype, safi: 1 },
      });
    },
  );

  it('of a subtype that nobody knows, and too short for a family, is for others to ignore too', () => {
    expect(answer(message(5, '0001 05'))).toMatchObject({ routeRefresh: { afi: 1, subtype: 5, safi: 0 } });
  });

  it('with more than fits into a NOTIFICATION: its data is cut', () => {
    const bytes = message(5, '00'.repeat(4_077));
    expect(answer(bytes)).toEqual(notification(`07 01 ${text(bytes.subarray(0, 4_075))}`, 19));
  });
});

const ORIGIN = '40 01 01 00';
const AS_PATH = '40 02 06 02 01 0000fde9';
const NEXT_HOP = '40 03 04 c0000201';
const BASIC = `${ORIGIN} ${AS_PATH} ${NEXT_HOP}`;
const REACH = '80 0e 1b 0002 01 10 20010db8000000000000000000000001 00 28 20010db809'; // 2001:db8:900::/40
const LONG_REACH = `80 0e 27 0002 01 10 ${'01'.repeat(16)} 00 81 ${'02'.repeat(17)}`;
const PREFIX = '18 c63364';

describe('an UPDATE that resets the session (RFC 4271 §6.3, RFC 7606 §3, §5)', () => {
  it.each<[string, Uint8Array, string, number]>([
    ['withdrawn routes beyond the message', message(2, '0001 0000'), '03 01', 19],
    ['withdrawn routes up to the length behind them', message(2, '0003 08 0a 00'), '03 01', 19],
    ['attributes beyond the message', message(2, '0000 0001'), '03 01', 21],
    ['attributes beyond the message, behind withdrawn routes', message(2, '0002 080a 0005 40010100'), '03 01', 23],
    ['a withdrawn prefix of 33 bits', updateMessage({ withdrawn: '08 0a 21 c000020100' }), '03 0a', 23],
    ['a withdrawn prefix that is cut off', updateMessage({ withdrawn: '08 0a 18 c000' }), '03 0a', 23],
    ['a prefix of 33 bits', updateMessage({ attributes: BASIC, prefixes: `${PREFIX} 21 c000020100` }), '03 0a', 47],
    ['a prefix that is cut off', updateMessage({ attributes: BASIC, prefixes: `${PREFIX} 20 c00002` }), '03 0a', 47],
    ['MP_REACH_NLRI twice', updateMessage({ attributes: `${REACH} ${REACH} ${BASIC}` }), '03 01', 53],
    ['MP_UNREACH_NLRI twice', updateMessage({ attributes: '800f03000201 800f03000201' }), '03 01', 29],
    [
      'a well-known attribute that is not known',
      updateMessage({ attributes: `${BASIC} 40 63 02 a1a2`, prefixes: PREFIX }),
      '03 02 40 63 02 a1a2',
      43,
    ],
    [
      'MP_REACH_NLRI of 4 octets',
      updateMessage({ attributes: '80 0e 04 0002 01 00' }),
      '03 09 80 0e 04 0002 01 00',
      26,
    ],
    ['MP_UNREACH_NLRI of 2 octets', updateMessage({ attributes: '80 0f 02 0002' }), '03 09 80 0f 02 0002', 26],
    [
      'MP_REACH_NLRI with a next hop beyond it',
      updateMessage({ attributes: '80 0e 05 0002 01 10 00' }),
      '03 09 80 0e 05 0002 01 10 00',
      29,
    ],
    [
      'MP_REACH_NLRI that ends with its next hop',
      updateMessage({ attributes: `80 0e 14 0002 01 10 ${'01'.repeat(16)}` }),
      `03 09 80 0e 14 0002 01 10 ${'01'.repeat(16)}`,
      29,
    ],
    [
      'MP_REACH_NLRI of IPv6 with a next hop of 4 octets',
      updateMessage({ attributes: '80 0e 09 0002 01 04 c0000201 00' }),
      '03 09 80 0e 09 0002 01 04 c0000201 00',
      29,
    ],
    [
      'MP_REACH_NLRI of IPv4 with a next hop of 8 octets',
      updateMessage({ attributes: '80 0e 0d 0001 01 08 c0000201 c0000202 00' }),
      '03 09 80 0e 0d 0001 01 08 c0000201 c0000202 00',
      29,
    ],
    [
      'MP_REACH_NLRI with an IPv6 prefix of 129 bits',
      updateMessage({ attributes: LONG_REACH }),
      `03 09 ${LONG_REACH}`,
      47,
    ],
    [
      'MP_REACH_NLRI with an IPv4 prefix of 33 bits',
      updateMessage({ attributes: '80 0e 0f 0001 01 04 c0000201 00 21 c000020100' }),
      '03 09 80 0e 0f 0001 01 04 c0000201 00 21 c000020100',
      35,
    ],
    [
      'MP_REACH_NLRI with a prefix that is cut off',
      updateMessage({ attributes: '80 0e 0c 0001 01 04 c0000201 00 18 c000' }),
      '03 09 80 0e 0c 0001 01 04 c0000201 00 18 c000',
      35,
    ],
    [
      'MP_UNREACH_NLRI with an IPv6 prefix of 255 bits',
      updateMessage({ attributes: '80 0f 04 0002 01 ff' }),
      '03 09 80 0f 04 0002 01 ff',
      29,
    ],
    [
      'MP_UNREACH_NLRI with a prefix that is cut off',
      updateMessage({ attributes: '80 0f 06 0002 01 18 2001' }),
      '03 09 80 0f 06 0002 01 18 2001',
      29,
    ],
    [
      'MP_REACH_NLRI with flags of a transitive attribute',
      updateMessage({ attributes: 'c0 0e 09 0001 01 04 c0000201 00' }),
      '03 09 c0 0e 09 0001 01 04 c0000201 00',
      23,
    ],
    [
      'MP_UNREACH_NLRI with flags of a well-known attribute',
      updateMessage({ attributes: '40 0f 03 0002 01' }),
      '03 09 40 0f 03 0002 01',
      23,
    ],
  ])('%s', (_name, bytes, expected, offset) => {
    expect(answer(bytes)).toEqual(notification(expected, offset));
  });

  it.each<[string, string, string, number, WireContext?]>([
    ['no ORIGIN that there is', `40 01 01 03`, '03 06 40 01 01 03', 26],
    ['an ORIGIN of no octet', `40 01 00`, '03 05 40 01 00', 26],
    ['an AS_PATH that makes no sense', `40 02 01 02`, '03 0b', 26],
    ['a NEXT_HOP of 3 octets', `40 03 03 c00002`, '03 05 40 03 03 c00002', 26],
    ['a NEXT_HOP of a multicast group', `40 03 04 e0000001`, '03 08 40 03 04 e0000001', 26],
    ['a MULTI_EXIT_DISC of 3 octets', `80 04 03 000001`, '03 05 80 04 03 000001', 26],
    ['an ORIGIN that is optional', `c0 01 01 00`, '03 04 c0 01 01 00', 23],
    ['attributes that are cut off', `40 01 05 00`, '03 01', 23],
    ['a LOCAL_PREF of 3 octets', `40 05 03 000001`, '03 05 40 05 03 000001', 26, INTERNAL],
  ])('without prefixes, and with %s (RFC 7606 §5.2)', (_name, attributes, expected, offset, context) => {
    expect(answer(updateMessage({ attributes, withdrawn: '' }), context)).toEqual(notification(expected, offset));
  });
});

describe('an UPDATE that is taken as a withdraw, or loses an attribute (RFC 7606 §3, §4, §7)', () => {
  /** The outcome and the one fault: where, and the types of the attributes that are left. */
  function judge(attributes: string, context: WireContext = CONTEXT, prefixes = PREFIX): unknown {
    const decoded = answer(updateMessage({ attributes, prefixes }), context) as {
      outcome?: Outcome;
      faults?: readonly { offset: number; outcome: Outcome; fault: { subcode: number } }[];
      update?: { attributes: readonly { type: string }[]; nlri: { count: number } };
    };
    return {
      outcome: decoded.outcome,
      faults: decoded.faults?.map(({ offset, outcome, fault }) => [offset - 23, fault.subcode, outcome]),
      left: decoded.update?.attributes.map(({ type }) => type).join(' '),
      count: decoded.update?.nlri.count,
    };
  }

  const withdraw = (at: number, subcode: number, left: string): unknown => ({
    outcome: 'treatedAsWithdraw',
    faults: [[at, subcode, 'treatedAsWithdraw']],
    left,
    count: 1,
  });
  const discard = (at: number, subcode: number, left = 'origin asPath nextHop'): unknown => ({
    outcome: 'attributeDiscarded',
    faults: [[at, subcode, 'attributeDiscarded']],
    left,
    count: 1,
  });

  // BASIC is 20 octets long.
  it.each<[string, string, unknown, WireContext?]>([
    ['§3 (c) ORIGIN with optional flags', `c0 01 01 00 ${AS_PATH} ${NEXT_HOP}`, withdraw(0, 4, 'asPath nextHop')],
    [
      '§3 (c) MULTI_EXIT_DISC that is transitive',
      `${BASIC} c0 04 04 00000001`,
      withdraw(20, 4, 'origin asPath nextHop'),
    ],
    [
      '§3 (c) COMMUNITIES that are not transitive',
      `${BASIC} 80 08 04 fde80001`,
      withdraw(20, 4, 'origin asPath nextHop'),
    ],
    ['§3 (c) ATOMIC_AGGREGATE with optional flags', `${BASIC} c0 06 00`, withdraw(20, 4, 'origin asPath nextHop')],
    ['§3 (d) no ORIGIN', `${AS_PATH} ${NEXT_HOP}`, withdraw(0, 3, 'asPath nextHop')],
    ['§3 (d) no AS_PATH', `${ORIGIN} ${NEXT_HOP}`, withdraw(0, 3, 'origin nextHop')],
    ['§3 (d) no NEXT_HOP', `${ORIGIN} ${AS_PATH}`, withdraw(0, 3, 'origin asPath')],
    ['§3 (g) ORIGIN twice: the first counts', `${BASIC} 40 01 01 01`, discard(20, 1)],
    [
      '§3 (g) an unknown attribute twice',
      `${BASIC} c0 fb 00 c0 fb 01 00`,
      discard(23, 1, 'origin asPath nextHop unknown'),
    ],
    ['§4 an attribute beyond the others', `${BASIC} 80 04 05 00000001`, withdraw(20, 1, 'origin asPath nextHop')],
    ['§4 two octets behind the last attribute', `${BASIC} 80 04`, withdraw(20, 1, 'origin asPath nextHop')],
    [
      '§4 three octets, of which the length is not whole',
      `${BASIC} 90 04 00`,
      withdraw(20, 1, 'origin asPath nextHop'),
    ],
    ['§7.1 ORIGIN of 2 octets', `40 01 02 0000 ${AS_PATH} ${NEXT_HOP}`, withdraw(3, 5, 'asPath nextHop')],
    ['§7.1 ORIGIN of no octet', `40 01 00 ${AS_PATH} ${NEXT_HOP}`, withdraw(3, 5, 'asPath nextHop')],
    ['§7.1 ORIGIN 3', `40 01 01 03 ${AS_PATH} ${NEXT_HOP}`, withdraw(3, 6, 'asPath nextHop')],
    ['§7.2 a segment of type 0', `${ORIGIN} 40 02 06 00 01 0000fde9 ${NEXT_HOP}`, withdraw(7, 11, 'origin nextHop')],
    ['§7.2 a segment of type 5', `${ORIGIN} 40 02 06 05 01 0000fde9 ${NEXT_HOP}`, withdraw(7, 11, 'origin nextHop')],
    [
      '§7.2 a segment longer than the attribute',
      `${ORIGIN} 40 02 06 02 02 0000fde9 ${NEXT_HOP}`,
      withdraw(7, 11, 'origin nextHop'),
    ],
    [
      '§7.2 a single octet behind the segments',
      `${ORIGIN} 40 02 07 02 01 0000fde9 02 ${NEXT_HOP}`,
      withdraw(13, 11, 'origin nextHop'),
    ],
    [
      '§7.2 a segment of no AS number',
      `${ORIGIN} 40 02 08 02 00 02 01 0000fde9 ${NEXT_HOP}`,
      withdraw(7, 11, 'origin nextHop'),
    ],
    [
      '§7.2 numbers of four octets in a session of two',
      `${ORIGIN} ${AS_PATH} ${NEXT_HOP}`,
      withdraw(7, 11, 'origin nextHop'),
      SHORT_AS,
    ],
    [
      'RFC 5065 §5 a confederation from outside',
      `${ORIGIN} 40 02 06 03 01 0000fde9 ${NEXT_HOP}`,
      withdraw(7, 11, 'origin nextHop'),
    ],
    ['RFC 7607 §2 AS 0 in AS_PATH', `${ORIGIN} 40 02 06 02 01 00000000 ${NEXT_HOP}`, withdraw(7, 11, 'origin nextHop')],
    ['§7.3 NEXT_HOP of 5 octets', `${ORIGIN} ${AS_PATH} 40 03 05 c000020100`, withdraw(16, 5, 'origin asPath')],
    ['RFC 4271 §6.3 NEXT_HOP 0.0.0.0', `${ORIGIN} ${AS_PATH} 40 03 04 00000000`, withdraw(16, 8, 'origin asPath')],
    ['RFC 4271 §6.3 NEXT_HOP 240.0.0.1', `${ORIGIN} ${AS_PATH} 40 03 04 f0000001`, withdraw(16, 8, 'origin asPath')],
    ['§7.4 MULTI_EXIT_DISC of 3 octets', `${BASIC} 80 04 03 000001`, withdraw(23, 5, 'origin asPath nextHop')],
    ['§7.5 LOCAL_PREF from outside', `${BASIC} 40 05 04 00000064`, discard(20, 9)],
    ['§7.5 LOCAL_PREF of 3 octets from outside', `${BASIC} 40 05 03 000064`, discard(20, 9)],
    [
      '§7.5 LOCAL_PREF of 3 octets from inside',
      `${BASIC} 40 05 03 000064`,
      withdraw(23, 5, 'origin asPath nextHop'),
      INTERNAL,
    ],
    ['§7.6 ATOMIC_AGGREGATE with a value', `${BASIC} 40 06 01 00`, discard(23, 5)],
    ['§7.7 AGGREGATOR of 6 octets in a session of four', `${BASIC} c0 07 06 fde9 c0000201`, discard(23, 5)],
    [
      '§7.7 AGGREGATOR of 8 octets in a session of two',
      `${ORIGIN} 40 02 04 02 01 fde9 ${NEXT_HOP} c0 07 08 0000fde9 c0000201`,
      discard(21, 5),
      SHORT_AS,
    ],
    ['RFC 7607 §2 AS 0 in AGGREGATOR', `${BASIC} c0 07 08 00000000 c0000201`, discard(23, 9)],
    ['§7.8 COMMUNITIES of no octet', `${BASIC} c0 08 00`, withdraw(23, 5, 'origin asPath nextHop')],
    ['§7.8 COMMUNITIES of 6 octets', `${BASIC} c0 08 06 fde800010002`, withdraw(23, 5, 'origin asPath nextHop')],
    ['§7.9 ORIGINATOR_ID from outside', `${BASIC} 80 09 04 0a000001`, discard(20, 9)],
    [
      '§7.9 ORIGINATOR_ID of 5 octets',
      `${BASIC} 80 09 05 0a00000100`,
      withdraw(23, 5, 'origin asPath nextHop'),
      INTERNAL,
    ],
    ['§7.10 CLUSTER_LIST from outside', `${BASIC} 80 0a 04 0a000001`, discard(20, 9)],
    ['§7.10 CLUSTER_LIST of no octet', `${BASIC} 80 0a 00`, withdraw(23, 5, 'origin asPath nextHop'), INTERNAL],
    [
      '§7.10 CLUSTER_LIST of 5 octets',
      `${BASIC} 80 0a 05 0a00000100`,
      withdraw(23, 5, 'origin asPath nextHop'),
      INTERNAL,
    ],
    ['§7.14 EXTENDED COMMUNITIES of no octet', `${BASIC} c0 10 00`, withdraw(23, 5, 'origin asPath nextHop')],
    [
      '§7.14 EXTENDED COMMUNITIES of 12 octets',
      `${BASIC} c0 10 0c ${'01'.repeat(12)}`,
      withdraw(23, 5, 'origin asPath nextHop'),
    ],
    ['§7.15 IPv6 EXTENDED COMMUNITIES of no octet', `${BASIC} c0 19 00`, withdraw(23, 5, 'origin asPath nextHop')],
    [
      '§7.15 IPv6 EXTENDED COMMUNITIES of 21 octets',
      `${BASIC} c0 19 15 ${'01'.repeat(21)}`,
      withdraw(23, 5, 'origin asPath nextHop'),
    ],
    ['RFC 8092 §6 LARGE_COMMUNITY of no octet', `${BASIC} c0 20 00`, withdraw(23, 5, 'origin asPath nextHop')],
    [
      'RFC 8092 §6 LARGE_COMMUNITY of 13 octets',
      `${BASIC} c0 20 0d ${'01'.repeat(13)}`,
      withdraw(23, 5, 'origin asPath nextHop'),
    ],
    ['RFC 9234 §5 OTC of 3 octets', `${BASIC} c0 23 03 00fde9`, withdraw(23, 5, 'origin asPath nextHop')],
    ['RFC 6793 §6 AS4_PATH from a peer with four octets', `${BASIC} c0 11 06 02 01 0000fde9`, discard(20, 9)],
    ['RFC 6793 §6 AS4_AGGREGATOR from a peer with four octets', `${BASIC} c0 12 08 0000fde9 c0000201`, discard(20, 9)],
  ])('%s', (_name, attributes, expected, context) => {
    expect(judge(attributes, context)).toEqual(expected);
  });

  const SHORT_BASIC = `${ORIGIN} 40 02 04 02 01 fde9 ${NEXT_HOP}`; // 18 octets
  it.each<[string, string, number, number]>([
    ['AS4_PATH of no octet', 'c0 11 00', 21, 5],
    ['AS4_PATH with a segment longer than it', 'c0 11 06 02 02 0000fde9', 21, 11],
    ['AS4_PATH with a segment of no AS number', 'c0 11 02 02 00', 21, 11],
    ['AS4_PATH with a segment of type 9', 'c0 11 06 09 01 0000fde9', 21, 11],
    ['AS4_PATH with AS 0', 'c0 11 06 02 01 00000000', 21, 11],
    ['AS4_AGGREGATOR of 6 octets', 'c0 12 06 fde9 c0000201', 21, 5],
    ['AS4_AGGREGATOR with AS 0', 'c0 12 08 00000000 c0000201', 21, 9],
  ])('RFC 6793 §6, RFC 7607 §2 %s', (_name, attribute, at, subcode) => {
    expect(judge(`${SHORT_BASIC} ${attribute}`, SHORT_AS)).toEqual(discard(at, subcode));
  });

  it('is what the strongest of its faults deserves (§3 h)', () => {
    const [community, atomic, origin] = ['c0 08 00', '40 06 01 00', '40 63 00'];
    expect(judge(`${BASIC} ${atomic} ${community}`)).toMatchObject({
      outcome: 'treatedAsWithdraw',
      faults: [
        [23, 5, 'attributeDiscarded'],
        [27, 5, 'treatedAsWithdraw'],
      ],
    });
    expect(
      answer(updateMessage({ attributes: `${BASIC} ${atomic} ${community} ${origin}`, prefixes: PREFIX })),
    ).toEqual(notification('03 02 40 63 00', 50));
  });

  it('is answered by the first of several that are as strong', () => {
    const both = '40 01 01 03 80 04 03 000001';
    expect(answer(updateMessage({ attributes: both }))).toEqual(notification('03 06 40 01 01 03', 26));
    expect(answer(updateMessage({ attributes: '80 0f 02 0002 80 0e 02 0002' }))).toEqual(
      notification('03 09 80 0f 02 0002', 26),
    );
  });

  it('needs no NEXT_HOP for the prefixes of MP_REACH_NLRI (RFC 4760 §3), but the others', () => {
    const bytes = (attributes: string) => answer(updateMessage({ attributes: `${REACH} ${attributes}` }));
    expect(bytes(`${ORIGIN} ${AS_PATH}`)).toMatchObject({ outcome: 'accepted', faults: [] });
    expect(bytes(ORIGIN)).toMatchObject({ outcome: 'treatedAsWithdraw', faults: [{ why: 'AS_PATH is missing' }] });
  });

  it('without prefixes of its own, only loses what may be discarded (§5.2)', () => {
    expect(judge('40 06 01 00', CONTEXT, '')).toMatchObject({ outcome: 'attributeDiscarded' });
    expect(judge('40 05 04 00000064', CONTEXT, '')).toMatchObject({ outcome: 'attributeDiscarded' });
  });

  it('names no more faults than somebody reads', () => {
    const { faults } = judge(`${BASIC} ${'c0 fb 00 '.repeat(200)}`) as { faults: unknown[] };
    expect(faults.length).toBe(32);
  });

  it('names the one that decides, however many come before it', () => {
    const bytes = updateMessage({
      attributes: `${BASIC} ${'c0 fb 00 '.repeat(200)} 80 04 03 000001`,
      prefixes: PREFIX,
    });
    const { outcome, faults } = answer(bytes) as { outcome: Outcome; faults: readonly { why: string }[] };
    expect([outcome, faults.length]).toEqual(['treatedAsWithdraw', 32]);
    expect(faults.at(-1)).toMatchObject({ outcome, why: 'MULTI_EXIT_DISC: 3 octets where it is 4' });
  });
});
