/** Policy: the settings that the core decides by. */
import type { Family, Prefix } from './address.ts';
import type { ListenFilter } from './listen-filter.ts';
import type { Millis } from './millis.ts';
import type { RouteAttributes, RouteScope } from './route.ts';
import type { DeclaredService } from './service.ts';

/** For which addresses a listener on the wildcard address stands: service addresses, every one of the host's, or none. */
export type WildcardRule = 'host-routes' | 'all' | 'off';

/** Flap dampening (RFC 2439). Penalties have no unit: they are compared with one another. */
export interface DampeningPolicy {
  /** What it costs to go; half of it when the withdraw delay hid that. */
  readonly penalty: number;
  /** Above it a service is suppressed. */
  readonly suppress: number;
  /** At it one that is suppressed is announced again. */
  readonly reuse: number;
  readonly halfLife: Millis;
  /** A penalty never grows beyond what decays to `reuse` in so long. */
  readonly maxSuppress: Millis;
  /** Whether a suppressed service is withdrawn, or only spoken of in the log. */
  readonly action: 'withdraw' | 'log';
}

export interface StaticRoutes {
  /** What each is announced with; `undefined` where its family cannot be announced, for want of a next hop. */
  readonly routes: ReadonlyMap<Prefix, RouteAttributes | undefined>;
  /** The objects among them, by names: a snapshot refers to them. */
  readonly attributes: Readonly<Record<string, RouteAttributes>>;
}

export const NO_STATICS: StaticRoutes = { routes: new Map(), attributes: {} };

export interface Policy {
  /** Discovered addresses and AnyIP prefixes are announced only inside one of them. */
  readonly networks: readonly Prefix[];
  /** Prefixes that are announced as they are, while something inside them is served; those of local services too. */
  readonly announce: ReadonlySet<Prefix>;
  /** The service of a prefix, where one was declared; it may have several. */
  readonly services: ReadonlyMap<Prefix, DeclaredService>;
  /** Prefixes that are announced for as long as this process runs. */
  readonly statics: StaticRoutes;
  /** Whether the local routes of an administrator are announced as they are. */
  readonly anyip: boolean;
  /** Which listeners count. */
  readonly listenFilter: ListenFilter;
  /** Each of them has to have a listener as well. */
  readonly require: readonly ListenFilter[];
  readonly wildcard: WildcardRule;
  /** Only addresses of this device count; empty for all. */
  readonly device: string;
  /** Only addresses whose label matches count (fnmatch(3) pattern); empty for all. */
  readonly deviceLabel: string;
  /** Whether a device has to have a carrier, besides being up. */
  readonly requireCarrier: boolean;
  /** How long a listener's accept queue may be full before the listener counts as gone; `undefined` for ever. */
  readonly acceptQueueFull: Millis | undefined;
  /** Nothing shorter is announced. */
  readonly shortestPrefix: Readonly<Record<Family, number>>;
  /** Continuous health before an announce. */
  readonly announceDelay: Millis;
  /** How long a listener may be gone before its address is withdrawn. */
  readonly withdrawDelay: Millis;
  /** The same for the address itself, or its link. */
  readonly addressWithdrawDelay: Millis;
  /** `undefined`: flapping has no consequence. */
  readonly dampening: DampeningPolicy | undefined;
  /** What becomes of what is announced when the kernel could not be read for `staleAfter`. */
  readonly onDiscoveryError: 'hold' | 'withdraw';
  readonly staleAfter: Millis;
  /** Most discovered routes announced at once; those of `announce` come on top. */
  readonly maxRoutes: { readonly discovered: number; readonly declared: number };
  /** `undefined`: a family that cannot be announced, because nobody said with which next hop. */
  readonly attributes: { readonly ipv4: RouteAttributes; readonly ipv6: RouteAttributes | undefined };
  /** To whom every route is announced; to every neighbor when left out. */
  readonly scope?: RouteScope;
}
