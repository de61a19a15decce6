/**
 * What is said of a peer: the keys of `--peer ADDRESS,key=value,…` and of an entry of `bgp.peers` in a file. What stands
 * for a key that is not given is in `config/speaker`: much of it depends on the other keys.
 */
import { familyOf, type IpAddress, isAny, isMulticast, needsZone } from '../../model/address.ts';
import { ms } from '../../model/millis.ts';
import { ROLES } from '../../model/peer.ts';
import type { Option } from '../option.ts';
import { address, asNumber } from '../option-bgp.ts';
import { prefixes } from '../option-network.ts';
import { choice, choices, filePath, integer, name, seconds, toggle } from '../option-plain.ts';
import { ATTRIBUTE_OPTIONS } from './attributes.ts';

/** RFC 4271 §4.2: a hold time is two octets of seconds. */
const LONGEST_HOLD = ms(65_535_000);
/** RFC 4724 §3: a restart time is twelve bits of seconds. */
const LONGEST_RESTART = ms(4_095_000);

const isHost = (of: IpAddress): boolean => !isAny(of) && !isMulticast(of);
const A_NEXT_HOP = 'a unicast address of a host';
const nextHop = (flag: string, help: string): Option<IpAddress | undefined> =>
  address({ flag, environment: '', help }, (of) => isHost(of) && !needsZone(of), A_NEXT_HOP);

export const PEER_OPTIONS = {
  as: asNumber({ flag: 'as', environment: '', help: 'its AS number; needed. The same as ours: iBGP' }),
  port: integer(
    { flag: 'port', environment: '', default: 179, help: 'where it takes connections. Not given: 179' },
    { least: 1, most: 65_535 },
  ),
  localAs: asNumber({ flag: 'local-as', environment: '', help: 'our AS towards this peer. Not given: --local-as' }),
  role: choice(
    {
      flag: 'role',
      environment: '',
      default: 'customer',
      help: 'what we are to it (RFC 9234): customer where it is our provider, and so on. eBGP only. Not given: nothing is said of roles',
    },
    ROLES,
  ),
  strictRole: toggle({
    flag: 'strict-role',
    environment: '',
    help: 'no session unless it names its role too. Not given: off',
  }),
  localAddress: address(
    { flag: 'local-address', environment: '', help: 'our address of the session. Not given: what the kernel chooses' },
    isHost,
    'an address of this host',
  ),
  device: name(
    {
      flag: 'device',
      environment: '',
      default: '',
      help: 'the network device that the session is bound to; of a link-local address, also written fe80::1%eth0',
    },
    'name',
    15, // IFNAMSIZ without its NUL
  ),
  passive: toggle({ flag: 'passive', environment: '', help: 'wait for it to connect; needs --bgp-listen' }),
  passwordFile: filePath({
    flag: 'password-file',
    environment: '',
    default: '',
    help: 'TCP MD5 (RFC 2385): the first line of this file is the password, of 1 to 80 octets',
  }),
  passwordEnv: name(
    {
      flag: 'password-env',
      environment: '',
      default: '',
      help: 'the same with the password in the environment, under this name',
    },
    'name',
    255,
  ),
  ttlSecurity: integer(
    {
      flag: 'ttl-security',
      environment: '',
      default: 1,
      help: 'GTSM (RFC 5082): it is at most so many hops away, 1 for a direct link. Not given: off',
    },
    { least: 1, most: 254 },
  ),
  multihop: integer(
    {
      flag: 'multihop',
      environment: '',
      default: 1,
      help: 'TTL towards an eBGP peer that is not on a link of ours. Not given: 1',
    },
    { least: 1, most: 255 },
  ),
  holdTime: seconds(
    {
      flag: 'hold-time',
      environment: '',
      default: ms(90_000),
      help: 'how long either side may be silent; the smaller proposal counts, and a keepalive goes every third of it. 0: for ever. Not given: 90s',
    },
    { least: ms(3_000), most: LONGEST_HOLD, hasZero: true },
  ),
  connectRetry: seconds(
    {
      flag: 'connect-retry',
      environment: '',
      default: ms(30_000),
      help: 'the longest wait between attempts to connect; the first are made sooner. Not given: 30s',
    },
    { least: ms(1_000), most: ms(3_600_000), hasZero: false },
  ),
  families: choices(
    {
      flag: 'families',
      environment: '',
      default: ['ipv4', 'ipv6'],
      help: 'which routes it gets: ipv4, ipv6. Not given: both',
    },
    ['ipv4', 'ipv6'],
  ),
  nexthopIpv4: nextHop(
    'nexthop-ipv4',
    'next hop of IPv4 routes to this peer that have none of their own. Not given: our address of the session',
  ),
  nexthopIpv6: address(
    {
      flag: 'nexthop-ipv6',
      environment: '',
      help: 'the same of IPv6 routes. Where there is none, the family is held',
    },
    (of) => isHost(of) && familyOf(of) === 'ipv6' && !needsZone(of),
    'a unicast IPv6 address of a host',
  ),
  ...ATTRIBUTE_OPTIONS,
  only: prefixes({
    flag: 'only',
    environment: '',
    default: [],
    help: 'only routes inside this prefix go to it; repeatable. None given: all',
  }),
  maxPrefix: integer(
    {
      flag: 'max-prefix',
      environment: '',
      default: 0,
      help: 'warn when it sends more routes than this; they are counted and not kept. Not given: never',
    },
    { least: 0, most: 999_999_999 },
  ),
  extendedMessage: toggle({
    flag: 'extended-message',
    environment: '',
    help: 'messages of more than 4096 octets (RFC 8654) where it takes them. On unless false',
  }),
  extendedNextHop: toggle({
    flag: 'extended-next-hop',
    environment: '',
    help: 'IPv4 routes over an IPv6 next hop (RFC 8950). Not given: on for a session over IPv6',
  }),
  addPath: toggle({
    flag: 'add-path',
    environment: '',
    help: 'several next hops of a prefix, where it takes them (RFC 7911). Not given: in the families that have several',
  }),
  gracefulRestart: seconds(
    {
      flag: 'graceful-restart',
      environment: '',
      default: ms(0),
      help: 'it keeps our routes for so long when we restart (RFC 4724). Not given: off',
    },
    { least: ms(1_000), most: LONGEST_RESTART, hasZero: true },
  ),
} as const;

export type PeerKey = keyof typeof PEER_OPTIONS;
export const PEER_KEYS = Object.keys(PEER_OPTIONS) as PeerKey[];
type ValueOf<T> = T extends Option<infer V> ? V : never;
/** What is given of the keys. */
export type PeerValues = { readonly [Key in PeerKey]?: ValueOf<(typeof PEER_OPTIONS)[Key]> };
