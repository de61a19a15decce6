/** Capabilities, PURE: RFC 5492 §4, each with its own RFC. */
import type { Family } from '../../model/address.ts';

export type Capability =
  /** RFC 4760 §8. */
  | { readonly type: 'multiprotocol'; readonly afi: number; readonly safi: number }
  /** RFC 2918. */
  | { readonly type: 'routeRefresh' }
  /** RFC 8950 §4: which next hops go with which routes. */
  | {
      readonly type: 'extendedNextHop';
      readonly entries: readonly { readonly afi: number; readonly safi: number; readonly nextHopAfi: number }[];
    }
  /** RFC 8654. */
  | { readonly type: 'extendedMessage' }
  /** RFC 9234 §4.1. */
  | { readonly type: 'role'; readonly role: number }
  /** RFC 4724 §3, RFC 8538 §2. `time` in seconds. */
  | {
      readonly type: 'gracefulRestart';
      readonly isRestarting: boolean;
      readonly hasNotification: boolean;
      readonly time: number;
      readonly families: readonly { readonly afi: number; readonly safi: number; readonly isForwarding: boolean }[];
    }
  /** RFC 6793 §3. */
  | { readonly type: 'fourOctetAs'; readonly as: number }
  /** RFC 7911 §4. */
  | {
      readonly type: 'addPath';
      readonly entries: readonly {
        readonly afi: number;
        readonly safi: number;
        readonly mode: 'receive' | 'send' | 'both';
      }[];
    }
  /** RFC 7313. */
  | { readonly type: 'enhancedRouteRefresh' }
  /** Anything else, and one of the above whose value makes no sense (RFC 5492 §5: then it is ignored). */
  | { readonly type: 'unknown'; readonly code: number; readonly value: Uint8Array };

export const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];
