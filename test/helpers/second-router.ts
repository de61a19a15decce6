/**
 * A host with contrib/bird.conf on it, and a second router behind that BIRD, which has to end up with a route that it can use.
 *
 *     namespace "host"                                             namespace "router"
 *     whoever announces ──iBGP──► BIRD ──────eBGP, veth──────────► BIRD ──► kernel
 *     127.0.1.2                 127.0.1.1 192.0.2.1     192.0.2.2
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Family } from '../../src/model/address.ts';
import { root } from './daemon.ts';
import { addNamespace, connect, type Namespace } from './namespaces.ts';
import { run, type Started, start } from './processes.ts';

/** On the host's loopback device, and out of the networks of the examples. */
export const SERVICE = { ipv4: '100.64.0.10', ipv6: '2001:db8:64::10' } as const;
const HOST = { ipv4: '192.0.2.1', ipv6: '2001:db8:1::1' } as const;

const ROUTER_CONFIG = `
router id 192.0.2.2;
protocol device { }
protocol kernel { ipv4 { export all; }; }
protocol kernel { ipv6 { export all; }; }
template bgp upstream {
  local as 65001;
  connect delay time 1; connect retry time 1; error wait time 1, 1;
}
protocol bgp host4 from upstream { neighbor 192.0.2.1 as 65000; ipv4 { import all; export none; }; }
protocol bgp host6 from upstream { neighbor 2001:db8:1::1 as 65000; ipv6 { import all; export none; }; }
`;

export interface SecondRouter {
  readonly place: string;
  readonly host: Namespace;
  /** The one on the host: contrib/bird.conf as it is. */
  startBird(): Started;
  /** What the BIRD on the host says of its routes. */
  held(): Promise<string>;
  /** Whether the router's kernel has a usable route to the service, by way of the host. */
  hasRoute(family: Family): Promise<boolean>;
  /** What a client on the router is told by the service's port 80. */
  fetch(family: Family): Promise<string>;
  remove(): Promise<void>;
}

/** With the router's BIRD started, and not the host's. */
export async function addSecondRouter(): Promise<SecondRouter> {
  const place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
  const host = await addNamespace('host');
  const router = await addNamespace('router');
  await connect(
    { namespace: host, device: 'up0', addresses: [`${HOST.ipv4}/30`, `${HOST.ipv6}/64`] },
    { namespace: router, device: 'down0', addresses: ['192.0.2.2/30', '2001:db8:1::2/64'] },
  );
  for (const address of [`${SERVICE.ipv4}/32`, `${SERVICE.ipv6}/128`]) {
    await host.ip('address', 'add', address, 'dev', 'lo');
  }
  const control = (namespace: Namespace): string => path.join(place, `${namespace.name}.ctl`);
  const startIn = (namespace: Namespace, config: string): Started => {
    const [command = '', ...args] = [...namespace.enter, 'bird', '-f', '-c', config, '-s', control(namespace)];
    return start(command, args);
  };
  const config = path.join(place, 'router.conf');
  fs.writeFileSync(config, ROUTER_CONFIG);
  startIn(router, config);
  return {
    place,
    host,
    startBird: () => startIn(host, path.join(root, 'contrib/bird.conf')),
    held: () => run('birdc', ['-s', control(host), 'show', 'route']),
    async hasRoute(family) {
      const shown = await router.ip(family === 'ipv4' ? '-4' : '-6', '-j', 'route', 'show', SERVICE[family]);
      const routes = JSON.parse(shown || '[]') as KernelRoute[];
      const usable = routes.find(({ type = 'unicast', flags }) => type === 'unicast' && !flags.includes('dead'));
      return usable?.gateway === HOST[family];
    },
    fetch(family) {
      const connect = `require('node:net').connect(80, '${SERVICE[family]}')`;
      const script = `${connect}.on('data', (data) => console.log(String(data)))`;
      const [command = '', ...args] = [...router.enter, process.execPath, '-e', script];
      return run(command, args);
    },
    async remove() {
      await host.remove();
      await router.remove();
      fs.rmSync(place, { recursive: true, force: true });
    },
  };
}

interface KernelRoute {
  readonly type?: string;
  readonly gateway?: string;
  readonly flags: readonly string[];
}
