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

export interface DeclaredService {
  readonly id: ServiceId;
  readonly check: Check;
  readonly probe: Probe;
  /** Every prefix of the service, in the order in which it is told. */
  readonly prefixes: readonly Prefix[];
  /** A prefix that a state leaves out is withdrawn in it. */
  readonly routes: Readonly<Record<ServiceState, StateRoutes>>;
  /** Commands for the shell, run one after the other when the check comes into the state. */
  readonly hooks: Readonly<Record<CheckState, readonly string[]>>;
  /** Whether its addresses are given to this host before an announce, and taken from it after a withdraw. */
  readonly addressesWhileUp: boolean;
}
