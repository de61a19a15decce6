/** What is said of a route, to whom, and of how many. */
import { neighbors, number32 } from '../option-bgp.ts';
import { nextHops } from '../option-network.ts';
import { integerOr, toggle } from '../option-plain.ts';
import { ATTRIBUTE_OPTIONS } from './attributes.ts';

export const ROUTE_OPTIONS = {
  nexthop: nextHops({
    flag: 'nexthop',
    short: 't',
    environment: 'HA2BGP_NEXTHOP',
    default: [],
    help: 'next hop of what is announced, repeatable: one a family, of the speaker several (peers with ADD-PATH). None given: self for IPv4, nothing for IPv6',
  }),
  nexthopSelfIpv6: toggle({
    flag: 'nexthop-self-ipv6',
    environment: 'HA2BGP_NEXTHOP_SELF_IPV6',
    help: 'every BGP session of ExaBGP runs over IPv6, so that IPv6 routes may say "next-hop self"',
  }),
  ...ATTRIBUTE_OPTIONS,
  pathInformation: number32(
    {
      flag: 'path-information',
      environment: 'HA2BGP_PATH_INFORMATION',
      help: 'path identifier (ADD-PATH) of what is announced, for neighbors with which ExaBGP has agreed on that',
    },
    1,
  ),
  neighbor: neighbors({
    flag: 'neighbor',
    environment: 'HA2BGP_NEIGHBOR',
    help: 'announce to this neighbor of ExaBGP only; repeatable. None given: to every one that lists this process',
  }),
  maxRoutes: integerOr(
    'auto',
    {
      flag: 'max-routes',
      environment: 'HA2BGP_MAX_ROUTES',
      default: 'auto',
      help: 'most routes announced at once, of those that are found and of those that are declared; the next ones are held. auto: 1000 and 100000',
    },
    { least: 1, most: 1_000_000 },
  ),
} as const;
