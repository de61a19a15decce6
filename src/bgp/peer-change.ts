/**
 * What a change of a peer's settings means for its session, PURE. What is only about what is said, or about what comes after
 * this session, leaves it as it is; everything else was agreed in an OPEN, or is a property of the connection.
 */
import type { PeerSettings } from '../model/peer.ts';

/** A session lives on when they change. */
const SOFT: readonly (keyof PeerSettings)[] = ['attributes', 'only', 'nextHop', 'maxPrefix', 'connectRetry'];

/** `softly`: without an end of the session. */
export function changeOf(before: PeerSettings, after: PeerSettings): 'none' | 'softly' | 'anew' {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof PeerSettings>;
  const changed = [...names].filter((name) => textOf(before, name) !== textOf(after, name));
  if (changed.length === 0) return 'none';
  return changed.every((name) => SOFT.includes(name)) ? 'softly' : 'anew';
}

export const hasOtherPassword = (before: PeerSettings, after: PeerSettings): boolean =>
  before.password?.reveal() !== after.password?.reveal();

const textOf = (settings: PeerSettings, name: keyof PeerSettings): string | undefined =>
  // What it is would not stand in a text.
  name === 'password' ? settings.password?.reveal() : JSON.stringify(settings[name], sorted);

/** What is said in another order is the same. */
const sorted = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
    : value;
