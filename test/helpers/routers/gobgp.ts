/** GoBGP 3 and 4, asked with gobgp. */
import fs from 'node:fs';
import { run, start } from '../processes.ts';
import { until } from '../until.ts';
import { communityOf, extendedOf, extendedOfHex, hexOf, nextHopsOf } from './communities.ts';
import { cannot, EXAMPLE, edited, readExample, repeated } from './example.ts';
import type { RouterKind, RouterNeighbor, RouterRoute } from './kind.ts';
import type { Release } from './release.ts';

const NEIGHBOR = /^\[\[neighbors\]\]\n[\s\S]*?(?=^\[\[defined-sets\.prefix-sets\]\]\n)/m;
const familyBlock = (family: string): RegExp =>
  new RegExp(
    `^ +\\[\\[neighbors\\.afi-safis\\]\\]\\n.*\\n.*"${family}-unicast"\\n.*prefix-limit.*\\n.*max-prefixes.*\\n`,
    'm',
  );

/** Of the FSM of RFC 4271, as its interface numbers them. */
const STATES = ['unknown', 'idle', 'connect', 'active', 'openSent', 'openConfirm', 'established'] as const;

export const gobgp = (release: Release): RouterKind => ({
  program: 'gobgp',
  release,
  tellsVersion: ['gobgpd', '--version'],
  configure({ as, routerId, port, neighbors }) {
    const addresses = new Set(neighbors.map(({ localAddress }) => `"${localAddress}"`));
    const text = edited(readExample('gobgpd.toml'), [
      [`as = ${EXAMPLE.routerAs}\n`, `as = ${as}\n`],
      [`router-id = "${EXAMPLE.router}"`, `router-id = "${routerId}"`],
      [`local-address-list = ["${EXAMPLE.router}"]`, `local-address-list = [${[...addresses].join(', ')}]`],
      port !== undefined && ['# port = 179', `port = ${port}`],
    ]);
    return repeated(text, NEIGHBOR, neighbors, tables);
  },
  async launch({ namespace }, { config, file }) {
    const socket = file('sock');
    fs.rmSync(socket, { force: true }); // a killed one leaves it
    const api = `unix://${socket}`;
    const { via } = release;
    const served = ['gobgpd', '-f', config, '--api-hosts', api, '--pprof-disable'];
    const [command = '', ...args] = [...namespace.enter, ...via, ...served];
    const started = start(command, args);
    const [client = '', ...asking] = [...via, 'gobgp', '--target', api];
    const ask = async <T>(...more: string[]): Promise<T> =>
      JSON.parse(await run(client, [...asking, ...more, '-j'])) as T;
    // The configuration is read after its interface is there.
    await until(
      () => `gobgpd answering: ${started.stdout()}${started.stderr()}`,
      async () => started.stdout().includes('Add a peer') && (await start(client, [...asking, 'neighbor']).ended) === 0,
    );
    return {
      processes: [started],
      async session({ address }) {
        const { state, timers } = await ask<Neighbor>('neighbor', address);
        const number = state.session_state ?? 0;
        const isEstablished = STATES[number] === 'established';
        const holdTime = timers?.state?.negotiated_hold_time ?? 0;
        const updates = Number(state.messages?.received?.update ?? 0);
        return {
          state: STATES[number] ?? String(number),
          isEstablished,
          updates,
          ...(isEstablished ? { holdTime } : {}),
        };
      },
      routes: async () =>
        (await Promise.all(['ipv4', 'ipv6'].map((family) => ask<Table>('global', 'rib', '-a', family)))).flatMap(
          routesOf,
        ),
      // softresetin looks at what it has kept once more, and asks nobody.
      refresh: () => cannot('GoBGP', 'asking for routes again'),
    };
  },
});

function tables(block: string, neighbor: RouterNeighbor): string {
  const { families, password, holdTime, multihop } = neighbor;
  if (neighbor.twoOctetAs === true) cannot('GoBGP', 'without four-octet AS numbers');
  const isPassive = neighbor.passive ?? true;
  let text = block;
  for (const family of ['ipv4', 'ipv6'] as const) {
    if (families?.includes(family) === false) text = repeated(text, familyBlock(family), [], String);
  }
  const restart = '  [neighbors.graceful-restart.config]\n    enabled = true\n';
  const restarts = '    [neighbors.afi-safis.mp-graceful-restart.config]\n      enabled = true\n';
  return edited(text, [
    neighbor.gracefulRestart === true && ['  [[neighbors.afi-safis]]\n', `  [[neighbors.afi-safis]]\n${restarts}`],
    neighbor.gracefulRestart === true && ['  [neighbors.timers.config]\n', `${restart}  [neighbors.timers.config]\n`],
    [`neighbor-address = "${EXAMPLE.ha2bgp}"`, `neighbor-address = "${neighbor.address}"`],
    [`peer-as = ${EXAMPLE.ha2bgpAs}`, `peer-as = ${neighbor.as}`],
    [`local-address = "${EXAMPLE.router}"`, `local-address = "${neighbor.localAddress}"`],
    !isPassive && ['passive-mode = true', 'passive-mode = false'],
    ['# connect-retry = 10', 'connect-retry = 1'],
    neighbor.port !== undefined && ['# remote-port = 179', `remote-port = ${neighbor.port}`],
    password !== undefined && ['# auth-password = "SECRET"', `auth-password = "${password}"`],
    holdTime !== undefined && ['hold-time = 9', `hold-time = ${holdTime}`],
    holdTime !== undefined && ['keepalive-interval = 3', `keepalive-interval = ${Math.floor(holdTime / 3)}`],
    neighbor.ttlSecurity === true && [
      '  # [neighbors.ttl-security.config]\n  #   enabled = true\n  #   ttl-min = 255\n',
      '  [neighbors.ttl-security.config]\n    enabled = true\n    ttl-min = 255\n',
    ],
    multihop !== undefined && [
      '  # [neighbors.ebgp-multihop.config]\n  #   enabled = true\n  #   multihop-ttl = 2\n',
      `  [neighbors.ebgp-multihop.config]\n    enabled = true\n    multihop-ttl = ${multihop}\n`,
    ],
    neighbor.addPath === true && [
      '    # [neighbors.afi-safis.add-paths.config]\n    #   receive = true\n',
      '    [neighbors.afi-safis.add-paths.config]\n      receive = true\n',
    ],
    // GoBGP offers IPv6 next hops for IPv4 routes of its own accord.
  ]);
}

