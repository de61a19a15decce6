/**
 * What a peer announces to us: counted, not kept. We are no router.
 *
 * The count is of announcements less withdraws. A route that is announced a second time counts twice, since nobody knows
 * that it was there: good enough to warn that a peer sends a table to a speaker that only announces.
 */
import type { Family } from '../model/address.ts';
import { type PeerSettings, peerName } from '../model/peer.ts';
import type { Log } from '../runtime/log.ts';
import { AFI } from './wire/codes.ts';
import type { Nlri, Update } from './wire/update.ts';

export interface Received {
  /** `isWithdraw`: what it announces counts as withdrawn (RFC 7606 §2). */
  update(update: Update, isWithdraw: boolean): void;
  counts(): Readonly<Record<Family, number>>;
  /** Another limit: it is warned of once more. */
  change(settings: PeerSettings): void;
}

export function createReceived(first: PeerSettings, log: Log): Received {
  let settings = first;
  const counts = { ipv4: 0, ipv6: 0 };
  let isWarned = false;

  function count(nlri: Nlri, sign: 1 | -1): void {
    if (nlri.count === 0) return;
    const family: Family = nlri.afi === AFI.ipv4 ? 'ipv4' : 'ipv6';
    counts[family] = Math.max(0, counts[family] + sign * nlri.count);
  }

  return {
    update({ withdrawn, attributes, nlri }, isWithdraw) {
      const announced = isWithdraw ? -1 : 1;
      count(withdrawn, -1);
      count(nlri, announced);
      for (const attribute of attributes) {
        if (attribute.type === 'mpReach') count(attribute.nlri, announced);
        else if (attribute.type === 'mpUnreach') count(attribute.nlri, -1);
      }
      const { maxPrefix } = settings;
      const total = counts.ipv4 + counts.ipv6;
      if (maxPrefix === 0 || isWarned || total <= maxPrefix) return;
      isWarned = true;
      log.warn({ peer: peerName(settings), received: total, maxPrefix }, 'the peer announces more than expected');
    },
    counts: () => ({ ...counts }),
    change(next) {
      if (next.maxPrefix !== settings.maxPrefix) isWarned = false;
      settings = next;
    },
  };
}
