/** Addresses as /proc shows them, PURE: 32-bit words in hexadecimal, read from memory in the host's byte order. */
import { HOST_IS_LITTLE_ENDIAN } from '../../bytes/reader.ts';
import { addressFromBytes, type IpAddress, unmap } from '../../model/address.ts';

/** 8 digits for IPv4, 32 for IPv6. IPv4 mapped into IPv6 is shown as IPv4. */
export function addressOfWords(digits: string, isLittleEndian = HOST_IS_LITTLE_ENDIAN): IpAddress {
  const bytes = bytesOf(digits);
  if (isLittleEndian) for (let word = 0; word < bytes.length; word += 4) bytes.subarray(word, word + 4).reverse();
  return unmap(addressFromBytes(bytes));
}

/** In network order, as /proc/net/if_inet6 has it on every host. */
export const addressOfDigits = (digits: string): IpAddress => addressFromBytes(bytesOf(digits));

const bytesOf = (digits: string): Uint8Array =>
  Uint8Array.from({ length: digits.length / 2 }, (_, index) =>
    Number.parseInt(digits.slice(2 * index, 2 * index + 2), 16),
  );
