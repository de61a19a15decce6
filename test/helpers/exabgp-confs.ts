/** Configurations of ExaBGP, good and broken, and what is to be said of each. */
import type { Effect } from '../../src/config/exabgp-conf/finding.ts';

/** `refused encoder-missing 1`: effect, code and line. */
export type Expected = `${Effect} ${string} ${number}`;

export interface ConfCase {
  readonly name: string;
  /** `PROGRAM` stands for the path of ha2bgp. */
  readonly text: string;
  readonly expected: readonly Expected[];
  /** What only one release says. */
  readonly only?: { readonly '4.2'?: readonly Expected[]; readonly '5.0'?: readonly Expected[] };
  /** A line to write that has to be among those given. */
  readonly instead?: string;
}

const PROCESS = 'process ha { run PROGRAM --network 192.0.2.0/24; encoder text; }';
const API = 'api { processes [ ha ]; neighbor-changes; }';
const SESSION = 'router-id 127.0.1.2; local-address 127.0.1.2; local-as 65000; peer-as 65000;';
const NEIGHBOR = `neighbor 127.0.1.1 { ${SESSION} ${API} }`;
/** Process on line 1, neighbor on line 2. */
const conf = (process: string, neighbor: string = NEIGHBOR): string => `${process}\n${neighbor}\n`;
const inside = (...lines: readonly string[]): string =>
  conf(PROCESS, `neighbor 127.0.1.1 { ${SESSION}\n${lines.join('\n')}\n}`);
/** The same with an api section: `lines` begin on line 3. */
const withApi = (...lines: readonly string[]): string => inside(...lines, API);

export const GOOD: readonly ConfCase[] = [
  { name: 'the shortest', text: conf(PROCESS), expected: [] },
  {
    name: 'comments, tabs, carriage returns and an empty line',
    text: `# one\r\n\r\n\tprocess ha {\r\n\t\trun PROGRAM --network 192.0.2.0/24;\t# two\r\n\t\tencoder json;\r\n\t}\r\n${NEIGHBOR}`,
    expected: [],
  },
  {
    name: 'quotes around a word with spaces',
    text: conf(
      'process ha { run PROGRAM --network 192.0.2.0/24 --listen-filter "sport = :80 or sport = :53"; encoder text; }',
    ),
    expected: [],
  },
  {
    name: 'a quote that begins inside a word',
    text: conf(`process ha { run PROGRAM --network=192.0.2.0/24 --listen-filter='sport = :80'; encoder text; }`),
    expected: [],
  },
  {
    name: 'a line that a backslash joins to the next',
    text: conf('process ha {\n    run PROGRAM \\\n        --network 192.0.2.0/24;\n    encoder text;\n}'),
    expected: [],
  },
  {
    name: 'a template, and two neighbors that inherit everything from it',
    text: `${PROCESS}
template {
    neighbor base { local-as 65000; peer-as 65001; router-id 127.0.1.2; family { ipv4 unicast; } ${API} }
}
neighbor 127.0.1.1 { inherit base; local-address 127.0.1.2; }
neighbor 127.0.1.3 { inherit [ base ]; local-address 127.0.1.2; }
`,
    expected: [],
  },
  {
    name: 'one session a family',
    text: `process ha { run PROGRAM --network 192.0.2.0/24 --network 2001:db8::/64 --nexthop-self-ipv6; encoder text; }
neighbor 127.0.1.1 { ${SESSION} family { ipv4 unicast; } ${API} }
neighbor 2001:db8:1::1 { router-id 127.0.1.2; local-address 2001:db8:1::2; local-as 65000; peer-as 65000; family { ipv6 unicast; } ${API} }
`,
    expected: [],
  },
  {
    name: 'another process, which another neighbor lists',
    text: `${PROCESS}\nprocess other { run /bin/cat; encoder json; }\nneighbor 127.0.1.1 { ${SESSION} api { processes [ ha, other ]; neighbor-changes; } }\n`,
    expected: [],
  },
  {
    name: 'a program behind env(1), with settings in its environment',
    text: conf('process ha { run /usr/bin/env HA2BGP_NETWORK_FILTER=192.0.2.0/24 PROGRAM; encoder text; }'),
    expected: [],
  },
  {
    name: 'one neighbor of two, by --neighbor',
    text: `process ha { run PROGRAM --network 192.0.2.0/24 --neighbor 127.0.1.1; encoder text; }\n${NEIGHBOR}\nneighbor 127.0.1.3 { ${SESSION} }`,
    expected: [],
  },
  {
    name: 'path identifiers over ADD-PATH',
    text: conf(
      'process ha { run PROGRAM --network 192.0.2.0/24 --path-information 7; encoder text; }',
      `neighbor 127.0.1.1 { ${SESSION} ${API} capability { add-path send/receive; } }`,
    ),
    expected: [],
  },
  {
    name: 'flags with one dash',
    text: conf('process ha { run PROGRAM -network 192.0.2.0/24; encoder text; }'),
    expected: [],
  },
];

