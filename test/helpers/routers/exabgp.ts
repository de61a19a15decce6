/**
 * ExaBGP 4.2 as one that only listens. It keeps no routes: what it tells its program of JSON is written to a file, and
 * read here from its beginning.
 */
import fs from 'node:fs';
import { EXABGP_4_2, startExabgp } from '../exabgp.ts';
import { until } from '../until.ts';
import { communityOf, extendedOfHex, hexOf, nextHopsOf, originOf } from './communities.ts';
import { cannot, EXAMPLE, edited, readExample, repeated } from './example.ts';
import type { RouterKind, RouterNeighbor, RouterOptions, RouterRoute, Session } from './kind.ts';
import { installed } from './release.ts';

const NEIGHBOR = /^neighbor 10\.1\.1\.1 \{\n[\s\S]*?^\}\n/m;

export const exabgp: RouterKind = {
  program: 'exabgp',
  release: installed('4.2.'),
  tellsVersion: ['/usr/bin/python3', EXABGP_4_2.program, '--version'],
  configure(options, { file }) {
    const text = edited(readExample('exabgp-peer.conf'), [['/run/exabgp/routes.json', file('json')]]);
    return repeated(text, NEIGHBOR, options.neighbors, (block, neighbor) => section(block, options, neighbor));
  },
  async launch({ namespace, port = 179, neighbors }, { config, file }) {
    fs.writeFileSync(file('json'), '');
    const addresses = [...new Set(neighbors.map(({ localAddress }) => localAddress))].join(' ');
    const started = startExabgp(config, {
      namespace,
      settings: [`tcp.bind=${addresses}`, `tcp.port=${port}`, 'api.ack=false', 'log.level=INFO'],
    });
    await until(
      () => `ExaBGP listening: ${started.stdout()}${started.stderr()}`,
      () => started.stdout().includes('loaded new configuration'),
    );
    const heard = (): Said[] => parse(fs.readFileSync(file('json'), 'utf8'));
    return {
      processes: [started],
      session: async ({ address }) => sessionOf(heard().filter(({ neighbor }) => neighbor.address.peer === address)),
      routes: async () => routesOf(heard()),
      refresh: () => cannot('ExaBGP', 'asking for routes again'),
    };
  },
};

function section(block: string, { as, routerId }: RouterOptions, neighbor: RouterNeighbor): string {
  const { families, password, holdTime, multihop } = neighbor;
  const isPassive = neighbor.passive ?? true;
  return edited(block, [
    [`neighbor ${EXAMPLE.ha2bgp} {`, `neighbor ${neighbor.address} {`],
    [`router-id ${EXAMPLE.router};`, `router-id ${routerId};`],
    [`local-address ${EXAMPLE.router};`, `local-address ${neighbor.localAddress};`],
    [`local-as ${EXAMPLE.routerAs};`, `local-as ${as};`],
    [`peer-as ${EXAMPLE.ha2bgpAs};`, `peer-as ${neighbor.as};`],
    !isPassive && ['passive true;', 'passive false;'],
    neighbor.port !== undefined && ['# connect 179;', `connect ${neighbor.port};`],
    holdTime !== undefined && ['hold-time 9;', `hold-time ${holdTime};`],
    password !== undefined && ['# md5-password "SECRET";', `md5-password "${password}";`],
    neighbor.ttlSecurity === true && ['# outgoing-ttl 255; incoming-ttl 255;', 'outgoing-ttl 255; incoming-ttl 255;'],
    multihop !== undefined && ['# outgoing-ttl 2;', `outgoing-ttl ${multihop};`],
    families?.includes('ipv4') === false && ['        ipv4 unicast;\n', ''],
    families?.includes('ipv6') === false && ['        ipv6 unicast;\n', ''],
    neighbor.twoOctetAs === true && ['asn4 enable;', 'asn4 disable;'],
    neighbor.addPath === true && ['# add-path receive;', 'add-path receive;'],
    neighbor.extendedNextHop === true && ['asn4 enable;', 'asn4 enable;\n        nexthop enable;'],
    neighbor.extendedNextHop === true && [
      '    capability {',
      '    nexthop {\n        ipv4 unicast ipv6;\n    }\n    capability {',
    ],
  ]);
}

