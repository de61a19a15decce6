/** What is said of a route, and of how many. */
import { integer, nextHops, toggle } from '../option.ts';

export const ROUTE_OPTIONS = {
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
  maxRoutes: integer(
    {
      flag: 'max-routes',
      environment: 'HA2BGP_MAX_ROUTES',
      default: 1_000,
      help: 'most addresses announced at once; the next ones are held',
    },
    { least: 1, most: 1_000_000 },
  ),
} as const;
