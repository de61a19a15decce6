import { expect, it } from 'vitest';
import { parseShown } from '../../../src/addresses/show.ts';

/** As iproute2 6.1 prints it: `ip -o address show`. */
const SHOWN = `1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
1: lo    inet 192.0.2.1/32 scope global lo:web1\\       valid_lft forever preferred_lft forever
1: lo    inet 192.0.2.2/32 scope global lo\\       valid_lft forever preferred_lft forever
1: lo    inet 192.0.2.5 peer 192.0.2.6/32 scope global lo\\       valid_lft forever preferred_lft forever
1: lo    inet6 2001:db8::1/128 scope global \\       valid_lft forever preferred_lft forever
2: eth0    inet 198.51.100.7/24 brd 198.51.100.255 scope global eth0:a:b\\       valid_lft forever preferred_lft forever
2: eth0    inet6 fe80::1/64 scope link \\       valid_lft forever preferred_lft forever
`;

it('takes address, length, device and label from each line, and leaves other lines out', () => {
  const brief = parseShown(SHOWN).map(
    ({ device, address, length, label }) => `${device} ${address}/${length} ${label}`,
  );
  expect(brief).toEqual([
    'lo 127.0.0.1/8 ',
    'lo 192.0.2.1/32 web1',
    'lo 192.0.2.2/32 ',
    'lo 2001:db8::1/128 ',
    'eth0 198.51.100.7/24 a:b',
    'eth0 fe80::1/64 ',
  ]);
  expect(parseShown('')).toEqual([]);
});
