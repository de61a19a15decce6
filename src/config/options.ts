/**
 * The option table: flag, configuration key, environment name, type, default, unit and one line of help, in this one
 * place. `--help`, `check`, the environment and the validator come from it; `docs/configuration.md` is held against it.
 */
import type { ListenFilter } from '../model/listen-filter.ts';
import { parseListenFilter } from '../model/listen-filter-parser.ts';
import { LONGEST_DURATION, ms } from '../model/millis.ts';
import {
  announcedPrefixes,
  choice,
  choices,
  duration,
  durationOr,
  integer,
  lengths,
  listenFilter,
  listenFilters,
  name,
  nextHops,
  type Option,
  prefixes,
  toggle,
} from './option.ts';
import { servicePorts } from './services-file.ts';

const DEFAULT_FILTER = 'sport = :80 or sport = :443';

export const OPTIONS = {
  network: prefixes({
    flag: 'network',
    short: 'n',
    environment: 'HA2BGP_NETWORK_FILTER',
    default: [],
    help: 'announce addresses inside this prefix; repeatable. Neither it nor --announce: 127.0.0.0/8, to try things out',
  }),
  announce: announcedPrefixes({
    flag: 'announce',
    short: 'a',
    environment: 'HA2BGP_ANNOUNCE',
    default: [],
    help: 'announce this prefix as it is, while something that counts listens inside it; repeatable, needs no --network',
  }),
  anyip: toggle({
    flag: 'anyip',
    environment: 'HA2BGP_ANYIP',
    help: "announce an administrator's local routes inside --network as they are, while something listens inside them",
  }),
  shortestPrefix: lengths({
    flag: 'shortest-prefix',
    environment: 'HA2BGP_SHORTEST_PREFIX',
    default: { ipv4: 16, ipv6: 32 },
    help: 'announce nothing shorter than this, one a family; repeatable',
  }),
  listenFilter: listenFilter(
    {
      flag: 'listen-filter',
      short: 'l',
      environment: 'HA2BGP_LISTEN_FILTER',
      default: builtIn(DEFAULT_FILTER),
      help: 'which listening sockets count, in the words of ss(8). None given: what any --require matches, else the default',
    },
    servicePorts,
  ),
  require: listenFilters(
    {
      flag: 'require',
      environment: 'HA2BGP_REQUIRE',
      default: [],
      help: 'a filter which has to have a listener of its own besides; repeatable: "80 and 443"',
    },
    servicePorts,
  ),
  protocol: choices(
    {
      flag: 'protocol',
      environment: 'HA2BGP_PROTOCOL',
      default: ['tcp'],
      help: 'listening TCP sockets, bound and unconnected UDP sockets, or both (tcp,udp)',
    },
    ['tcp', 'udp'],
  ),
  wildcard: choice(
    {
      flag: 'wildcard',
      environment: 'HA2BGP_WILDCARD',
      default: 'host-routes',
      help: 'what listeners on 0.0.0.0 or :: stand for. host-routes: addresses assigned as /32, /128 or on loopback or dummy devices',
    },
    ['host-routes', 'all', 'off'],
  ),
  acceptQueueFull: durationOr(
    'off',
    {
      flag: 'accept-queue-full',
      environment: 'HA2BGP_ACCEPT_QUEUE_FULL',
      default: 'off',
      help: 'a TCP listener whose accept queue stays full for so long is down: its process hangs',
    },
    { least: ms(100), most: LONGEST_DURATION },
  ),
  device: name(
    {
      flag: 'device',
      environment: 'HA2BGP_DEVICE',
      default: '',
      help: 'only addresses of this network device count',
    },
    'name',
    15, // IFNAMSIZ without its NUL
  ),
  deviceLabel: name(
    {
      flag: 'device-label',
      environment: 'HA2BGP_DEVICE_LABEL',
      default: '',
      help: 'only addresses whose label matches this pattern count, such as "lo:*"',
    },
    'pattern',
    64,
  ),
  requireCarrier: toggle({
    flag: 'require-carrier',
    environment: 'HA2BGP_REQUIRE_CARRIER',
    help: 'addresses count only while their device has a carrier; without it, while the device is set up',
  }),
  netns: name(
    {
      flag: 'netns',
      environment: 'HA2BGP_NETNS',
      default: '',
      help: 'look into this network namespace: a name of ip-netns(8), or the path of a namespace file',
    },
    'name|path',
    255,
  ),
  nexthop: nextHops({
    flag: 'nexthop',
    short: 't',
    environment: 'HA2BGP_NEXTHOP',
    default: [],
    help: 'next hop of what is announced, one a family; repeatable. None given: self for IPv4, nothing for IPv6',
  }),
  nexthopSelfIpv6: toggle({
    flag: 'nexthop-self-ipv6',
    environment: 'HA2BGP_NEXTHOP_SELF_IPV6',
    help: 'every BGP session of ExaBGP runs over IPv6, so that IPv6 routes may say "next-hop self"',
  }),
  announceDelay: duration(
    {
      flag: 'announce-delay',
      environment: 'HA2BGP_ANNOUNCE_DELAY',
      default: ms(6_000),
      help: 'how long a service has to be up without a break before it is announced',
    },
    { least: ms(0), most: LONGEST_DURATION },
  ),
  withdrawDelay: duration(
    {
      flag: 'withdraw-delay',
      environment: 'HA2BGP_WITHDRAW_DELAY',
      default: ms(3_000),
      help: 'how long its listener may be gone before it is withdrawn: a restart is no outage',
    },
    { least: ms(0), most: LONGEST_DURATION },
  ),
  addressWithdrawDelay: duration(
    {
      flag: 'address-withdraw-delay',
      environment: 'HA2BGP_ADDRESS_WITHDRAW_DELAY',
      default: ms(0),
      help: 'the same when the address itself goes, or its device: traffic drawn to a host without the address loops',
    },
    { least: ms(0), most: LONGEST_DURATION },
  ),
  maxRoutes: integer(
    {
      flag: 'max-routes',
      environment: 'HA2BGP_MAX_ROUTES',
      default: 1_000,
      help: 'most addresses announced at once; the next ones are held',
    },
    { least: 1, most: 1_000_000 },
  ),
  interval: durationOr(
    'auto',
    {
      flag: 'interval',
      environment: 'HA2BGP_INTERVAL',
      default: 'auto',
      help: 'how often the kernel is asked what listens. auto: 100ms, with hints 250ms, from /proc 1s; less often where that is expensive',
    },
    { least: ms(10), most: ms(10_000) },
  ),
  hints: choice(
    {
      flag: 'hints',
      environment: 'HA2BGP_HINTS',
      default: 'auto',
      help: 'what says that a listener may have come or gone before the interval does. auto: tracefs where permitted, else none',
    },
    ['auto', 'tracefs', 'destroy', 'none'],
  ),
  discoverySource: choice(
    {
      flag: 'discovery-source',
      environment: 'HA2BGP_DISCOVERY_SOURCE',
      default: 'auto',
      help: 'where facts are read. auto: netlink, and /proc where netlink cannot be had',
    },
    ['auto', 'netlink', 'proc'],
  ),
  onDiscoveryError: choice(
    {
      flag: 'on-discovery-error',
      environment: 'HA2BGP_ON_DISCOVERY_ERROR',
      default: 'hold',
      help: 'when the kernel could not be read for --stale-after: hold what is announced, or withdraw it',
    },
    ['hold', 'withdraw'],
  ),
  staleAfter: duration(
    {
      flag: 'stale-after',
      environment: 'HA2BGP_STALE_AFTER',
      default: ms(30_000),
      help: 'how long the last facts are good while the kernel cannot be read; then it is said again, and see above',
    },
    { least: ms(0), most: LONGEST_DURATION },
  ),
  bgpBackend: choice(
    {
      flag: 'bgp-backend',
      environment: 'HA2BGP_BGP_BACKEND',
      default: 'exabgp',
      help: 'exabgp: commands on stdout, replies on stdin. test: the same commands, stdin is not read',
    },
    ['exabgp', 'test'],
    { exabgptest: 'test' },
  ),
  logFormat: choice(
    {
      flag: 'log-format',
      environment: 'HA2BGP_LOG_FORMAT',
      default: 'auto',
      help: 'format of the log on stderr. auto: text on a terminal and under ExaBGP, JSON otherwise',
    },
    ['auto', 'text', 'json'],
  ),
  logLevel: choice(
    {
      flag: 'log-level',
      environment: 'HA2BGP_LOG_LEVEL',
      default: 'info',
      help: 'least level that is logged',
    },
    ['debug', 'info', 'warn', 'error'],
  ),
  debug: toggle({
    flag: 'debug',
    short: 'd',
    environment: 'HA2BGP_DEBUG',
    help: 'the same as --log-level debug',
  }),
  noColor: toggle({
    flag: 'no-color',
    environment: 'HA2BGP_NO_COLOR',
    help: 'no colours in the log (nor where NO_COLOR is set, or stderr is no terminal)',
  }),
} as const;

export type OptionName = keyof typeof OPTIONS;
type ValueOf<T> = T extends Option<infer V> ? V : never;
export type Settings = { readonly [Name in OptionName]: ValueOf<(typeof OPTIONS)[Name]> };
export const OPTION_NAMES = Object.keys(OPTIONS) as OptionName[];

/** Flags of HA2BGP that cannot be taken over, and what to do instead. */
export const REFUSED_FLAGS: Readonly<Record<string, string>> = {
  socket: 'HA2BGP never read the HAProxy socket, and ha2bgp has no use for it: leave it out',
};

function builtIn(text: string): ListenFilter {
  const parsed = parseListenFilter(text);
  if ('problem' in parsed) throw new Error(`built-in filter: ${parsed.problem.expected}`);
  return parsed.filter;
}
