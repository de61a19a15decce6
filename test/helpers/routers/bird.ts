/** BIRD 2 and 3, asked with birdc. */

import { parseRoutes } from '../bird.ts';
import { run, start } from '../processes.ts';
import { until } from '../until.ts';
import { asPathOf, communityOf, extendedOf, extendedOfHex, hexOf, nextHopsOf, originOf } from './communities.ts';
import { EXAMPLE, edited, readExample, repeated } from './example.ts';
import type { RouterKind, RouterNeighbor, RouterOptions, RouterRoute } from './kind.ts';
import type { Release } from './release.ts';

const PROTOCOL = /^protocol bgp ha2bgp \{\n[\s\S]*?^\}\n/m;
const channel = (family: string): RegExp => new RegExp(`^ {4}${family} \\{\\n[\\s\\S]*?^ {4}\\};\\n`, 'm');

export const bird = (release: Release): RouterKind => ({
  program: 'bird',
  release,
  tellsVersion: ['bird', '--version'],
  configure(options) {
    const tells = options.neighbors.some(({ enhancedRefresh }) => enhancedRefresh === true);
    const text = edited(readExample('bird-peer.conf'), [
      [`router id ${EXAMPLE.router};`, `${tells ? 'log stderr all;\n' : ''}router id ${options.routerId};`],
      options.neighbors.some(({ mergePaths }) => mergePaths === true) && [
        'protocol kernel { ',
        'protocol kernel { merge paths on; ',
      ],
    ]);
    return repeated(text, PROTOCOL, options.neighbors, (block, neighbor, index) =>
      protocol(block, options, neighbor, index),
    );
  },
  async launch({ namespace, neighbors }, { config, file }) {
    const { via, version } = release;
    const reload = version.startsWith('2.') ? ['reload', 'in'] : ['reload', 'bgp', 'in'];
    const control = file('ctl');
    const [command = '', ...args] = [...namespace.enter, ...via, 'bird', '-f', '-c', config, '-s', control];
    const started = start(command, args);
    const [client = '', ...asking] = [...via, 'birdc', '-s', control];
    const ask = (...words: string[]): Promise<string> => run(client, [...asking, ...words]);
    await until(
      () => `BIRD answering: ${started.stderr()}`,
      async () => (await start(client, [...asking, 'show', 'status']).ended) === 0,
    );
    const nameOf = (neighbor: RouterNeighbor): string => `ha2bgp${neighbors.indexOf(neighbor)}`;
    return {
      processes: [started],
      async session(neighbor) {
        const text = await ask('show', 'protocols', 'all', nameOf(neighbor));
        const [, state = 'unknown'] = /^ +BGP state: +(\S+)/m.exec(text) ?? [];
        const [, holdTime] = /^ +Hold timer: +[\d.]+\/(\d+)/m.exec(text) ?? [];
        const isEstablished = state === 'Established';
        const counts = [...text.matchAll(/^ +Import updates: +(\d+)/gm)];
        const updates = counts.reduce((sum, [, count]) => sum + Number(count), 0);
        const [, role] = /^ +Neighbor capabilities\n[\s\S]*?^ +Role: +(\S+)/m.exec(text) ?? [];
        const hasLongMessages = [...text.matchAll(/^ +Extended message$/gm)].length === 2;
        return {
          ...{ state, isEstablished, updates, hasLongMessages },
          marks: started.stderr().match(/Got (BEGIN|END)-OF-RR/g)?.length ?? 0,
          ...(isEstablished ? { holdTime: Number(holdTime ?? 0) } : {}),
          ...(role === undefined ? {} : { role: role.replace('_', '-') }),
        };
      },
      routes: async () =>
        parseRoutes(await ask('show', 'route', 'all', 'where', 'source', '=', 'RTS_BGP')).map(routeOf),
      refresh: async (neighbor) => void (await ask(...reload, nameOf(neighbor))),
    };
  },
});

