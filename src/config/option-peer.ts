/** The kind of value that a peer is: `ADDRESS,key=value,…`, its keys those of `config/options/peer`. */
import { isMulticast, isUnspecified } from '../model/address.ts';
import { formatKeys, type GivenKeys, type KeyProblem, type KeyTable, readKeys, splitKeys } from './keyed.ts';
import type { Description, Option } from './option.ts';
import { parseZoned, whyBadZone, type Zoned } from './option-bgp.ts';
import { PEER_OPTIONS, type PeerValues } from './options/peer.ts';

/** A peer as it was given; what is left out has a default that may depend on the rest. */
export interface GivenPeer extends Zoned {
  readonly values: PeerValues;
}

const TABLE = PEER_OPTIONS as unknown as KeyTable;

export function peers(of: Description<readonly GivenPeer[]>): Option<readonly GivenPeer[]> {
  return {
    ...of,
    kind: 'list',
    separator: ';',
    argument: 'address,as=AS,key=value…',
    format: (given) => given.map(formatPeer).join(';'),
    parse: (texts) => {
      const value: GivenPeer[] = [];
      const problems: { text: string; expected: string }[] = [];
      for (const text of texts) {
        const { head, given } = splitKeys(text, TABLE);
        const read = readPeer(head, given);
        if ('value' in read) value.push(read.value);
        else {
          for (const { key, text: bad, expected } of read.problems) {
            const part = key === ADDRESS ? '' : bad === undefined ? `,${key}` : `,${key}=${bad}`;
            problems.push({ text: `${head}${part}`, expected });
          }
        }
      }
      return problems.length > 0 ? { problems } : { value };
    },
  };
}

/** The key of the address in a file; on the command line it comes first and has none. */
export const ADDRESS = 'address';

export function readPeer(
  address: string,
  given: GivenKeys,
): { readonly value: GivenPeer } | { readonly problems: readonly KeyProblem[] } {
  const { values: read, problems: bad } = readKeys(TABLE, given, 'a peer');
  const problems = [...bad];
  const values = read as PeerValues;
  const zoned = parseZoned(address);
  if (zoned === undefined || isUnspecified(zoned.address) || isMulticast(zoned.address)) {
    const expected =
      'the address of a peer, such as 192.0.2.1, 2001:db8::1 or fe80::1%eth0; a port is a key of its own';
    problems.push({ key: ADDRESS, text: address, expected });
  } else {
    const device = values.device ?? '';
    const isContradiction = zoned.device !== '' && device !== '' && device !== zoned.device;
    const isLinkLocal = zoned.address.startsWith('fe80:');
    const no = whyBadZone(isLinkLocal ? { ...zoned, device: zoned.device || device } : zoned);
    if (isContradiction) problems.push({ key: 'device', text: device, expected: `the device of ${address}` });
    if (no !== undefined) problems.push({ key: ADDRESS, text: address, expected: no });
  }
  if (!given.has('as'))
    problems.push({ key: ADDRESS, text: address, expected: 'the AS number of this peer too, as "as"' });
  if (zoned === undefined || problems.length > 0) return { problems };
  return { value: { ...zoned, values } };
}

const formatPeer = ({ address, device, values }: GivenPeer): string =>
  [device === '' ? address : `${address}%${device}`, ...formatKeys(TABLE, values)].join(',');
