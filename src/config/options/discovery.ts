/** How the kernel is read, and what becomes of it when that fails. */
import { LONGEST_DURATION, ms } from '../../model/millis.ts';
import { choice, duration, durationOr } from '../option-plain.ts';

export const DISCOVERY_OPTIONS = {
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
} as const;
