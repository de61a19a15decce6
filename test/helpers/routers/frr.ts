/** FRR 8.4 and 10: zebra, bgpd, and mgmtd where there is one, without what else Debian's service starts, asked with vtysh. */
import fs from 'node:fs';
import path from 'node:path';
import { run, type Started, start } from '../processes.ts';
import { until } from '../until.ts';
import { communityOf, extendedOf, nextHopsOf, originOf } from './communities.ts';
import { cannot, EXAMPLE, edited, readExample, repeated } from './example.ts';
import type { RouterKind, RouterNeighbor, RouterOptions, RouterRoute } from './kind.ts';
import type { Release } from './release.ts';

/** Everything about the neighbor, of `router bgp`. FRR takes it up again for each. */
const NEIGHBOR = /^ neighbor 10\.1\.1\.1 remote-as [\s\S]*?(?=^exit$)/m;
const block = (family: string): RegExp =>
  new RegExp(`^ address-family ${family} unicast\\n[\\s\\S]*?exit-address-family\\n`, 'm');
type Daemon = 'mgmtd' | 'zebra' | 'bgpd';
/** Without it zebra of FRR 10 fills the log with what it cannot tell it. */
const hasMgmtd = ({ version }: Release): boolean => Number.parseInt(version, 10) >= 9;
/** Where the sockets between mgmtd and the others are, and nowhere else; mgmtd reads the files of this host otherwise. */
const MOUNT = [
  'mount -t tmpfs tmpfs /run && mkdir /run/frr && mount --bind "$0" /run/frr',
  'mount -t tmpfs tmpfs /etc/frr && exec "$@"',
].join(' && ');

export const frr = (release: Release): RouterKind => ({
  program: 'frr',
  release,
  tellsVersion: ['/usr/lib/frr/bgpd', '--version'],
  configure(options) {
    const text = edited(readExample('frr.conf'), [
      [`router bgp ${EXAMPLE.routerAs}`, `router bgp ${options.as}`],
      [`bgp router-id ${EXAMPLE.router}`, `bgp router-id ${options.routerId}`],
    ]);
    return repeated(text, NEIGHBOR, options.neighbors, (found, neighbor) => lines(found, options, neighbor));
  },
  async launch({ namespace, place, port }, { config, file }) {
    // The daemons are the user frr from the start, and vtysh looks for them in a directory.
    const directory = file('run');
    fs.mkdirSync(directory, { recursive: true });
    fs.chmodSync(place, 0o711);
    fs.copyFileSync(config, path.join(directory, 'bgpd.conf'));
    fs.writeFileSync(path.join(directory, 'zebra.conf'), '');
    await run('chown', ['-R', 'frr:frr', directory]);
    const launchDaemon = (daemon: Daemon, ...more: string[]): Started => {
      const at = (suffix: string): string => path.join(directory, `${daemon}.${suffix}`);
      const [command = '', ...args] = [
        ...[...namespace.enter, 'unshare', '--mount', 'sh', '-c', MOUNT, directory, ...release.via],
        ...[`/usr/lib/frr/${daemon}`, '-u', 'frr', '-g', 'frr'],
        ...['--vty_socket', directory, '-P', '0', '-i', at('pid'), '--log', 'stdout', ...more],
      ];
      return start(command, args);
    };
    const of = (daemon: Daemon): string[] => [
      ...['-z', path.join(directory, 'zserv.api'), '-f', path.join(directory, `${daemon}.conf`)],
    ];
    const [shell = '', ...asking] = [...release.via, 'vtysh', '--vty_socket', directory, '-c'];
    const ask = (command: string): Promise<string> => run(shell, [...asking, command]);
    const answers = async (of: Started, command: string, answer: string): Promise<void> =>
      void (await until(
        () => `FRR answering: ${of.stdout()}${of.stderr()}`,
        async () => (await ask(command).catch(() => '')).includes(answer),
      ));
    // One after the other: a bgpd that finds no zebra tries again after 10 s, and drops IPv6 routes until it knows the links.
    const mgmtd = hasMgmtd(release) ? [launchDaemon('mgmtd')] : [];
    for (const each of mgmtd) await answers(each, 'show mgmt backend-adapter all', 'Backend');
    const zebra = launchDaemon('zebra', ...of('zebra'));
    await answers(zebra, 'show zebra', 'OS');
    const bgpd = launchDaemon('bgpd', ...of('bgpd'), '-p', String(port ?? 179));
    await answers(bgpd, 'show zebra client summary', 'bgp');
    await answers(bgpd, 'show bgp summary json', '{');
    const processes = [...mgmtd, zebra, bgpd];
    // A line that it does not understand is logged, and otherwise as if it were not there.
    const refused = /No such command on config line.*/.exec(processes.map(({ stdout }) => stdout()).join(''));
    if (refused !== null) throw new Error(`FRR: ${refused[0]}`);
    return {
      processes,
      async session({ address }) {
        const all = JSON.parse(await ask(`show bgp neighbors ${address} json`)) as Readonly<Record<string, Neighbor>>;
        const found = all[address];
        const { bgpState: state = 'unknown', bgpTimerHoldTimeMsecs = 0, messageStats, remoteRole } = found ?? {};
        const updates = messageStats?.updatesRecv ?? 0;
        const isEstablished = state === 'Established';
        return {
          ...{ state, isEstablished, updates, marks: messageStats?.routeRefreshRecv ?? 0 },
          ...(isEstablished ? { holdTime: bgpTimerHoldTimeMsecs / 1_000 } : {}),
          ...(remoteRole === undefined || remoteRole === 'undefined' ? {} : { role: remoteRole }),
        };
      },
      routes: async () =>
        (await Promise.all(['ipv4', 'ipv6'].map((family) => ask(`show bgp ${family} unicast json detail`)))).flatMap(
          routesOf,
        ),
      async refresh({ address, families = ['ipv4', 'ipv6'] }) {
        for (const family of families) await ask(`clear bgp ${family} unicast ${address} soft in`);
      },
      cleanUp: async () => {
        // Where the log of a crash would be: a killed daemon leaves it.
        for (const { pid } of processes) {
          for (const daemon of ['mgmtd', 'zebra', 'bgpd']) {
            fs.rmSync(`/var/tmp/frr/${daemon}.${pid}`, { recursive: true, force: true });
          }
        }
      },
    };
  },
});

