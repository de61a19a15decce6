/**
 * A host that runs ha2bgp's speaker, and a router on the link before it.
 *
 *     namespace "host": services on lo                    namespace "router"
 *     ha2bgp  10.1.1.1, 2001:db8:1::1 ───────veth───────► 10.1.1.254, 2001:db8:1::254
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Daemon, startDaemon } from './daemon.ts';
import { addNamespace, connect, type Namespace } from './namespaces.ts';
import { type Router, type RouterName, startRouter } from './router.ts';
import type { RouterNeighbor, RouterOptions, RouterRoute } from './routers/kind.ts';

export const HOST = { ipv4: '10.1.1.1', ipv6: '2001:db8:1::1', as: 65_000 } as const;
export const ROUTER = { ipv4: '10.1.1.254', ipv6: '2001:db8:1::254', as: 65_001 } as const;
/** Addresses of the host that something may serve. */
export const SERVICE = { ipv4: '100.64.0.10', ipv6: '2001:db8:64::10' } as const;

export interface SpeakerLink {
  readonly place: string;
  readonly host: Namespace;
  readonly router: Namespace;
  /** `words`: after those that every run has; peers among them. */
  run(words: readonly string[], environment?: NodeJS.ProcessEnv): Daemon;
  /** A router whose only neighbor is ha2bgp at its IPv4 address, unless others are given. */
  start(
    kind: RouterName,
    more?: Partial<RouterNeighbor>,
    options?: Partial<Pick<RouterOptions, 'neighbors' | 'as'>>,
  ): Promise<Router>;
  remove(): Promise<void>;
}

export async function addSpeakerLink(): Promise<SpeakerLink> {
  const place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
  const host = await addNamespace('host');
  const router = await addNamespace('router');
  await connect(
    { namespace: host, device: 'up0', addresses: [`${HOST.ipv4}/24`, `${HOST.ipv6}/64`] },
    { namespace: router, device: 'down0', addresses: [`${ROUTER.ipv4}/24`, `${ROUTER.ipv6}/64`] },
  );
  await host.ip('address', 'add', `${SERVICE.ipv4}/32`, 'dev', 'lo');
  await host.ip('address', 'add', `${SERVICE.ipv6}/128`, 'dev', 'lo', 'nodad');
  return {
    place,
    host,
    router,
    // The speaker keeps no state, and refuses to be told where.
    run: (words, environment = {}) =>
      startDaemon([...RUN, ...words], { env: { HA2BGP_STATE_DIR: undefined, ...environment } }, host.enter),
    start: (kind, more = {}, { as = ROUTER.as, neighbors } = {}) =>
      startRouter(kind, {
        ...{ namespace: router, place, as, routerId: ROUTER.ipv4 },
        neighbors: neighbors ?? [{ address: HOST.ipv4, as: HOST.as, localAddress: ROUTER.ipv4, ...more }],
      }),
    async remove() {
      await host.remove();
      await router.remove();
      fs.rmSync(place, { recursive: true, force: true });
    },
  };
}

const RUN = [
  ...['run', '--bgp-backend', 'speaker', '--local-as', String(HOST.as), '--router-id', HOST.ipv4],
  ...['--network', '100.64.0.0/24', '--network', '2001:db8:64::/64', '--announce-delay', '0', '--withdraw-delay', '0'],
];

/** The router, as a peer of ours over IPv4; IPv6 routes with the host's own address. */
export const peer = (...more: readonly string[]): string[] => [
  '--peer',
  [`${ROUTER.ipv4},as=${ROUTER.as},nexthop-ipv6=${HOST.ipv6}`, ...more].join(','),
];

/** A route of the host as an external peer has it, that says nothing besides. */
export const plain = (prefix: string, more: Partial<RouterRoute> = {}): RouterRoute => ({
  prefix,
  nextHops: [prefix.includes(':') ? HOST.ipv6 : HOST.ipv4],
  asPath: [HOST.as],
  origin: 'igp',
  communities: [],
  largeCommunities: [],
  extendedCommunities: [],
  ...more,
});