interface Said {
  readonly type: string;
  readonly neighbor: {
    readonly address: { readonly peer: string };
    readonly state?: string;
    readonly message?: { readonly update?: Update };
    readonly negotiated?: { readonly hold_time: number };
  };
  readonly negotiated?: { readonly hold_time: number };
}

interface Prefix {
  readonly nlri: string;
  /** Of ADD-PATH, in the form of an IPv4 address. */
  readonly 'path-information'?: string;
}

interface Update {
  readonly attribute?: {
    readonly origin: string;
    readonly 'as-path'?: readonly number[];
    readonly med?: number;
    readonly 'local-preference'?: number;
    readonly community?: readonly (readonly [number, number])[];
    readonly 'large-community'?: readonly (readonly [number, number, number])[];
    readonly 'extended-community'?: readonly { readonly value: string }[];
  };
  /** Family → next hop → what it leads to. */
  readonly announce?: Readonly<Record<string, Readonly<Record<string, readonly Prefix[]>>>>;
  readonly withdraw?: Readonly<Record<string, readonly Prefix[]>>;
}

/** Whole lines only. The values of extended communities are 64-bit numbers, more than JSON.parse keeps exact: as text. */
const parse = (text: string): Said[] =>
  text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line.replaceAll(/"value": (\d+)/g, '"value": "$1"')) as Said);

function sessionOf(heard: readonly Said[]): Session {
  const state = heard.findLast(({ type }) => type === 'state')?.neighbor.state ?? 'unknown';
  const negotiated = heard.findLast(({ type }) => type === 'negotiated');
  const isEstablished = state === 'up';
  const holdTime = (negotiated?.negotiated ?? negotiated?.neighbor.negotiated)?.hold_time;
  const updates = heard.filter(({ type }) => type === 'update').length;
  return { state, isEstablished, updates, ...(isEstablished && holdTime !== undefined ? { holdTime } : {}) };
}

/** Adj-RIB-In of each neighbor, from what was said of it: a session that goes down takes everything with it. */
function routesOf(heard: readonly Said[]): RouterRoute[] {
  const tables = new Map<string, Map<string, RouterRoute>>();
  for (const { type, neighbor } of heard) {
    const table = tables.get(neighbor.address.peer) ?? new Map<string, RouterRoute>();
    tables.set(neighbor.address.peer, table);
    if (type === 'state' && neighbor.state === 'down') table.clear();
    const update = neighbor.message?.update;
    for (const prefix of Object.values(update?.withdraw ?? {}).flat()) table.delete(keyOf(prefix));
    for (const [key, { nlri, nextHops }] of announced(update)) {
      table.set(key, routeOf(nlri, nextHops, update?.attribute));
    }
  }
  return [...tables.values()].flatMap((table) => [...table.values()]);
}

const keyOf = ({ nlri, 'path-information': path = '' }: Prefix): string => `${nlri} ${path}`;

function announced(update: Update | undefined) {
  const found = new Map<string, { readonly nlri: string; readonly nextHops: readonly string[] }>();
  for (const byNextHop of Object.values(update?.announce ?? {})) {
    for (const [nextHop, all] of Object.entries(byNextHop)) {
      for (const prefix of all) {
        const key = keyOf(prefix);
        found.set(key, { nlri: prefix.nlri, nextHops: [...(found.get(key)?.nextHops ?? []), nextHop] });
      }
    }
  }
  return found;
}

function routeOf(prefix: string, nextHops: readonly string[], attribute: Update['attribute']): RouterRoute {
  const [med, localPreference] = [attribute?.med, attribute?.['local-preference']];
  return {
    prefix,
    nextHops: nextHopsOf(nextHops),
    asPath: attribute?.['as-path'] ?? [],
    origin: originOf(attribute?.origin ?? ''),
    ...(med === undefined ? {} : { med }),
    ...(localPreference === undefined ? {} : { localPreference }),
    communities: (attribute?.community ?? []).map((pair) => communityOf(pair.join(':'))),
    largeCommunities: (attribute?.['large-community'] ?? []).map((parts) => parts.join(':')),
    extendedCommunities: (attribute?.['extended-community'] ?? []).map(({ value }) =>
      extendedOfHex(hexOf(BigInt(value), 8)),
    ),
  };
}
