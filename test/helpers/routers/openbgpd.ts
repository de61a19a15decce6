/**
 * OpenBGPD 7 and 8, asked with bgpctl. Its directory and its socket are in /run, and nowhere else: it gets a /run of its own,
 * which goes with its last process.
 */
import { run, start } from '../processes.ts';
import { until } from '../until.ts';
import { asPathOf, communityOf, extendedOf, extendedOfHex, hexOf, originOf } from './communities.ts';
import { cannot, EXAMPLE, edited, readExample, repeated } from './example.ts';
import type { RouterKind, RouterNeighbor, RouterRoute } from './kind.ts';
import type { Release } from './release.ts';

const NEIGHBOR = /^neighbor 10\.1\.1\.1 \{\n[\s\S]*?^\}\n/m;
const RULES = /^(?:allow from .*\n)+/m;
const LISTEN = `listen on ${EXAMPLE.router}\n`;
const MOUNT = 'mount -t tmpfs tmpfs /run && mkdir -m 755 /run/openbgpd && exec "$0" "$@"';

export const openbgpd = (release: Release): RouterKind => ({
  program: 'openbgpd',
  release,
  tellsVersion: ['bgpd', '-V'],
  configure({ as, routerId, port, neighbors }) {
    const hasExtendedNextHop = neighbors.some(({ extendedNextHop }) => extendedNextHop);
    if (hasExtendedNextHop && release.version.startsWith('7.')) cannot('OpenBGPD 7', 'IPv6 next hops of IPv4 routes');
    const addresses = [...new Set(neighbors.map(({ localAddress }) => localAddress))];
    const listens = addresses.map((address) => `listen on ${address}${port === undefined ? '' : ` port ${port}`}\n`);
    const text = edited(readExample('openbgpd.conf'), [
      [`\nAS ${EXAMPLE.routerAs}\n`, `\nAS ${as}\n`],
      [`router-id ${EXAMPLE.router}\n`, `router-id ${routerId}\n`],
      // Of its own calls; the default is 120 s.
      [LISTEN, `${listens.join('')}connect-retry 1\n`],
      // The kernel of its own system has no such routes, and 9 refuses it otherwise.
      hasExtendedNextHop && ['\nrouter-id', '\nfib-update no\nrouter-id'],
    ]);
    const withRules = repeated(text, RULES, neighbors, (rules, { address }) =>
      edited(rules, [[`from ${EXAMPLE.ha2bgp} `, `from ${address} `]]),
    );
    return repeated(withRules, NEIGHBOR, neighbors, section);
  },
  async launch({ namespace }, { config }) {
    const served = [...release.via, 'bgpd', '-d', '-f', config];
    const [command = '', ...args] = [...namespace.enter, 'unshare', '--mount', 'sh', '-c', MOUNT, ...served];
    const started = start(command, args);
    const words = (...more: string[]): string[] => [`--mount=/proc/${started.pid}/ns/mnt`, 'bgpctl', ...more];
    const ask = async <T>(...more: string[]): Promise<T> => JSON.parse(await run('nsenter', words('-j', ...more))) as T;
    await until(
      () => `bgpd answering: ${started.stderr()}`,
      async () =>
        started.stderr().includes('RDE reconfigured') && (await start('nsenter', words('show', 'summary')).ended) === 0,
    );
    return {
      processes: [started],
      async session({ address }) {
        const { neighbors } = await ask<{ neighbors: readonly Neighbor[] }>('show', 'neighbor', address);
        const { state = 'unknown', session, stats } = neighbors[0] ?? {};
        const updates = stats?.message.received.updates ?? 0;
        const isEstablished = state === 'Established';
        const { borr = 0, eorr = 0 } = stats?.['route-refresh'].received ?? {};
        const role = session?.remote?.capabilities?.open_policy_role;
        return {
          ...{ state, isEstablished, updates, marks: borr + eorr },
          ...(isEstablished ? { holdTime: session?.holdtime ?? 0 } : {}),
          ...(role === undefined ? {} : { role: role === 'rs' ? 'rs-server' : role }),
        };
      },
      routes: async () => ((await ask<{ rib?: readonly Entry[] }>('show', 'rib', 'detail')).rib ?? []).map(routeOf),
      refresh: async ({ address }) => void (await run('nsenter', words('neighbor', address, 'refresh'))),
    };
  },
});

