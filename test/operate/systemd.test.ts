/** Under a real systemd, by the unit of contrib/. */
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../helpers/daemon.ts';
import { listen, run } from '../helpers/processes.ts';
import { bootSystemd, describeSystemd, type SystemdHost } from '../helpers/systemd-host.ts';
import { until } from '../helpers/until.ts';

const CONFIG = `
network: 192.0.2.0/24
listen-filter: sport = :8080
announce-delay: 0
bgp-backend: speaker
bgp:
  local-as: 65000
  router-id: 10.0.0.1
  bgp-listen: 10.0.0.1
  peers:
    - address: 10.0.0.2
      as: 65001
`;

describeSystemd('contrib/ha2bgp.service', () => {
  let host: SystemdHost;
  const status = (): Promise<string> => host.property('ha2bgp', 'StatusText');

  beforeAll(async () => {
    host = await bootSystemd();
    for (const address of ['10.0.0.1/32', '192.0.2.1/32']) {
      await run(host.enterNetwork[0] ?? '', [
        ...host.enterNetwork.slice(1),
        'ip',
        'address',
        'add',
        address,
        'dev',
        'lo',
      ]);
    }
    host.write(
      '/etc/systemd/system/ha2bgp.service',
      fs.readFileSync(path.join(root, 'contrib/ha2bgp.service'), 'utf8'),
    );
    host.write('/etc/ha2bgp.yaml', CONFIG);
    await host.run('systemctl', 'daemon-reload');
  });
  afterAll(() => host.stop());

  it('is active with the first facts, as a user of its own, and says how things stand', async () => {
    await host.run('systemctl', 'start', 'ha2bgp');
    expect(await host.property('ha2bgp', 'ActiveState')).toBe('active');
    expect(await status()).toBe('0 of 0 services announced, 0 of 1 peers up');
    const service = await listen(['192.0.2.1:8080'], host.enterNetwork);
    await until('announced', async () => (await status()) === '1 of 1 services announced, 0 of 1 peers up');
    await service.stop();
    await host.run('systemctl', 'stop', 'ha2bgp');
    expect(await host.property('ha2bgp', 'Result')).toBe('success');
  });
});
