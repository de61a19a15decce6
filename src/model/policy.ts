/** Policy: the settings that the core decides by. */
import type { Prefix } from './address.ts';
import type { ListenFilter } from './listen-filter.ts';
import type { Millis } from './millis.ts';
import type { RouteAttributes } from './route.ts';

export interface Policy {
  /** Only addresses inside one of them are announced. */
  readonly networks: readonly Prefix[];
  /** Which listeners count. */
  readonly listenFilter: ListenFilter;
  /** Only addresses of this device count; empty for all. */
  readonly device: string;
  /** Only addresses whose label matches count (fnmatch(3) pattern); empty for all. */
  readonly deviceLabel: string;
  /** Continuous health before an announce. */
  readonly announceDelay: Millis;
  /** How long a listener may be gone before its address is withdrawn. */
  readonly withdrawDelay: Millis;
  /** The same for the address itself, or its link. */
  readonly addressWithdrawDelay: Millis;
  /** Most routes announced at once. */
  readonly maxRoutes: number;
  /** `undefined`: a family that cannot be announced, because nobody said with which next hop. */
  readonly attributes: { readonly ipv4: RouteAttributes; readonly ipv6: RouteAttributes | undefined };
}
