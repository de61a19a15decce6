/** What people say by hand, with everything that a test doesn't care about as it mostly is. */
import type { Prefix } from '../../src/model/address.ts';
import type { Event } from '../../src/model/event.ts';
import { ms } from '../../src/model/millis.ts';
import type { Drain, DrainTarget, Override, OverrideKey, SetByHand } from '../../src/model/override.ts';
import type { ServiceId } from '../../src/model/service.ts';

interface When {
  readonly by?: string;
  readonly why?: string;
  readonly at?: number;
  readonly until?: number | undefined;
}

const said = ({ by = 'anna', why = '', at = 0, until }: When) => ({
  ...{ by, why, at: ms(at), until: until === undefined ? undefined : ms(until) },
});

/** `all`, a prefix, or `service NAME`. */
export function targetOf(text: string): DrainTarget {
  if (text === 'all') return { type: 'all' };
  return text.startsWith('service ')
    ? { type: 'service', service: text.slice('service '.length) as ServiceId }
    : { type: 'prefix', prefix: text as Prefix };
}

/** A minute from the order to the withdraw. */
export const drain = (target: string, when: When & { readonly withdrawAt?: number } = {}): Drain => ({
  kind: 'drain',
  ...said(when),
  target: targetOf(target),
  withdrawAt: ms(when.withdrawAt ?? (when.at ?? 0) + 60_000),
});

export const set = (kind: 'up' | 'down', prefix: string, when: When = {}): SetByHand => ({
  kind,
  ...said(when),
  prefix: prefix as Prefix,
});

export const overridden = (
  at: number,
  {
    added = [],
    removed = [],
    isKept = false,
  }: {
    readonly added?: readonly Override[];
    readonly removed?: readonly string[];
    readonly isKept?: boolean;
  },
): Event => ({ type: 'overridden', at: ms(at), by: 'anna', added, removed: removed as OverrideKey[], isKept });