function section(block: string, neighbor: RouterNeighbor): string {
  const { families, password, holdTime, multihop } = neighbor;
  const isPassive = neighbor.passive ?? true;
  return edited(block, [
    [`neighbor ${EXAMPLE.ha2bgp} {`, `neighbor ${neighbor.address} {`],
    [`remote-as ${EXAMPLE.ha2bgpAs}\n`, `remote-as ${neighbor.as}\n`],
    neighbor.port !== undefined && ['# port 179', `port ${neighbor.port}`],
    // Only for its own calls: see the example.
    !isPassive && ['\tpassive\t', `\tlocal-address ${neighbor.localAddress}\t# `],
    holdTime !== undefined && ['holdtime 9\n', `holdtime ${holdTime}\n`],
    families?.includes('ipv4') === false && ['announce IPv4 unicast', 'announce IPv4 none'],
    families?.includes('ipv6') === false && ['announce IPv6 unicast', 'announce IPv6 none'],
    password !== undefined && ['# tcp md5sig password "SECRET"', `tcp md5sig password "${password}"`],
    neighbor.ttlSecurity === true && ['# ttl-security yes', 'ttl-security yes'],
    multihop !== undefined && ['# multihop 2', `multihop ${multihop}`],
    neighbor.addPath === true && ['# announce add-path recv yes', 'announce add-path recv yes'],
    neighbor.enhancedRefresh === true && ['holdtime', 'announce enhanced refresh yes\n\tholdtime'],
    neighbor.role !== undefined && [
      '# announce policy provider enforce',
      `announce policy ${neighbor.role === 'rs-server' ? 'rs' : neighbor.role}${neighbor.strictRole === true ? ' enforce' : ''}`,
    ],
    neighbor.twoOctetAs === true && ['announce IPv4', 'announce as-4byte no\n\tannounce IPv4'],
    neighbor.extendedMessages === true && ['announce IPv4', 'announce extended message yes\n\tannounce IPv4'],
    neighbor.extendedNextHop === true && ['announce IPv4', 'announce extended nexthop yes\n\tannounce IPv4'],
  ]);
}

interface Neighbor {
  readonly state: string;
  readonly session?: {
    readonly holdtime?: number;
    readonly remote?: { readonly capabilities?: { readonly open_policy_role?: string } };
  };
  readonly stats?: {
    readonly message: { readonly received: { readonly updates: number } };
    readonly 'route-refresh': { readonly received: { readonly borr: number; readonly eorr: number } };
  };
}

interface Entry {
  readonly prefix: string;
  readonly aspath?: string;
  readonly exit_nexthop: string;
  readonly origin: string;
  readonly metric: number;
  readonly localpref: number;
  readonly communities?: readonly string[];
  readonly extended_communities?: readonly string[];
  readonly large_communities?: readonly string[];
  readonly attributes?: readonly { readonly type: string; readonly as?: number }[];
}

const otcOf = ({ attributes = [] }: Entry): number | undefined => attributes.find(({ type }) => type === 'OTC')?.as;

const routeOf = (entry: Entry): RouterRoute => ({
  prefix: entry.prefix,
  nextHops: [entry.exit_nexthop],
  asPath: asPathOf(entry.aspath ?? ''),
  origin: originOf(entry.origin),
  ...(entry.metric === 0 ? {} : { med: entry.metric }),
  localPreference: entry.localpref,
  communities: (entry.communities ?? []).map((text) => communityOf(text.toLowerCase().replaceAll('_', '-'))),
  largeCommunities: entry.large_communities ?? [],
  extendedCommunities: (entry.extended_communities ?? []).map(extended),
  ...(otcOf(entry) === undefined ? {} : { otc: otcOf(entry) as number }),
});

/** Transitive and opaque (RFC 7153 §5), which OpenBGPD shows by the sub-type alone. */
const OPAQUE = 3;

/** `rt 65000:5`, `soo 192.0.2.1:1`, `[11] 0x64`. */
function extended(text: string): string {
  const [, subType, value] = /^\[(\d+)\] 0x([0-9a-f]+)$/.exec(text) ?? [];
  if (subType !== undefined)
    return extendedOfHex(hexOf(OPAQUE, 1) + hexOf(Number(subType), 1) + value?.padStart(12, '0'));
  const [, word = '', administrator = '', local = ''] = /^(\S+) (\S+):(\d+)$/.exec(text) ?? [];
  return word === '' ? text : extendedOf(word, administrator, local);
}
