/** OPEN, PURE: RFC 4271 §4.2, RFC 5492, RFC 9072. */
import type { IpAddress } from '../../model/address.ts';
import type { Capability } from './capability.ts';

export interface Open {
  readonly version: number;
  /** My Autonomous System, two octets: AS_TRANS for a larger one (RFC 6793). */
  readonly as: number;
  /** Seconds. */
  readonly holdTime: number;
  readonly routerId: IpAddress;
  readonly capabilities: readonly Capability[];
}
