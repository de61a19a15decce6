/**
 * A router that is not on a link of ours.
 *
 *     namespace "host"           namespace "middle"              namespace "router"
 *     ha2bgp 10.1.1.1 ──veth──► 10.1.1.2   10.1.2.2 ──veth──► 10.1.2.254
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Daemon, startDaemon } from '../../helpers/daemon.ts';
import { addNamespace, connect, type Namespace } from '../../helpers/namespaces.ts';
import { describeInterop } from '../../helpers/peers.ts';
import { run, stopAll } from '../../helpers/processes.ts';
import { ROUTER_NAMES, type Router, type RouterName, startRouter } from '../../helpers/router.ts';
import { hasRoutes, logOf } from '../../helpers/routers/expecting.ts';
import { HOST, plain, ROUTER } from '../../helpers/speaker-link.ts';

const PREFIX = '100.64.0.1/32';
const FAR = '10.1.2.254';

describeInterop('a router behind another', () => {
  let place: string;
  let host: Namespace;
  let middle: Namespace;
  let namespace: Namespace;
  let router: Router;
  let daemon: Daemon;

  const announce = (...keys: readonly string[]): void => {
    const peer = [`${FAR},as=${ROUTER.as},families=ipv4`, ...keys].join(',');
    daemon = startDaemon(
      [
        ...['run', '--bgp-backend', 'speaker', '--local-as', String(HOST.as), '--router-id', HOST.ipv4],
        ...['--peer', peer, '--static', PREFIX],
      ],
      { env: { HA2BGP_STATE_DIR: undefined } },
      host.enter,
    );
  };
  const starts = async (kind: RouterName): Promise<void> => {
    const neighbor = { address: HOST.ipv4, as: HOST.as, localAddress: FAR, multihop: 2 };
    router = await startRouter(kind, { namespace, place, as: ROUTER.as, routerId: FAR, neighbors: [neighbor] });
  };

  beforeAll(async () => {
    place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
    host = await addNamespace('host');
    middle = await addNamespace('middle');
    namespace = await addNamespace('router');
    await connect(
      { namespace: host, device: 'up0', addresses: [`${HOST.ipv4}/24`] },
      { namespace: middle, device: 'down0', addresses: ['10.1.1.2/24'] },
    );
    await connect(
      { namespace: middle, device: 'up0', addresses: ['10.1.2.2/24'] },
      { namespace, device: 'down0', addresses: [`${FAR}/24`] },
    );
    await host.ip('route', 'add', '10.1.2.0/24', 'via', '10.1.1.2');
    await namespace.ip('route', 'add', '10.1.1.0/24', 'via', '10.1.2.2');
    const [command = '', ...args] = [...middle.enter, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward'];
    await run(command, args);
  });
  afterEach(async () => {
    await daemon?.stop();
    await router?.stop();
  });
  afterAll(async () => {
    await stopAll();
    for (const each of [host, middle, namespace]) await each?.remove();
    fs.rmSync(place, { recursive: true, force: true });
  });

  it.each(ROUTER_NAMES)(
    '%s is told with multihop=2',
    async (kind) => {
      await starts(kind);
      announce('multihop=2');
      await hasRoutes(
        router,
        [plain(PREFIX)],
        logOf(() => daemon),
      );
    },
    120_000,
  );

  it('is not reached without', async () => {
    await starts('bird');
    announce();
    await daemon.logged('"msg":"no session"');
    expect(await router.session()).toMatchObject({ isEstablished: false });
    expect(daemon.count('"msg":"session up"')).toBe(0);
  }, 120_000);
});
