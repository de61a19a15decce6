/** Addresses of IPv6, from /proc/net/if_inet6, PURE: if6_seq_show in net/ipv6/addrconf.c. */
import type { IpAddress } from '../../model/address.ts';
import type { AssignedAddress } from '../../model/facts.ts';
import { addressState } from '../netlink/rtnetlink.ts';
import { eachLine } from './lines.ts';
import { addressOfDigits } from './words.ts';

export interface Inet6Row {
  readonly device: string;
  readonly deviceIndex: number;
  readonly address: IpAddress;
  readonly length: number;
  readonly state: AssignedAddress['state'];
}

//  address, interface index, prefix length, scope, flags (all hexadecimal), name
const ROW = /^([0-9a-f]{32}) ([0-9a-f]{2,8}) ([0-9a-f]{2}) [0-9a-f]{2} ([0-9a-f]{2,8}) +([^ ]+)$/;

/** Throws `BytesError`. */
export function parseInet6(text: string): Inet6Row[] {
  const found: Inet6Row[] = [];
  eachLine(text, (line) => {
    const [, digits = '', index = '', lengthDigits = '', flags = '', device = ''] = ROW.exec(line) ?? [];
    const length = Number.parseInt(lengthDigits, 16);
    if (!(length <= 128)) return false;
    const state = addressState(Number.parseInt(flags, 16));
    found.push({ device, deviceIndex: Number.parseInt(index, 16), address: addressOfDigits(digits), length, state });
    return true;
  });
  return found;
}
