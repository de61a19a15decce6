/** Why routes go to nobody on a session, PURE, in a sentence for people. */
import type { Family } from '../model/address.ts';
import type { Held } from './path-attributes.ts';

/** What to do about it. */
export function heldSentence(why: Held, family: Family): string {
  switch (why) {
    case 'family-not-negotiated':
      return 'the peer does not take the family';
    case 'next-hop-missing':
      return `no ${family === 'ipv4' ? 'IPv4' : 'IPv6'} address of ours on this session: give the peer a nexthop-${family}, or leave the family out`;
    case 'extended-next-hop-not-negotiated':
      return 'the peer takes no IPv6 next hop for IPv4 (RFC 8950): give it a nexthop-ipv4';
    case 'too-long':
      return 'with its attributes a prefix fits into no message';
    default:
      return why satisfies never;
  }
}
