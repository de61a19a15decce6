/** How ExaBGP is spoken to, and what of that outlives the process. */
import { LONGEST_DURATION, ms } from '../../model/millis.ts';
import { choice, duration, name } from '../option-plain.ts';

export const EXABGP_OPTIONS = {
  reannounce: duration(
    {
      flag: 'reannounce',
      environment: 'HA2BGP_REANNOUNCE',
      default: ms(60_000),
      help: 'how often everything is announced again, for neighbors that ExaBGP was told of meanwhile; 0: only when one comes up',
    },
    { least: ms(0), most: LONGEST_DURATION },
  ),
  onExit: choice(
    {
      flag: 'on-exit',
      environment: 'HA2BGP_ON_EXIT',
      default: 'withdraw',
      help: 'at the end withdraw what is announced, or keep it for the next ha2bgp under the same ExaBGP: an upgrade',
    },
    ['withdraw', 'keep'],
  ),
  stateDir: name(
    {
      flag: 'state-dir',
      environment: 'HA2BGP_STATE_DIR',
      default: '',
      help: 'where what is announced is kept for a successor, or "none". Not given: $RUNTIME_DIRECTORY, else /run/ha2bgp',
    },
    'path|none',
    255,
  ),
  name: name(
    {
      flag: 'name',
      environment: 'HA2BGP_NAME',
      default: '',
      help: 'tells several ha2bgp on one host apart. Not given: made from what is announced and to whom',
    },
    'name',
    64,
  ),
} as const;
