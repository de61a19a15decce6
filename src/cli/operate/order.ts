/** The order in which services are listed, PURE: IPv4 before IPv6, then by number, then the shorter prefix first. */
import { addressToBytes, familyOf, lengthOf, networkAddress, type Prefix } from '../../model/address.ts';

/** Texts of it sort as the prefixes do. */
export function orderKey(prefix: Prefix): string {
  const address = networkAddress(prefix);
  const length = String(lengthOf(prefix)).padStart(3, '0');
  if (familyOf(prefix) === 'ipv4')
    return `4 ${address
      .split('.')
      .map((octet) => octet.padStart(3, '0'))
      .join('')} ${length}`;
  return `6 ${Buffer.from(addressToBytes(address)).toString('hex')} ${length}`;
}

export function inOrder<T extends { readonly prefix: Prefix }>(all: readonly T[]): T[] {
  return all
    .map((each) => [orderKey(each.prefix), each] as const)
    .sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
    .map(([, each]) => each);
}
