/** The order in which services are listed, PURE: IPv4 before IPv6, then by number, then the shorter prefix first. */
import { addressToBytes, familyOf, lengthOf, networkAddress, type Prefix } from '../../model/address.ts';

/** Texts of it sort as the prefixes do. */
export function orderKey(prefix: Prefix): string {
  const bytes = addressToBytes(networkAddress(prefix));
  const digits = Buffer.from(bytes).toString('hex');
  return `${familyOf(prefix)} ${digits} ${String(lengthOf(prefix)).padStart(3, '0')}`;
}

export function inOrder<T extends { readonly prefix: Prefix }>(all: readonly T[]): T[] {
  return all
    .map((each) => [orderKey(each.prefix), each] as const)
    .sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
    .map(([, each]) => each);
}
