/** What can be said of a route: of all of them (`config/options/routes`), of those to one peer, and of static ones. */
import {
  parseCommunity,
  parseExtendedCommunity,
  parseLargeCommunity,
  WELL_KNOWN_COMMUNITIES,
} from '../../model/community.ts';
import { asPath, number32, words } from '../option-bgp.ts';

export const ATTRIBUTE_OPTIONS = {
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
      help: 'LOCAL_PREF of what is announced, towards iBGP neighbors: the highest wins. None given: 100',
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
} as const;
