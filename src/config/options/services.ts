/** What counts as a service: which prefixes, listeners and addresses. */
import type { ListenFilter } from '../../model/listen-filter.ts';
import { parseListenFilter } from '../../model/listen-filter-parser.ts';
import { LONGEST_DURATION, ms } from '../../model/millis.ts';
import { listenFilter, listenFilters } from '../option-filter.ts';
import { announcedPrefixes, lengths, prefixes } from '../option-network.ts';
import { choice, choices, durationOr, name, toggle } from '../option-plain.ts';
import { services } from '../option-service.ts';
import { statics } from '../option-static.ts';
import { servicePorts } from '../services-file.ts';

const DEFAULT_FILTER = 'sport = :80 or sport = :443';

export const SERVICE_OPTIONS = {
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
  static: statics({
    flag: 'static',
    environment: 'HA2BGP_STATIC',
    default: [],
    help: 'announce these prefixes for as long as ha2bgp runs, whatever listens; repeatable, separated by ";" in the environment',
  }),
  service: services({
    flag: 'service',
    environment: 'HA2BGP_SERVICE',
    default: [],
    help: 'announce prefixes as --announce does, under a name, and only while a command passes if one is given; repeatable, ";" in the environment',
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
} as const;

function builtIn(text: string): ListenFilter {
  const parsed = parseListenFilter(text);
  if ('problem' in parsed) throw new Error(`built-in filter: ${parsed.problem.expected}`);
  return parsed.filter;
}
