/** The kind of value that a peer is: `ADDRESS,key=value,…`, its keys those of `config/options/peer`. */
import { isLinkLocal, isMulticast, isUnspecified } from '../model/address.ts';
import { formatKeys, type GivenKeys, type KeyProblem, type KeyTable, readKeys, splitKeys } from './keyed.ts';
import { type Description, type Option, value } from './option.ts';
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
      const all: GivenPeer[] = [];
      const problems: { text: string; expected: string }[] = [];
      for (const text of texts) {
        const { head, given } = splitKeys(text, TABLE);
        const read = readPeer(head, given);
        if ('value' in read) all.push(read.value);
        else {
          for (const { key, text: bad, expected } of read.problems) {
            const part = key === ADDRESS ? '' : bad === undefined ? `,${key}` : `,${key}=${bad}`;
            problems.push({ text: `${head}${part}`, expected });
          }
        }
      }
      return problems.length > 0 ? { problems } : { value: all };
    },
  };
}

/** In a file it is a key like the others; on the command line it comes first. */
export const PEER_ADDRESS: Option<Zoned | undefined> = value<Zoned | undefined>(
  {
    flag: 'address',
    environment: '',
    default: undefined,
    argument: 'address',
    help: 'where the peer is; of a link-local address with its device, fe80::1%eth0. Needed',
  },
  (given) => (given === undefined ? '' : formatZoned(given)),
  (text) => {
    const zoned = parseZoned(text);
    return zoned === undefined || isUnspecified(zoned.address) || isMulticast(zoned.address)
      ? {
          expected: 'the address of a peer, such as 192.0.2.1, 2001:db8::1 or fe80::1%eth0; a port is a key of its own',
        }
      : { value: zoned };
  },
);
const ADDRESS = PEER_ADDRESS.flag;

function readPeer(
  address: string,
  given: GivenKeys,
): { readonly value: GivenPeer } | { readonly problems: readonly KeyProblem[] } {
  const { values: read, problems: bad } = readKeys(TABLE, given, 'a peer');
  const problems = [...bad];
  const values = read as PeerValues;
  const parsed = PEER_ADDRESS.parse([address]);
  const zoned = 'value' in parsed ? parsed.value : undefined;
  if ('problems' in parsed) for (const each of parsed.problems) problems.push({ key: ADDRESS, ...each });
  if (zoned !== undefined) problems.push(...whyBadPeer({ ...zoned, values }));
  if (!given.has('as'))
    problems.push({ key: ADDRESS, text: address, expected: 'the AS number of this peer too, as "as"' });
  if (zoned === undefined || problems.length > 0) return { problems };
  return { value: { ...zoned, values } };
}

/** What is wrong between the address and the device. */
export function whyBadPeer({ address, device: zone, values }: GivenPeer): KeyProblem[] {
  const { device = '' } = values;
  const text = formatZoned({ address, device: zone });
  if (zone !== '' && device !== '' && device !== zone) {
    return [{ key: 'device', text: device, expected: `the device of ${text}` }];
  }
  const expected = whyBadZone({ address, device: zone || (isLinkLocal(address) ? device : '') });
  return expected === undefined ? [] : [{ key: ADDRESS, text, expected }];
}

const formatZoned = ({ address, device }: Zoned): string => (device === '' ? address : `${address}%${device}`);

const formatPeer = ({ values, ...zoned }: GivenPeer): string =>
  [formatZoned(zoned), ...formatKeys(TABLE, values)].join(',');