interface Neighbor {
  readonly state: {
    readonly session_state?: number;
    readonly messages?: { readonly received?: { readonly update?: number } };
  };
  readonly timers?: { readonly state?: { readonly negotiated_hold_time?: number } };
}

/** Prefix → paths. */
type Table = Readonly<Record<string, readonly { readonly attrs: readonly Attribute[] }[]>>;

/** By the type code of IANA's "BGP Path Attributes". */
type Attribute =
  | { readonly type: 1; readonly value: number }
  | { readonly type: 2; readonly as_paths: readonly { readonly asns: readonly number[] }[] }
  | { readonly type: 3 | 14; readonly nexthop: string }
  | { readonly type: 4; readonly metric: number }
  | { readonly type: 5; readonly value: number }
  | { readonly type: 8; readonly communities: readonly number[] }
  | { readonly type: 16; readonly value: readonly Extended[] }
  | { readonly type: 32; readonly value: readonly { ASN: number; LocalData1: number; LocalData2: number }[] };

interface Extended {
  readonly type: number;
  readonly subtype?: number;
  /** `65000:5`, `192.0.2.1:5`, `0.65000:5` (four octets in halves), or the octets in base64. */
  readonly value?: string;
  readonly color?: number;
  readonly asn?: number;
  readonly bandwidth?: number;
}

const ORIGINS = ['igp', 'egp', 'incomplete'] as const;

const routesOf = (table: Table): RouterRoute[] =>
  Object.entries(table).flatMap(([prefix, paths]) => paths.map(({ attrs }) => routeOf(prefix, attrs)));

function routeOf(prefix: string, attributes: readonly Attribute[]): RouterRoute {
  const found = <T extends Attribute['type']>(...types: T[]): Extract<Attribute, { type: T }> | undefined =>
    attributes.find((each): each is Extract<Attribute, { type: T }> => (types as number[]).includes(each.type));
  const [med, localPreference] = [found(4)?.metric, found(5)?.value];
  const origin = ORIGINS[found(1)?.value ?? -1];
  if (origin === undefined) throw new Error(`an unknown origin: ${JSON.stringify(attributes)}`);
  return {
    prefix,
    nextHops: nextHopsOf([found(3, 14)?.nexthop ?? '']),
    asPath: (found(2)?.as_paths ?? []).flatMap(({ asns }) => asns),
    origin,
    ...(med === undefined ? {} : { med }),
    ...(localPreference === undefined ? {} : { localPreference }),
    communities: (found(8)?.communities ?? []).map((value) => communityOf(`0x${hexOf(value, 4)}`)),
    largeCommunities: (found(32)?.value ?? []).map((each) => `${each.ASN}:${each.LocalData1}:${each.LocalData2}`),
    extendedCommunities: (found(16)?.value ?? []).map(extended),
  };
}

const SUB_TYPES: Readonly<Record<number, string>> = { 2: 'target', 3: 'origin' };
const FOUR_OCTET_AS = 2;

function extended({ type, subtype = 0, value = '', color, asn, bandwidth }: Extended): string {
  if (color !== undefined) return extendedOfHex(hexOf(type, 1) + hexOf(subtype, 1) + hexOf(0, 2) + hexOf(color, 4));
  if (bandwidth !== undefined) return extendedOf('bandwidth', String(asn), String(bandwidth));
  const word = SUB_TYPES[subtype];
  const [administrator = '', local] = value.split(':');
  if (word === undefined || local === undefined) return JSON.stringify({ type, subtype, value });
  if (type !== FOUR_OCTET_AS) return extendedOf(word, administrator, local);
  const [high = 0, low = 0] = administrator.split('.').map(Number);
  return extendedOfHex(hexOf(type, 1) + hexOf(subtype, 1) + hexOf(high, 2) + hexOf(low, 2) + hexOf(Number(local), 2));
}
