import { expect, it } from 'vitest';
import { unitOf } from '../../../../src/cli/operate/bundle-files.ts';

it.each([
  ['0::/system.slice/ha2bgp.service\n', 'ha2bgp.service'],
  [
    '12:cpu:/a.service\n1:name=systemd:/b.service\n0::/system.slice/system-ha2bgp.slice/ha2bgp@web.service\n',
    'ha2bgp@web.service',
  ],
  ['0::/user.slice/user-0.slice/session-1.scope\n', undefined],
  ['0::/system.slice/docker.service/nested\n', undefined],
  ['0::/\n', undefined],
  ['', undefined],
])('the service of a process in %j is %s', (cgroups, unit) => {
  expect(unitOf(cgroups)).toBe(unit);
});
