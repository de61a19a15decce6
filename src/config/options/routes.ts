/** What is said of a route, to whom, and of how many. */
import {
  parseCommunity,
  parseExtendedCommunity,
  parseLargeCommunity,
  WELL_KNOWN_COMMUNITIES,
} from '../../model/community.ts';
import { asPath, neighbors, number32, words } from '../option-bgp.ts';
import { nextHops } from '../option-network.ts';
import { integerOr, toggle } from '../option-plain.ts';

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
  med: number32(
    {
      flag: 'med',
      environment: 'HA2BGP_MED',
      help: 'MULTI_EXIT_DISC of what is announced: among routes of one neighboring AS the lowest wins',
    },
    0,
  ),
  localPreference: number32(
    {
      flag: 'local-preference',
      environment: 'HA2BGP_LOCAL_PREFERENCE',
      help: 'LOCAL_PREF of what is announced, towards iBGP neighbors: the highest wins. None given: 100, by ExaBGP',
    },
    0,
  ),
  asPath: asPath({
    flag: 'as-path',
    environment: 'HA2BGP_AS_PATH',
    help: 'AS path, the nearest AS first; repeatable. Sent as it is: an eBGP neighbor expects the AS of its session first',
  }),
  community: words(
    {
      flag: 'community',
      environment: 'HA2BGP_COMMUNITY',
      argument: 'AS:number|word',
      help: 'community of what is announced, such as 65000:1 or no-export; repeatable',
    },
    parseCommunity,
    `AS:number up to 65535:65535, 0x and 8 digits, or ${WELL_KNOWN_COMMUNITIES.join(', ')}`,
  ),
  largeCommunity: words(
    {
      flag: 'large-community',
      environment: 'HA2BGP_LARGE_COMMUNITY',
      argument: 'AS:number:number',
      help: 'large community of what is announced, such as 65000:1:2; repeatable',
    },
    parseLargeCommunity,
    'three numbers up to 4294967295 such as 65000:1:2, without leading zeros',
  ),
  extendedCommunity: words(
    {
      flag: 'extended-community',
      environment: 'HA2BGP_EXTENDED_COMMUNITY',
      argument: 'type:AS:number',
      help: 'extended community of what is announced, such as target:65000:1 or origin:192.0.2.1:5; repeatable',
    },
    parseExtendedCommunity,
    'target:, origin: (AS:number or IPv4:number), target4:, origin4:, bandwidth: (AS:bytes a second), or 0x and 16 digits',
  ),
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
