/**
 * Overrides: what people say of services by hand, or push from outside, above what is found. The verdict stage follows them.
 *
 * A *drain* covers every service inside its target, and goes over all else: first the routes are told with graceful shutdown
 * (RFC 8326), then they are withdrawn. *Up* and *down* are for one prefix.
 */
import type { Prefix } from './address.ts';
import type { Millis } from './millis.ts';
import type { ServiceId } from './service.ts';

/** `all`: whatever there is, and what comes. A prefix: every service inside it. */
export type DrainTarget =
  | { readonly type: 'all' }
  | { readonly type: 'prefix'; readonly prefix: Prefix }
  | { readonly type: 'service'; readonly service: ServiceId };

interface Said {
  /** Who: a user of this host, `token`, or the name in a certificate. */
  readonly by: string;
  /** Why, in their words; empty when they gave none. One line. */
  readonly why: string;
  readonly at: Millis;
  /** When it ends by itself; `undefined` for never. */
  readonly until: Millis | undefined;
}

export interface Drain extends Said {
  readonly kind: 'drain';
  readonly target: DrainTarget;
  /** Until then what is announced stays, less preferred; then it is withdrawn. */
  readonly withdrawAt: Millis;
}

export interface SetByHand extends Said {
  /**
   * `up` stands in for listener, checks, delays and dampening, never for the address on the host or what the settings
   * forbid. `down` is withdrawn at once.
   */
  readonly kind: 'up' | 'down';
  readonly prefix: Prefix;
}

export type Override = Drain | SetByHand;

/** What was said, or has ended by itself, for those who ask later what happened. */
export interface SaidByHand {
  readonly what: (typeof SAID_BY_HAND)[number];
  /** As people write it: `all`, a prefix, a service's name. */
  readonly target: string;
  /** Of what has ended by itself: who had said it. */
  readonly by: string;
  readonly why: string;
}

export const SAID_BY_HAND = [
  'drained',
  'undrained',
  'drain-over',
  'set-up',
  'set-down',
  'set-auto',
  'set-over',
] as const;

declare const overrideKey: unique symbol;
/** `drain all`, `drain 192.0.2.0/24`, `drain service dns`, `set 192.0.2.1/32`. A later one of the same key replaces it. */
export type OverrideKey = string & { readonly [overrideKey]: true };

export const overrideKeyOf = (of: Override): OverrideKey =>
  (of.kind === 'drain' ? drainKey(of.target) : setKey(of.prefix)) as OverrideKey;

export function drainKey(target: DrainTarget): OverrideKey {
  switch (target.type) {
    case 'all':
      return 'drain all' as OverrideKey;
    case 'prefix':
      return `drain ${target.prefix}` as OverrideKey;
    case 'service':
      return `drain service ${target.service}` as OverrideKey;
    default:
      return target satisfies never;
  }
}

/** As people write it: `all`, a prefix, a service's name. */
export function targetText(target: DrainTarget): string {
  switch (target.type) {
    case 'all':
      return 'all';
    case 'prefix':
      return target.prefix;
    case 'service':
      return target.service;
    default:
      return target satisfies never;
  }
}

export const setKey = (prefix: Prefix): OverrideKey => `set ${prefix}` as OverrideKey;