export const BROKEN: readonly ConfCase[] = [
  {
    name: 'nothing',
    text: '',
    expected: ['refused file-empty 1', 'mute process-missing 1', 'mute neighbor-missing 1'],
  },
  {
    name: 'comments alone',
    text: '# a\n# b\n',
    expected: ['refused file-empty 1', 'mute process-missing 1', 'mute neighbor-missing 1'],
  },

  // Processes.
  { name: 'no process', text: `neighbor 127.0.1.1 { ${SESSION} }\n`, expected: ['mute process-missing 1'] },
  {
    name: 'no encoder',
    text: conf('process ha { run PROGRAM --network 192.0.2.0/24; }'),
    expected: ['refused encoder-missing 1'],
    instead: 'encoder text;',
  },
  {
    name: 'no run',
    text: conf('process ha { encoder text; }'),
    expected: ['refused run-missing 1', 'risk run-not-ha2bgp 1'],
  },
  {
    name: 'an encoder that there is not',
    text: conf('process ha { run PROGRAM --network 192.0.2.0/24; encoder xml; }'),
    expected: ['refused value-bad 1'],
  },
  {
    name: 'two processes of one name',
    text: `${PROCESS}\n${conf(PROCESS)}`,
    expected: ['refused process-name-taken 2'],
    instead: 'process ha-2 {',
  },
  {
    name: 'a process without a name',
    text: `process { run PROGRAM --network 192.0.2.0/24; encoder text; }\nneighbor 127.0.1.1 { ${SESSION} }`,
    expected: ['mute process-name-missing 1', 'mute api-missing 2'],
  },
  {
    name: 'no respawn',
    text: conf('process ha { run PROGRAM --network 192.0.2.0/24; encoder text; respawn false; }'),
    expected: ['risk respawn-off 1'],
  },
  {
    name: "ExaBGP's own healthcheck",
    text: conf(
      'process ha { run /usr/bin/python3 -m exabgp healthcheck --cmd "exit 0" --ip 192.0.2.1 --withdraw-on-down; encoder text; }',
    ),
    expected: ['none healthcheck-original 1', 'risk run-not-ha2bgp 1'],
    instead: 'run PROGRAM healthcheck --cmd "exit 0" --ip 192.0.2.1 --withdraw-on-down;',
  },
  {
    name: "ExaBGP's own healthcheck as a module, without options",
    text: conf('process ha { run python3 -m exabgp.application.healthcheck; encoder text; }'),
    expected: ['none healthcheck-original 1', 'risk run-not-ha2bgp 1'],
    instead: 'run PROGRAM healthcheck;',
  },
  {
    name: 'a wrapper that does not tell',
    text: conf('process ha { run /bin/cat; encoder text; }'),
    expected: ['risk run-not-ha2bgp 1'],
  },

  // What stands in `run`.
  {
    name: 'a comma in a word',
    text: conf('process ha { run PROGRAM --network 192.0.2.0/24 --protocol tcp,udp; encoder text; }'),
    expected: ['mute run-word-split 1'],
    instead: 'run PROGRAM --network 192.0.2.0/24 --protocol "tcp,udp";',
  },
  {
    name: 'an unknown flag',
    text: conf('process ha {\nrun PROGRAM --netwrok 192.0.2.0/24;\nencoder text; }'),
    expected: ['mute run-setting-bad 2'],
  },
  {
    name: 'a bad setting',
    text: conf('process ha { encoder text;\nrun PROGRAM --network 192.0.2.1/24; }'),
    expected: ['mute run-setting-bad 2'],
  },
  {
    name: 'no network',
    text: conf('process ha { run PROGRAM; encoder text; }'),
    expected: ['risk run-setting-doubtful 1'],
  },
  {
    name: 'a filter without its quotes',
    text: conf('process ha { run PROGRAM --network 192.0.2.0/24 --listen-filter sport = :80; encoder text; }'),
    expected: ['mute run-setting-bad 1', 'mute run-setting-bad 1', 'mute run-setting-bad 1'],
  },
  {
    name: 'check in the place of run',
    text: conf('process ha { run PROGRAM check; encoder text; }'),
    expected: ['mute run-wrong-command 1'],
  },
  {
    name: 'help in the place of run',
    text: conf('process ha { run PROGRAM --help; encoder text; }'),
    expected: ['mute run-wrong-command 1'],
  },
  {
    name: 'a bad setting behind env(1)',
    text: conf('process ha { run /usr/bin/env HA2BGP_NETWORK_FILTER=x PROGRAM; encoder text; }'),
    expected: ['mute run-setting-bad 1'],
  },
  {
    name: 'IPv6 without a next hop',
    text: conf('process ha { run PROGRAM --network 192.0.2.0/24 --network 2001:db8::/64; encoder text; }'),
    expected: ['mute next-hop-missing 1'],
    instead: 'run PROGRAM --network 192.0.2.0/24 --network 2001:db8::/64 --nexthop 2001:db8::1;',
  },
  {
    name: 'IPv6 with self over IPv4',
    text: conf('process ha { run PROGRAM --network 2001:db8::/64 --nexthop-self-ipv6; encoder text; }'),
    expected: ['mute next-hop-self 1'],
    instead: 'run PROGRAM --network 2001:db8::/64 --nexthop 2001:db8::1;',
  },
  {
    name: 'IPv4 with self over IPv6',
    text: conf(
      PROCESS,
      `neighbor 2001:db8:1::1 { router-id 127.0.1.2; local-address 2001:db8:1::2; local-as 65000; peer-as 65000; ${API} }`,
    ),
    expected: ['risk next-hop-self 2'],
  },

  {
    name: 'the grammar of ExaBGP 6',
    text: conf('process ha { run PROGRAM --network 192.0.2.0/24 --exabgp-api 6; encoder text; }'),
    expected: ['mute run-setting-bad 1'],
  },
  {
    name: 'a backend that does not read',
    text: conf('process ha { run PROGRAM --network 192.0.2.0/24 --bgp-backend test; encoder text; }'),
    expected: ['mute run-setting-bad 1'],
  },
  {
    name: 'a dry run',
    text: conf('process ha { run PROGRAM --network 192.0.2.0/24 --dry-run; encoder text; }'),
    expected: ['risk run-setting-doubtful 1'],
  },
  {
    name: 'a neighbor of --neighbor that there is not',
    text: conf('process ha { run PROGRAM --network 192.0.2.0/24 --neighbor 127.0.1.9; encoder text; }'),
    expected: ['mute neighbor-unknown 1'],
  },
  {
    name: 'a neighbor of --neighbor that does not list the process',
    text: `process ha { run PROGRAM --network 192.0.2.0/24 --neighbor 127.0.1.3; encoder text; }\n${NEIGHBOR}\nneighbor 127.0.1.3 { ${SESSION} }`,
    expected: ['mute api-missing 3'],
  },
  {
    name: 'path identifiers without ADD-PATH',
    text: conf('process ha { run PROGRAM --network 192.0.2.0/24 --path-information 7; encoder text; }'),
    expected: ['risk add-path-missing 2'],
    instead: 'capability { add-path send; }',
  },

  // Neighbors, and what they list.
  { name: 'no neighbor', text: PROCESS, expected: ['mute neighbor-missing 1'] },
  {
    name: 'no api',
    text: inside(),
    expected: ['mute api-missing 2'],
    instead: 'api { processes [ ha ]; neighbor-changes; }',
  },
  { name: 'an api that lists nothing', text: inside('api { neighbor-changes; }'), expected: ['mute api-missing 3'] },
  {
    name: 'an api that lists another process',
    text: `process other { run /bin/cat; encoder text; }\n${conf(PROCESS, `neighbor 127.0.1.1 { ${SESSION}\napi { processes [ other ]; } }`)}`,
    expected: ['mute api-missing 4'],
    instead: 'api { processes [ other, ha ]; neighbor-changes; }',
  },
  {
    name: 'an api in one neighbor of two',
    text: `${conf(PROCESS)}neighbor 127.0.1.3 { ${SESSION} }\n`,
    expected: ['risk api-missing 3'],
  },
  {
    name: 'an api that lists what there is not',
    text: inside('api { processes [ hq ]; neighbor-changes; }'),
    expected: ['refused api-process-unknown 3', 'mute api-missing 3'],
    instead: 'processes [ ha ];',
  },
  {
    name: 'an api that lists one that there is, and one that is mistyped',
    text: `process hc { run /bin/cat; encoder text; }\n${inside('api { processes [ haa, hc ]; neighbor-changes; }')}`,
    expected: ['refused api-process-unknown 4', 'mute api-missing 4'],
    instead: 'api { processes [ ha, hc ]; neighbor-changes; }',
  },
  {
    name: 'processes without brackets',
    text: inside('api { processes ha; neighbor-changes; }'),
    expected: ['refused value-bad 3', 'mute api-missing 3'],
  },
  {
    name: 'no neighbor-changes',
    text: inside('api { processes [ ha ]; }'),
    expected: ['risk neighbor-changes-missing 3'],
    instead: 'neighbor-changes;',
  },
  {
    name: 'neighbor-changes off',
    text: inside('api { processes [ ha ]; neighbor-changes disable; }'),
    expected: ['risk neighbor-changes-missing 3'],
  },
  {
    name: 'one name for two api sections',
    text: `${PROCESS}\nneighbor 127.0.1.1 { ${SESSION} api one { processes [ ha ]; neighbor-changes; } }\nneighbor 127.0.1.3 { ${SESSION} api one { processes [ ha ]; neighbor-changes; } }\n`,
    expected: ['refused api-name-bad 3'],
  },
  {
    name: 'processes-match',
    text: inside('api { processes-match [ "h.*" ]; neighbor-changes; }'),
    expected: ['risk neighbor-changes-missing 3'],
    only: { '4.2': ['refused word-unknown 3'] },
  },
  {
    name: 'processes-match that matches nothing',
    text: inside('api { processes-match [ "x.*" ]; neighbor-changes; }'),
    expected: ['mute api-missing 3'],
    only: { '4.2': ['refused word-unknown 3'], '5.0': ['refused api-process-unknown 3'] },
  },
  {
    name: 'no AS numbers',
    text: conf(PROCESS, `neighbor 127.0.1.1 { router-id 127.0.1.2; local-address 127.0.1.2; ${API} }`),
    expected: ['refused neighbor-incomplete 2', 'refused neighbor-incomplete 2'],
    instead: 'peer-as 65000;',
  },
  {
    name: 'AS numbers that are auto',
    text: conf(
      PROCESS,
      `neighbor 127.0.1.1 { router-id 127.0.1.2; local-address 127.0.1.2; local-as auto; peer-as auto; ${API} }`,
    ),
    expected: [],
    only: { '4.2': ['refused neighbor-incomplete 2', 'refused neighbor-incomplete 2'] },
  },
  {
    name: 'no router-id over IPv6',
    text: conf(
      'process ha { run PROGRAM --network 2001:db8::/64 --nexthop-self-ipv6; encoder text; }',
      `neighbor 2001:db8:1::1 { local-address 2001:db8:1::2; local-as 65000; peer-as 65000; ${API} }`,
    ),
    expected: ['refused neighbor-incomplete 2'],
  },
  {
    name: 'ends of two families',
    text: conf(
      PROCESS,
      `neighbor 127.0.1.1 { router-id 127.0.1.2;\nlocal-address ::1; local-as 65000; peer-as 65000; ${API} }`,
    ),
    expected: ['refused neighbor-two-families 3'],
  },
  {
    name: 'a range that is not passive',
    text: conf(PROCESS, `neighbor 127.0.1.0/24 { ${SESSION} ${API} }`),
    expected: ['refused neighbor-range 2'],
    instead: 'passive true;',
  },
  { name: 'the same neighbor twice', text: `${conf(PROCESS)}${NEIGHBOR}`, expected: ['refused neighbor-twice 3'] },
  {
    name: 'a neighbor without an address',
    text: conf(PROCESS, `neighbor { ${SESSION} ${API} }`),
    expected: ['refused value-bad 2'],
  },
  {
    name: 'a name for a neighbor',
    text: conf(PROCESS, `neighbor router1 { ${SESSION} ${API} }`),
    expected: ['refused value-bad 2'],
  },
  {
    name: 'a template that stands below',
    text: `${PROCESS}\nneighbor 127.0.1.1 { ${SESSION}\ninherit base; }\ntemplate { neighbor base { ${API} } }\n`,
    expected: ['mute api-missing 2', 'risk template-unknown 3'],
  },
  { name: 'a hold time of 2 s', text: withApi('hold-time 2;'), expected: ['refused value-bad 3'] },
  { name: 'adj-rib-out off', text: withApi('adj-rib-out false;'), expected: ['risk adj-rib-out-off 3'] },
  {
    name: 'graceful restart',
    text: withApi('capability {', 'graceful-restart 60;', '}'),
    expected: ['risk graceful-restart 4'],
  },
  {
    name: 'graceful restart that is off',
    text: withApi('capability {', 'graceful-restart disable;', '}'),
    expected: [],
  },
  {
    name: 'a password that is no base64',
    text: withApi('md5-password abcde;', 'md5-base64 true;'),
    expected: ['refused md5-not-base64 4'],
  },

  // Families.
  {
    name: 'IPv6 that no neighbor carries',
    text: conf(
      'process ha { run PROGRAM --network 2001:db8::/64 --nexthop 2001:db8::1; encoder text; }',
      `neighbor 127.0.1.1 { ${SESSION} ${API}\nfamily {\nipv4 unicast;\n}\n}`,
    ),
    expected: ['mute family-missing 3'],
    instead: 'ipv6 unicast;',
  },
  {
    name: 'IPv4 that no neighbor carries',
    text: withApi('family { ipv6 unicast; }'),
    expected: ['mute family-missing 3'],
    instead: 'ipv4 unicast;',
  },
  { name: 'flow routes alone', text: withApi('family { ipv4 flow; }'), expected: ['mute family-missing 3'] },
  {
    name: 'IPv4 that one neighbor of two carries',
    text: `${conf(PROCESS)}neighbor 127.0.1.3 { ${SESSION} ${API}\nfamily { ipv6 unicast; } }\n`,
    expected: ['risk family-missing 4'],
  },
  {
    name: 'a family of a template',
    text: `${PROCESS}\ntemplate { neighbor base {\nfamily { ipv6 unicast; } } }\nneighbor 127.0.1.1 { inherit base; ${SESSION} ${API} }\n`,
    expected: ['mute family-missing 3'],
  },
  {
    name: 'a family twice',
    text: withApi('family { ipv4 unicast;', 'ipv4 unicast; }'),
    expected: ['refused family-twice 4'],
  },
  {
    name: 'a family that there is not',
    text: withApi('family { ipv4 unicasts; }'),
    expected: ['refused value-bad 3', 'mute family-missing 3'],
  },
  { name: 'all families', text: withApi('family { all; }'), expected: [], only: { '4.2': ['refused word-unknown 3'] } },
  {
    name: 'all families and one more',
    text: withApi('family { all; ipv4 unicast; }'),
    expected: ['refused family-twice 3'],
    only: { '4.2': ['refused word-unknown 3'] },
  },
  {
    name: 'all families behind one',
    text: withApi('family { ipv4 unicast; all; }'),
    expected: ['risk family-all-late 3'],
    only: { '4.2': ['refused word-unknown 3'] },
  },
  {
    name: 'a static IPv6 route with self',
    text: withApi('static {', 'route 2001:db8::/48 next-hop self;', '}'),
    expected: [],
    only: { '4.2': ['mute static-next-hop-self 4'], '5.0': ['refused static-next-hop-self 4'] },
  },
  {
    name: 'a static IPv6 route of no family',
    text: withApi('family { ipv4 unicast; }', 'static { route 2001:db8::/48 next-hop 2001:db8::1; }'),
    expected: ['refused static-family 4'],
  },

  // 3.x.
  {
    name: 'a group of 3.x',
    text: `group bgpproxy {
    router-id 10.1.1.1;
    neighbor 127.0.1.1 { local-address 127.0.1.2; local-as 65000; peer-as 65000; }
    process do-bgp-stuff { run PROGRAM -network 100.64.0.0/24 ; }
}
`,
    expected: ['refused group-of-3x 1'],
    instead: '        processes [ do-bgp-stuff ];',
  },
  {
    name: 'a process inside a neighbor',
    text: conf(PROCESS, `neighbor 127.0.1.1 { ${SESSION} ${API}\nprocess old { run PROGRAM; } }`),
    expected: ['refused process-inside 3'],
    instead: '    processes [ old ];',
  },

  // Words and braces.
  {
    name: 'a section that there is not',
    text: `${conf(PROCESS)}neighbour 127.0.1.3 {\n}\n`,
    expected: ['refused section-unknown 3'],
    instead: 'neighbor 127.0.1.3 {',
  },
  {
    name: 'a word that there is not',
    text: withApi('holdtime 9;'),
    expected: ['refused word-unknown 3'],
    instead: 'hold-time 9;',
  },
  {
    name: 'a word at the top level',
    text: `router-id 127.0.1.2;\n${conf(PROCESS)}`,
    expected: ['refused word-unknown 1'],
  },
  { name: 'an include', text: `include "other.conf";\n${conf(PROCESS)}`, expected: ['refused word-unknown 1'] },
  { name: 'a semicolon too many', text: `${PROCESS};\n${NEIGHBOR}`, expected: ['refused word-unknown 1'] },
  {
    name: 'a semicolon that is missing at the end of a line',
    text: withApi('hold-time 9'),
    expected: ['refused statement-unfinished 3'],
    instead: 'hold-time 9;',
  },
  {
    name: 'a semicolon that is missing before a brace',
    text: conf('process ha { run PROGRAM --network 192.0.2.0/24; encoder text }'),
    expected: ['refused encoder-missing 1', 'risk semicolon-missing 1'],
    instead: 'encoder text;',
  },
  {
    name: 'a semicolon that is missing at the end of a line that is needed',
    text: conf(
      PROCESS,
      `neighbor 127.0.1.1 { router-id 127.0.1.2; local-address 127.0.1.2; peer-as 65000;\nlocal-as 65001\n${API} }`,
    ),
    expected: ['refused statement-unfinished 3'],
    instead: 'local-as 65001;',
  },
  {
    name: 'a semicolon that is missing before another statement',
    text: conf(
      PROCESS,
      `neighbor 127.0.1.1 { router-id 127.0.1.2; peer-as 65000;\nlocal-address 127.0.1.2 local-as 65001;\n${API} }`,
    ),
    expected: ['refused neighbor-incomplete 3'],
    instead: 'local-address 127.0.1.2; local-as 65001;',
  },
  {
    name: 'the brace on the next line',
    text: `process ha\n{\nrun PROGRAM --network 192.0.2.0/24; encoder text; }\n${NEIGHBOR}`,
    expected: ['refused brace-below 1'],
    instead: 'process ha {',
  },
  {
    name: 'a comment in the middle of a statement',
    text: withApi('hold-time # seconds', '9;'),
    expected: ['refused statement-unfinished 3', 'refused word-unknown 4'],
  },
  {
    name: 'a brace that is missing',
    text: `${PROCESS}\nneighbor 127.0.1.1 { ${SESSION} ${API}\n`,
    expected: ['risk brace-missing 2'],
    instead: '}',
  },
  {
    name: 'a brace that is missing in the middle',
    text: `process ha { run PROGRAM --network 192.0.2.0/24; encoder text;\n${NEIGHBOR}`,
    expected: ['risk brace-missing 1', 'mute neighbor-missing 1', 'refused section-unknown 2'],
  },
  {
    name: 'a brace too many, with more behind it',
    text: `${PROCESS}\n}\n${NEIGHBOR}`,
    expected: ['mute neighbor-missing 1', 'mute brace-stray 2'],
  },
  { name: 'a brace too many at the end', text: `${conf(PROCESS)}}\n`, expected: ['risk brace-stray 3'] },
  { name: 'a quote that is never closed', text: withApi('description "a router;'), expected: ['refused quote-open 3'] },
  {
    name: 'a word alone',
    text: `${PROCESS}\nhello\n${NEIGHBOR}`,
    expected: [],
    only: { '4.2': ['risk word-stray 2'], '5.0': ['refused word-stray 2'] },
  },
  { name: 'an escape that cannot be read', text: withApi('description \\uXYZ1;'), expected: ['refused escape-bad 3'] },
  {
    name: 'an escape that only 5.0 can read',
    text: withApi('description \\u0041;'),
    expected: [],
    only: { '4.2': ['refused escape-bad 3'] },
  },
  {
    name: 'a byte order mark',
    text: `\uFEFF${conf(PROCESS)}`,
    expected: ['refused section-unknown 1', 'mute process-missing 1', 'refused api-process-unknown 2'],
  },
];
