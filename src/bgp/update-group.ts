/**
 * Update groups, PURE: sessions on which everything is said in the same words. What one of them has packed, the others
 * send as it is: a table that goes to ten peers is packed once.
 *
 * Only for as long as nothing changes: what is packed is kept until the routes are others, or until everybody has it, so
 * that a peer that reads nothing costs no more than one table.
 */
import { isLoopback } from '../model/address.ts';
import type { Negotiated } from './negotiate.ts';
import type { Terms, Unsaid } from './path-attributes.ts';
import type { Place } from './rib-reader.ts';

/** How many prefixes were announced and withdrawn. */
export interface Said {
  readonly announced: number;
  readonly withdrawn: number;
}

export interface Packed {
  readonly messages: readonly Uint8Array[];
  /** Where a reader is that has told them. */
  readonly place: Place;
  /** How many routes the peer has more. */
  readonly more: number;
  readonly counts: Said;
  /** Why routes are not among them, nor were before. */
  readonly unsaid: readonly Unsaid[];
}

export interface UpdateGroup {
  /** What another session of the group has packed from that mark on: see `Reader`. */
  take(mark: number, version: number): Packed | undefined;
  keep(mark: number, version: number, packed: Packed): void;
  leave(): void;
}

export type UpdateGroups = (terms: Terms) => UpdateGroup;

interface Group {
  members: number;
  version: number;
  /** By the mark from which they start, and for how many sessions. */
  readonly packed: Map<number, { readonly it: Packed; left: number }>;
}

export function createUpdateGroups(): UpdateGroups {
  const groups = new Map<string, Group>();
  return (terms) => {
    const key = keyOf(terms);
    const group = groups.get(key) ?? { members: 0, version: 0, packed: new Map() };
    groups.set(key, group);
    group.members++;

    function renew(version: number): void {
      if (group.version === version) return;
      group.version = version;
      group.packed.clear();
    }

    return {
      take(mark, version) {
        renew(version);
        const found = group.packed.get(mark);
        if (found === undefined) return undefined;
        if (--found.left === 0) group.packed.delete(mark);
        return found.it;
      },
      keep(mark, version, it) {
        renew(version);
        if (group.members > 1) group.packed.set(mark, { it, left: group.members - 1 });
      },
      leave() {
        if (--group.members <= 1) group.packed.clear();
        if (group.members === 0) groups.delete(key);
      },
    };
  };
}

/**
 * What has no part in what a session says; everything else has, also what is yet to come. The peer's address has one where
 * a route names it (`Rib.names`), and such a session packs for itself.
 */
const SILENT_SETTINGS = [
  ...(['address', 'device', 'port', 'localAddress', 'passive', 'password', 'ttlSecurity', 'multihop'] as const),
  ...(['holdTime', 'connectRetry', 'maxPrefix', 'gracefulRestart'] as const),
] as const satisfies readonly (keyof Terms['settings'])[];
const SILENT_NEGOTIATED = [
  ...(['holdTime', 'peerAs', 'peerRouterId', 'peerOpen', 'longestReceived', 'gracefulRestart'] as const),
] as const satisfies readonly (keyof Negotiated)[];

function keyOf({ settings, negotiated, local }: Terms): string {
  const without = (of: object, names: readonly string[]): object =>
    Object.fromEntries(
      Object.entries(of)
        .filter(([name]) => !names.includes(name))
        .map(([name, value]) => [name, value instanceof Set ? [...value] : value])
        .sort(([one], [other]) => (String(one) < String(other) ? -1 : 1)),
    );
  const isOwnNextHop = Object.values(settings.nextHop).includes(settings.address);
  return JSON.stringify([
    ...[without(settings, SILENT_SETTINGS), without(negotiated, SILENT_NEGOTIATED)],
    ...[without(local, []), isLoopback(settings.address), isOwnNextHop],
  ]);
}
