/** What is done to a running process by hand, and what of that outlives it. */
import { LONGEST_DURATION, ms } from '../../model/millis.ts';
import { duration, name } from '../option-plain.ts';

export const OPERATION_OPTIONS = {
  drainTime: duration(
    {
      flag: 'drain-time',
      environment: 'HA2BGP_DRAIN_TIME',
      default: ms(60_000),
      help: 'how long a drain says of a route that it is about to go (RFC 8326), before it withdraws it; 0: at once',
    },
    { least: ms(0), most: LONGEST_DURATION },
  ),
  dataDir: name(
    {
      flag: 'data-dir',
      environment: 'HA2BGP_DATA_DIR',
      default: '',
      help: 'where drains, what is set by hand, and history outlive a restart, or "none". Not given: $STATE_DIRECTORY, else /var/lib/ha2bgp',
    },
    'path|none',
    255,
  ),
} as const;
