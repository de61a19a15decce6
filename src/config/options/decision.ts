/** When a service is announced and withdrawn. */
import { LONGEST_DURATION, ms } from '../../model/millis.ts';
import { choice, duration, integer, toggle } from '../option-plain.ts';

const MOST_PENALTY = 1_000_000;

export const DECISION_OPTIONS = {
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
  noDampening: toggle({
    flag: 'no-dampening',
    environment: 'HA2BGP_NO_DAMPENING',
    help: 'flapping has no consequence besides the delays',
  }),
  dampeningPenalty: integer(
    {
      flag: 'dampening-penalty',
      environment: 'HA2BGP_DAMPENING_PENALTY',
      default: 1_000,
      help: 'what it costs a service to go; half of it when the withdraw delay hid that. Coming up costs nothing',
    },
    { least: 1, most: MOST_PENALTY },
  ),
  dampeningSuppress: integer(
    {
      flag: 'dampening-suppress',
      environment: 'HA2BGP_DAMPENING_SUPPRESS',
      default: 3_000,
      help: 'a service with a higher penalty is not announced, whatever its health',
    },
    { least: 1, most: MOST_PENALTY },
  ),
  dampeningReuse: integer(
    {
      flag: 'dampening-reuse',
      environment: 'HA2BGP_DAMPENING_REUSE',
      default: 1_000,
      help: 'a suppressed service is announced again when its penalty has decayed to this',
    },
    { least: 1, most: MOST_PENALTY },
  ),
  dampeningHalfLife: duration(
    {
      flag: 'dampening-half-life',
      environment: 'HA2BGP_DAMPENING_HALF_LIFE',
      default: ms(20_000),
      help: 'in so long a penalty decays to its half',
    },
    { least: ms(100), most: LONGEST_DURATION },
  ),
  dampeningMaxSuppress: duration(
    {
      flag: 'dampening-max-suppress',
      environment: 'HA2BGP_DAMPENING_MAX_SUPPRESS',
      default: ms(60_000),
      help: 'a service is suppressed for at most so long after it last went',
    },
    { least: ms(100), most: LONGEST_DURATION },
  ),
  dampeningAction: choice(
    {
      flag: 'dampening-action',
      environment: 'HA2BGP_DAMPENING_ACTION',
      default: 'withdraw',
      help: 'withdraw a service that is suppressed, or only say so in the log',
    },
    ['withdraw', 'log'],
  ),
} as const;
