/** When a service is announced and withdrawn. */
import { LONGEST_DURATION, ms } from '../../model/millis.ts';
import { duration } from '../option.ts';

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
} as const;
