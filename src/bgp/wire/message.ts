/** A message of BGP-4, PURE, as it is decoded and encoded: RFC 4271 §4, RFC 2918. */
import type { Family } from '../../model/address.ts';
import type { Notification } from './notification.ts';
import type { Open } from './open.ts';
import type { RouteRefresh } from './route-refresh.ts';
import type { Fault, Outcome, Update } from './update.ts';

export type Message =
  | { readonly type: 'open'; readonly open: Open }
  /** `outcome`: what becomes of it (RFC 7606); what resets the session is no message. */
  | {
      readonly type: 'update';
      readonly update: Update;
      readonly outcome: Exclude<Outcome, 'reset'>;
      readonly faults: readonly Fault[];
    }
  | { readonly type: 'notification'; readonly notification: Notification }
  | { readonly type: 'keepalive' }
  | { readonly type: 'routeRefresh'; readonly routeRefresh: RouteRefresh };

/** What of a session has to be known to read or write its messages. */
export interface WireContext {
  /** Octets of an AS number in AS_PATH and AGGREGATOR (RFC 6793): 4 when both sides have the capability. */
  readonly asOctets: 2 | 4;
  /** The most octets of a message: 4,096, or 65,535 (RFC 8654). */
  readonly longestMessage: number;
  /** Families in which a path identifier stands before each prefix that is *received* (RFC 7911). */
  readonly addPathReceived: ReadonlySet<Family>;
  /** eBGP: LOCAL_PREF and the reflection attributes are not expected (RFC 7606 §7.5, §7.9, §7.10). */
  readonly isExternal: boolean;
}
