/** SHELL: our own end of a session, and the link-local address that goes with it (RFC 2545 §3). */
import os from 'node:os';
import {
  hostPrefix,
  type IpAddress,
  isInside,
  needsZone,
  type Prefix,
  parseAddress,
  truncate,
} from '../model/address.ts';
import type { PeerSettings } from '../model/peer.ts';
import type { Negotiated } from './negotiate.ts';
import type { LocalEnd } from './path-attributes.ts';

/** RFC 2545 §3: the link-local address is told only to a peer on that link. */
export function localEndOf(address: IpAddress, settings: PeerSettings, { isExternal }: Negotiated): LocalEnd {
  if (!address.includes(':') || needsZone(address) || !isExternal || settings.multihop !== undefined)
    return { address };
  for (const found of Object.values(os.networkInterfaces())) {
    const own = found?.find((each) => parseAddress(each.address) === address);
    if (own === undefined || own.cidr === null || !isOnLink(settings.address, address, own.cidr)) continue;
    const linkLocal = found
      ?.map((each) => parseAddress(each.address))
      .find((each) => each !== undefined && needsZone(each));
    if (linkLocal !== undefined) return { address, linkLocal };
  }
  return { address };
}

function isOnLink(peer: IpAddress, own: IpAddress, cidr: string): boolean {
  const length = Number(cidr.slice(cidr.indexOf('/') + 1));
  return isInside(hostPrefix(peer), `${truncate(own, length)}/${length}` as Prefix);
}
