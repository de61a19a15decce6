/** Damage to an exabgp.conf, the same for the same seed: what people and editors do to such files, and worse. */

/** Words and marks that mean something to ExaBGP, in places where they don't belong. */
const BITS = [
  ...[
    '{',
    '}',
    ';',
    '#',
    '"',
    "'",
    '\\',
    '[',
    ']',
    ',',
    ' ',
    '\n',
    ';;',
    '{ }',
    '}\n}',
    '\\n',
    '\\t',
    '\\u0041',
    '\\\n',
  ],
  ...['\u00e9', '\x0c', '\r', '\u2028', 'foo', 'family', 'api', 'ha', 'process', 'neighbor', 'inherit', 'auto', 'true'],
  ...['disable;', 'unicast', 'x y;', '"x"', '::1', '10.0.0.1', '192.0.2.0/24', '65000', 'local-as', 'all', 'multicast'],
  ...['ipv6 unicast;', 'all;', 'encoder text;', 'run /bin/cat;', 'passive;', 'passive true;', 'router-id 1.1.1.1;'],
  ...[
    'processes [ ha ];',
    'processes-match [ h.* ];',
    'group g {',
    'template t {',
    'neighbor 10.9.9.9 {',
    'api shared {',
  ],
  ...['hold-time 2;', 'hold-time 65536;', 'respawn;', 'outgoing-ttl 300;', 'adj-rib-out;', 'peer-address 1.2.3.4;'],
  ...['local-address auto;', 'add-path { ipv4 unicast; }', 'listen 1179;', 'md5-base64 true;', 'md5-password;'],
  ...['host-name a1;', 'nexthop { ipv4 unicast ipv6; }', 'operational { }', 'l2vpn { }', 'announce { ipv4 { } }'],
  ...['send { all; }', 'multi-session;', 'description "x";', 'local-as 1.5;', 'local-as 4294967296;', 'rate-limit 0;'],
  ...['template { neighbor b2 { inherit base; } }', 'source-interface eth0;', 'graceful-restart;'],
];

export function damaged(texts: readonly string[], count: number, seed: number): string[] {
  const below = chances(seed);
  const pick = <T>(of: readonly T[]): T => of[below(of.length)] as T;
  const one = (): string => {
    let text = pick(texts);
    for (let left = 1 + below(3); left > 0; left--) text = damage(text, below, () => pick(BITS));
    return below(20) === 0 ? text.slice(0, below(text.length + 1)) : text;
  };
  return Array.from({ length: count }, one);
}

function damage(text: string, below: (limit: number) => number, bit: () => string): string {
  const at = below(text.length + 1);
  const lines = text.split('\n');
  const words = text.split(' ');
  switch (below(5)) {
    case 0:
      return text.slice(0, at) + text.slice(at + 1 + below(12));
    case 1:
      return text.slice(0, at) + bit() + text.slice(at);
    case 2:
      return lines.toSpliced(below(lines.length), 1).join('\n');
    case 3:
      return lines.toSpliced(below(lines.length), 0, lines[below(lines.length)] ?? '').join('\n');
    default:
      return words.toSpliced(below(words.length), 1, bit()).join(' ');
  }
}

/** A linear congruential generator: the damage is the same everywhere, and needs no chance. */
function chances(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}