function lines(found: string, { as }: RouterOptions, neighbor: RouterNeighbor): string {
  const { families, password, holdTime, multihop } = neighbor;
  if (neighbor.twoOctetAs === true) cannot('FRR', 'without four-octet AS numbers');
  const isPassive = neighbor.passive ?? true;
  let text = found;
  for (const family of ['ipv4', 'ipv6'] as const) {
    if (families?.includes(family) === false) text = repeated(text, block(family), [], String);
  }
  const remote = `neighbor ${EXAMPLE.ha2bgp}`;
  const more = [
    `${remote} remote-as ${neighbor.as}`,
    `${remote} update-source ${neighbor.localAddress}`,
    `${remote} timers connect 1`,
    ...(neighbor.port === undefined ? [] : [`${remote} port ${neighbor.port}`]),
    ...(neighbor.extendedNextHop === true ? [`${remote} capability extended-nexthop`] : []),
  ];
  return edited(text, [
    [`${remote} remote-as ${EXAMPLE.ha2bgpAs}`, more.join('\n ')],
    !isPassive && [` ${remote} passive\n`, ''],
    holdTime !== undefined && ['timers 3 9', `timers ${Math.floor(holdTime / 3)} ${holdTime}`],
    password !== undefined && [`! ${remote} password SECRET`, `${remote} password ${password}`],
    neighbor.ttlSecurity === true && [`! ${remote} ttl-security hops 1`, `${remote} ttl-security hops 1`],
    neighbor.role !== undefined && [
      `! ${remote} local-role provider strict-mode`,
      `${remote} local-role ${neighbor.role}${neighbor.strictRole === true ? ' strict-mode' : ''}`,
    ],
    multihop !== undefined &&
      neighbor.as !== as && [`! ${remote} ebgp-multihop 2`, `${remote} ebgp-multihop ${multihop}`],
    neighbor.addPath === false && [`! ${remote} disable-addpath-rx`, `${remote} disable-addpath-rx`],
    [remote, `neighbor ${neighbor.address}`],
  ]);
}

interface Neighbor {
  readonly bgpState?: string;
  readonly bgpTimerHoldTimeMsecs?: number;
  readonly remoteRole?: string;
  readonly messageStats?: { readonly updatesRecv: number; readonly routeRefreshRecv: number };
}

interface Path {
  readonly aspath?: { readonly segments: readonly { readonly list: readonly number[] }[] };
  readonly origin?: string;
  readonly metric?: number;
  readonly locPrf?: number;
  readonly community?: { readonly string: string };
  readonly largeCommunity?: { readonly list: readonly string[] };
  readonly extendedCommunity?: { readonly string: string };
  readonly nexthops?: readonly { readonly ip: string; readonly scope?: string }[];
  readonly otc?: number;
}

interface Entry {
  readonly paths: readonly Path[];
}

/** Of each prefix, before FRR 10, a list: itself, then what is known of each path. */
function routesOf(text: string): RouterRoute[] {
  const { routes } = JSON.parse(text) as { routes: Readonly<Record<string, readonly Path[] | Entry>> };
  return Object.entries(routes).flatMap(([prefix, entry]) =>
    ('paths' in entry ? entry.paths : entry.slice(1)).map((path) => routeOf(prefix, path)),
  );
}

function routeOf(prefix: string, path: Path): RouterRoute {
  const { metric, locPrf, otc } = path;
  return {
    prefix,
    nextHops: nextHopsOf((path.nexthops ?? []).map(({ ip }) => ip)),
    asPath: (path.aspath?.segments ?? []).flatMap(({ list }) => list),
    origin: originOf(path.origin ?? ''),
    ...(metric === undefined ? {} : { med: metric }),
    ...(locPrf === undefined ? {} : { localPreference: locPrf }),
    communities: words(path.community?.string).map(communityOf),
    largeCommunities: path.largeCommunity?.list ?? [],
    extendedCommunities: extended(path.extendedCommunity?.string),
    ...(otc === undefined ? {} : { otc }),
  };
}

const words = (text = ''): string[] => text.split(' ').filter(Boolean);

/** `RT:65000:5 SoO:192.0.2.1:1 LB:65000:125000000 (1.000 Gbps) UNK:3, 2`. */
function extended(text = ''): string[] {
  return [...text.matchAll(/(\w+):(\S+?):(\d+)(?: \([^)]*\))?|UNK:[\d, ]+/g)].map(
    ([all, word, administrator = '', value = '']) =>
      word === undefined ? all : extendedOf(word, administrator, value),
  );
}
