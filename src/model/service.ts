/** Declared services: what is announced because a check says so, not because something was found listening. */
import type { Prefix } from './address.ts';
import type { Millis } from './millis.ts';
import type { RouteAttributes } from './route.ts';

declare const serviceId: unique symbol;
/** The service's name; unique among those of one process. */
export type ServiceId = string & { readonly [serviceId]: true };

/** Where a check stands. `init` before the first result, and after a service was disabled. */
export type CheckState = 'init' | 'rising' | 'up' | 'falling' | 'down' | 'disabled';

/** The states that have routes of their own. A service that rises or falls keeps those that it has. */
export type ServiceState = Extract<CheckState, 'up' | 'down' | 'disabled'>;

/** When a check decides, and how often it is made. */
export interface Check {
  /** So many passes in a row make a service up; 1 or less: the first. */
  readonly rise: number;
  /** So many failures in a row make it down. */
  readonly fall: number;
  /** From the end of one check to the start of the next. 0: the process has done its work once a state is told. */
  readonly interval: Millis;
  /** The same while the service rises or falls. */
  readonly fastInterval: Millis;
}

/** How a check is made. */
export interface Probe {
  /** For the shell; a check without one always passes. */
  readonly command: string | undefined;
  /** 0 for none. */
  readonly timeout: Millis;
  /** While this file exists the service is disabled, and no command is run. */
  readonly disableFile: string | undefined;
}

/** What stands in a `Route`, for every prefix that is announced in one state. */
export type StateRoutes = ReadonlyMap<Prefix, RouteAttributes>;

/** Prefixes with a name in common. */
interface Declared {
  readonly id: ServiceId;
  /** Every prefix of the service, in the order in which it is told. */
  readonly prefixes: readonly Prefix[];
}

/**
 * Its prefixes are announced as others are, by what is found on this host, and with what others are announced with; where it
 * has a check, only while that passes as well. `run` declares them.
 */
export interface LocalService extends Declared {
  readonly kind: 'local';
  /** `undefined`: nothing is checked, and it is a name. */
  readonly check: Check | undefined;
  readonly probe: Probe;
}

/** Its check alone decides, and each state has routes of its own. `healthcheck` declares one. */
export interface CheckedService extends Declared {
  readonly kind: 'checked';
  readonly check: Check;
  readonly probe: Probe;
  /** A prefix that a state leaves out is withdrawn in it. */
  readonly routes: Readonly<Record<ServiceState, StateRoutes>>;
  /** Commands for the shell, run one after the other when the check comes into the state. */
  readonly hooks: Readonly<Record<CheckState, readonly string[]>>;
  /** Whether its addresses are given to this host before an announce, and taken from it after a withdraw. */
  readonly addressesWhileUp: boolean;
}

export type DeclaredService = LocalService | CheckedService;
/** One that has a check. */
export type WatchedService = CheckedService | (LocalService & { readonly check: Check });

export const isWatched = (service: DeclaredService): service is WatchedService => service.check !== undefined;

export const isSameCheck = (one: WatchedService, other: WatchedService): boolean =>
  one.check.rise === other.check.rise &&
  one.check.fall === other.check.fall &&
  one.check.interval === other.check.interval &&
  one.check.fastInterval === other.check.fastInterval &&
  isSameProbe(one.probe, other.probe);

export const isSameProbe = (one: Probe, other: Probe): boolean =>
  one.command === other.command && one.timeout === other.timeout && one.disableFile === other.disableFile;
