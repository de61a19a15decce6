/** The kind of value that an endpoint of the API is: an address of this host and a port. */
import { isMulticast } from '../model/address.ts';
import type { Endpoint } from '../model/peer.ts';
import { type Description, list, type Option, type Parsed } from './option.ts';
import { parseZoned, whyBadZone } from './option-bgp.ts';

/** `127.0.0.1:8080`, `[::1]:8080`, `[fe80::1%eth0]:8080`. */
export function apiEndpoints(of: Description<readonly Endpoint[]>): Option<readonly Endpoint[]> {
  return list<Endpoint>({ ...of, argument: 'address:port' }, oneEndpoint, formatApiEndpoint);
}

export function formatApiEndpoint({ address, device, port }: Endpoint): string {
  const zoned = device === '' ? address : `${address}%${device}`;
  return address.includes(':') ? `[${zoned}]:${port}` : `${zoned}:${port}`;
}

function oneEndpoint(text: string): Parsed<Endpoint> {
  const expected = 'an address of this host and a port, such as 127.0.0.1:8080 or [::1]:8080';
  const [, bracketed, bare, digits = ''] = /^(?:\[([^[\]]+)\]|([^:[\]]+)):([1-9]\d{0,4})$/.exec(text) ?? [];
  const zoned = parseZoned(bracketed ?? bare ?? '');
  // What stands in brackets is IPv6, and the other way round.
  if (zoned === undefined || isMulticast(zoned.address) || zoned.address.includes(':') !== (bracketed !== undefined)) {
    return { expected };
  }
  if (Number(digits) > 0xffff) return { expected: 'a port from 1 to 65535' };
  const no = whyBadZone(zoned);
  return no === undefined ? { value: { ...zoned, port: Number(digits) } } : { expected: no };
}
