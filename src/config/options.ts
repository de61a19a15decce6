/**
 * The option table: flag, configuration key, environment name, type, default, unit and one line of help, in this one
 * place. `--help`, `check`, the environment and the validator come from it; `docs/configuration.md` is held against it.
 */
import type { ListenFilter } from '../model/listen-filter.ts';
import { parseListenFilter } from '../model/listen-filter.ts';
import { LONGEST_DURATION, ms } from '../model/millis.ts';
import { choice, duration, integer, listenFilter, name, nextHops, type Option, prefixes, toggle } from './option.ts';

const DEFAULT_FILTER = 'sport = :80 or sport = :443';

export const OPTIONS = {
  network: prefixes({
    flag: 'network',
    short: 'n',
    environment: 'HA2BGP_NETWORK_FILTER',
    default: [],
    help: 'announce addresses inside this prefix; repeatable. None given: 127.0.0.0/8, to try things out',
  }),
  listenFilter: listenFilter({
    flag: 'listen-filter',
    short: 'l',
    environment: 'HA2BGP_LISTEN_FILTER',
    default: builtIn(DEFAULT_FILTER),
    help: 'which listening TCP sockets count, in the words of ss(8): "sport = :PORT", "or", parentheses',
  }),
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
  interval: duration(
    {
      flag: 'interval',
      environment: 'HA2BGP_INTERVAL',
      default: ms(250),
      help: 'how often the kernel is asked which sockets listen',
    },
    { least: ms(10), most: ms(10_000) },
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
