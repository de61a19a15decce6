import { expect, it } from 'vitest';
import type { IpAddress } from '../../../src/model/address.ts';
import { peerName } from '../../../src/model/peer.ts';

it.each([
  ['192.0.2.1', '', 179, '192.0.2.1'],
  ['192.0.2.1', 'eth0', 179, '192.0.2.1'],
  ['127.0.1.1', '', 1790, '127.0.1.1:1790'],
  ['2001:db8::1', '', 1790, '[2001:db8::1]:1790'],
  ['fe80::1', 'eth0', 179, 'fe80::1%eth0'],
  // RFC 4291 §2.5.6: all of fe80::/10.
  ['febf::1', 'eth0', 1790, '[febf::1%eth0]:1790'],
  // RFC 3927: IPv4 has no zones.
  ['169.254.0.1', 'eth0', 179, '169.254.0.1'],
])('%s on "%s", port %i, is called %s', (address, device, port, name) => {
  expect(peerName({ address: address as IpAddress, device, port })).toBe(name);
});