function protocol(block: string, { as, port }: RouterOptions, neighbor: RouterNeighbor, index: number): string {
  const { password, families, extendedNextHop, holdTime, multihop } = neighbor;
  const isPassive = neighbor.passive ?? true;
  let text = block;
  for (const family of ['ipv4', 'ipv6'] as const) {
    if (families?.includes(family) === false) text = repeated(text, channel(family), [], String);
  }
  return edited(text, [
    ['protocol bgp ha2bgp {', `protocol bgp ha2bgp${index} {`],
    [
      `local ${EXAMPLE.router} as ${EXAMPLE.routerAs};`,
      `local ${neighbor.localAddress}${port === undefined ? '' : ` port ${port}`} as ${as};`,
    ],
    [
      `neighbor ${EXAMPLE.ha2bgp} as ${EXAMPLE.ha2bgpAs};`,
      `neighbor ${neighbor.address}${neighbor.port === undefined ? '' : ` port ${neighbor.port}`} as ${neighbor.as};`,
    ],
    // BIRD's own first call comes after 5 s, the next after 120 s.
    !isPassive && ['passive yes;', 'connect delay time 1; connect retry time 1;'],
    ['error wait time 1, 5;', 'error wait time 1, 1;'],
    holdTime !== undefined && ['hold time 9;', `hold time ${holdTime};`],
    password !== undefined && ['# password "SECRET";', `password "${password}";`],
    neighbor.ttlSecurity === true && ['# ttl security yes;', 'ttl security yes;'],
    // BIRD takes an iBGP neighbor for one behind others: with next hops that are looked up.
    multihop !== undefined && ['# multihop 2;', `multihop ${multihop};`],
    neighbor.twoOctetAs === true && ['hold time', 'enable as4 off; hold time'],
    neighbor.addPath === true && ['# add paths rx;', 'add paths rx;'],
    neighbor.enhancedRefresh === true && ['hold time', 'debug { packets }; hold time'],
    neighbor.role !== undefined && [
      '# local role provider; require roles yes;',
      `local role ${neighbor.role.replace('-', '_')};${neighbor.strictRole === true ? ' require roles yes;' : ''}`,
    ],
    neighbor.extendedMessages === true && ['hold time', 'enable extended messages yes; hold time'],
    extendedNextHop === true && ['ipv4 {\n', 'ipv4 {\n        extended next hop yes;\n'],
  ]);
}

function routeOf({
  prefix,
  attributes,
}: {
  prefix: string;
  attributes: Readonly<Record<string, string>>;
}): RouterRoute {
  const say = (name: string): string => attributes[`BGP.${name}`] ?? '';
  const number = (name: string): number | undefined => (say(name) === '' ? undefined : Number(say(name)));
  const [med, localPreference, otc] = [number('med'), number('local_pref'), number('otc')];
  return {
    prefix,
    nextHops: nextHopsOf(say('next_hop').split(' ')),
    asPath: asPathOf(say('as_path')),
    origin: originOf(say('origin')),
    ...(med === undefined ? {} : { med }),
    ...(localPreference === undefined ? {} : { localPreference }),
    communities: tuples(say('community')).map((parts) => communityOf(parts.join(':'))),
    largeCommunities: tuples(say('large_community')).map((parts) => parts.join(':')),
    extendedCommunities: tuples(say('ext_community')).map(extended),
    ...(otc === undefined ? {} : { otc }),
  };
}

/** `(65000,1) (rt, 65000, 5)`. */
const tuples = (text: string): string[][] =>
  [...text.matchAll(/\(([^)]*)\)/g)].map(([, inner = '']) => inner.split(',').map((part) => part.trim()));

/** `(generic, 0x30b0000, 0x64)` is all eight octets; `(unknown 0x4004, 65000, 1)` the type, two octets, and four. */
function extended([word = '', key = '', value = '']: readonly string[]): string {
  if (word === 'generic') return extendedOfHex(hexOf(Number(key), 4) + hexOf(Number(value), 4));
  const [, type] = /^unknown (0x[0-9a-f]+)$/.exec(word) ?? [];
  if (type !== undefined)
    return extendedOfHex(hexOf(Number(type), 2) + hexOf(Number(key), 2) + hexOf(Number(value), 4));
  return extendedOf(word, key, value);
}
