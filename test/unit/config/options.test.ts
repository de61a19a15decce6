import { describe, expect, it } from 'vitest';
import { type Option, textsIn } from '../../../src/config/option.ts';
import { listenFilter } from '../../../src/config/option-filter.ts';
import { OPTION_NAMES, OPTIONS, type OptionName, type Settings } from '../../../src/config/options.ts';
import { policyFrom } from '../../../src/config/policy.ts';
import { type GivenFlags, resolveSettings } from '../../../src/config/settings.ts';
import { NO_STATICS } from '../../../src/model/policy.ts';
import { or, sport } from '../../helpers/listen-filters.ts';

interface Cases {
  /** Texts, and the value that they stand for. */
  readonly good: readonly (readonly [readonly string[], unknown])[];
  readonly bad: readonly string[];
}

const delays: Cases = {
  good: [
    [['0'], 0],
    [['0s'], 0],
    [['250ms'], 250],
    [['1m30s'], 90_000],
    [['24h'], 86_400_000],
    [['1d'], 86_400_000],
  ],
  bad: ['', '3', '-1s', '86400001ms', '24h1ms', '2d', '1w', '3 s', 'never', '9'.repeat(400).concat('s')],
};
const publishIntervals: Cases = {
  good: [
    [['1s'], 1_000],
    [['1h'], 3_600_000],
  ],
  bad: ['', '0', '999ms', '61m', '10'],
};
const penalties: Cases = {
  good: [
    [['1'], 1],
    [['3000'], 3_000],
    [['1000000'], 1_000_000],
  ],
  bad: ['', '0', '-1', '1.5', '1000001', '3s'],
};
const switches: Cases = {
  good: [
    ...['true', '1', 'yes', 'on', 'TRUE', 'On'].map((text) => [[text], true] as const),
    ...['false', '0', 'no', 'off', 'False', 'OFF'].map((text) => [[text], false] as const),
  ],
  bad: ['', '2', 'y', 'truee', ' true', 'enabled', 'true\n'],
};

const FILE: Cases = {
  good: [[['/etc/ha2bgp/x y.pem'], '/etc/ha2bgp/x y.pem']],
  bad: ['a\nb', ' /etc/x', 'x'.repeat(4_097)],
};

const CASES: { readonly [Name in OptionName]: Cases } = {
  network: {
    good: [
      [['192.0.2.0/24'], ['192.0.2.0/24']],
      [
        ['192.0.2.0/24', '2001:DB8::/32'],
        ['192.0.2.0/24', '2001:db8::/32'],
      ],
      [['10.0.0.0/8', '10.0.0.0/8'], ['10.0.0.0/8']],
    ],
    bad: ['', '192.0.2.1', '192.0.2.1/24', '192.0.2.0/33', 'fe80::1%eth0/64', 'all', '192.0.2.0/24,10.0.0.0/8'],
  },
  listenFilter: {
    good: [
      [['sport = :53'], sport(53)],
      [['sport = :80 or sport = :443'], or(sport(80), sport(443))],
    ],
    bad: ['', '53', 'dport', 'sport = :65536', 'sport = :no-such-name', 'src localhost', '(sport = :53'],
  },
  announce: {
    good: [
      [['192.0.2.0/24'], ['192.0.2.0/24']],
      [['198.51.100.9/32', '198.51.100.9/32'], ['198.51.100.9/32']],
      [['127.0.0.5/32'], ['127.0.0.5/32']],
    ],
    bad: [
      ...['', '192.0.2.1', '192.0.2.1/24', '192.0.2.0/24,10.0.0.0/8', '0.0.0.0/0', '::/0', '169.254.1.0/24'],
      ...['fe80::1/128', '224.0.0.0/3', 'ff02::1/128', '0.1.2.3/32', '255.255.255.255/32'],
    ],
  },
  static: {
    good: [
      [['192.0.2.0/24'], [{ prefixes: ['192.0.2.0/24'], values: {} }]],
      [
        ['192.0.2.0/24 2001:DB8::/32,med=5,nexthop=10.0.0.1,nexthop=2001:db8::9', '10.0.0.1/32,as-path=7 7,as-path=8'],
        [
          { prefixes: ['192.0.2.0/24', '2001:db8::/32'], values: { med: 5, nexthop: ['10.0.0.1', '2001:db8::9'] } },
          { prefixes: ['10.0.0.1/32'], values: { asPath: [7, 7, 8] } },
        ],
      ],
    ],
    bad: ['', '192.0.2.1', '192.0.2.1/24', '0.0.0.0/0', '224.0.0.0/3', 'med=5'],
  },
  service: {
    good: [
      [['dns,prefixes=192.0.2.53/32'], [{ name: 'dns', prefixes: ['192.0.2.53/32'], values: {} }]],
      [
        [
          '_a.b-C,prefixes=192.0.2.0/24,2001:DB8::1/128,command= exit 0 ,interval=100ms,fast-interval=24h,timeout=10ms',
          '1x, rise=1000, interval=1s, prefixes=192.0.2.0/24, prefixes=192.0.2.9/32, disable-file=/x',
        ],
        [
          {
            name: '_a.b-C',
            prefixes: ['192.0.2.0/24', '2001:db8::1/128'],
            values: { command: 'exit 0', interval: 100, fastInterval: 86_400_000, timeout: 10 },
          },
          {
            name: '1x',
            prefixes: ['192.0.2.0/24', '192.0.2.9/32'],
            values: { rise: 1_000, interval: 1_000, disableFile: '/x' },
          },
        ],
      ],
      [
        [String.raw`a,prefixes=192.0.2.1/32,command="a; b, \"c\" \\d\ne	f",interval="1s"`],
        [
          {
            name: 'a',
            prefixes: ['192.0.2.1/32'],
            values: { command: 'a; b, "c" \\d\ne\tf', interval: 1_000 },
          },
        ],
      ],
      [
        [String.raw`a,prefixes=192.0.2.1/32,command=X="1" grep '\.' "f",disable-file="/a;b,c"`],
        [
          {
            name: 'a',
            prefixes: ['192.0.2.1/32'],
            values: { command: String.raw`X="1" grep '\.' "f"`, disableFile: '/a;b,c' },
          },
        ],
      ],
      [
        [`a,prefixes=192.0.2.1/32,command="${'x'.repeat(4_096)}\n"`],
        [{ name: 'a', prefixes: ['192.0.2.1/32'], values: { command: 'x'.repeat(4_096) } }],
      ],
    ],
    bad: ['dns', 'prefixes'],
  },
  anyip: switches,
  shortestPrefix: {
    good: [
      [['ipv4/8'], { ipv4: 8, ipv6: 32 }],
      [['ipv6/1'], { ipv4: 16, ipv6: 1 }],
      [['ipv6/128', 'ipv4/32'], { ipv4: 32, ipv6: 128 }],
    ],
    bad: ['', '16', '/16', 'ipv4', 'ipv4/0', 'ipv4/33', 'ipv6/129', 'ipv4/016', 'ipv5/8', 'ipv4/8/8'],
  },
  require: {
    good: [
      [['sport = :53'], [sport(53)]],
      [
        ['sport = :80', 'sport = :443'],
        [sport(80), sport(443)],
      ],
      [['sport = :80', 'sport eq :80'], [sport(80)]],
    ],
    bad: ['', '53', 'sport = :65536', '(sport = :53'],
  },
  protocol: {
    good: [
      [['tcp'], ['tcp']],
      [['udp'], ['udp']],
      [['udp,tcp'], ['tcp', 'udp']],
      [
        ['udp', 'tcp', 'udp'],
        ['tcp', 'udp'],
      ],
    ],
    bad: ['', 'TCP', 'sctp', 'tcp;udp'],
  },
  wildcard: {
    good: [
      [['host-routes'], 'host-routes'],
      [['all'], 'all'],
      [['off'], 'off'],
    ],
    bad: ['', 'none', 'host', 'true'],
  },
  acceptQueueFull: {
    good: [
      [['off'], 'off'],
      [['100ms'], 100],
      [['2s'], 2_000],
    ],
    bad: ['', '0', '99ms', '2', 'on', '25h'],
  },
  requireCarrier: switches,
  reannounce: {
    good: [
      [['0'], 0],
      [['60s'], 60_000],
    ],
    bad: ['', '60', '25h'],
  },
  onExit: {
    good: [
      [['withdraw'], 'withdraw'],
      [['keep'], 'keep'],
    ],
    bad: ['', 'drain'],
  },
  drainTime: {
    good: [
      [['0'], 0],
      [['90s'], 90_000],
    ],
    bad: ['60', '2d', '-1s'],
  },
  dataDir: {
    good: [
      [['/var/here'], '/var/here'],
      [['none'], 'none'],
    ],
    bad: ['a b', `/${'a'.repeat(255)}`],
  },
  stateDir: {
    good: [
      [['/run/here'], '/run/here'],
      [['none'], 'none'],
    ],
    bad: ['a b', `/${'a'.repeat(255)}`],
  },
  name: { good: [[['dns-1'], 'dns-1']], bad: ['a b', 'a'.repeat(65)] },
  noDampening: switches,
  dampeningPenalty: penalties,
  dampeningSuppress: penalties,
  dampeningReuse: penalties,
  dampeningHalfLife: {
    good: [
      [['100ms'], 100],
      [['20s'], 20_000],
      [['24h'], 86_400_000],
    ],
    bad: ['', '0', '99ms', '20', '25h'],
  },
  dampeningMaxSuppress: {
    good: [
      [['100ms'], 100],
      [['1m'], 60_000],
    ],
    bad: ['', '0', '99ms', '60', '25h'],
  },
  dampeningAction: {
    good: [
      [['withdraw'], 'withdraw'],
      [['log'], 'log'],
    ],
    bad: ['', 'none', 'Withdraw'],
  },
  netns: {
    good: [
      [['blue'], 'blue'],
      [['/proc/1/ns/net'], '/proc/1/ns/net'],
    ],
    bad: ['a'.repeat(256), 'a b', 'ä'],
  },
  hints: {
    good: [
      [['auto'], 'auto'],
      [['tracefs'], 'tracefs'],
      [['destroy'], 'destroy'],
      [['none'], 'none'],
    ],
    bad: ['', 'off', 'ebpf'],
  },
  discoverySource: {
    good: [
      [['auto'], 'auto'],
      [['netlink'], 'netlink'],
      [['proc'], 'proc'],
    ],
    bad: ['', '/proc', 'ss'],
  },
  onDiscoveryError: {
    good: [
      [['hold'], 'hold'],
      [['withdraw'], 'withdraw'],
    ],
    bad: ['', 'keep', 'exit'],
  },
  staleAfter: delays,
  device: {
    good: [
      [[''], ''],
      [['eth0'], 'eth0'],
      [['a'.repeat(15)], 'a'.repeat(15)],
    ],
    bad: ['a'.repeat(16), 'eth 0', 'eth0\n', 'éth0', '\x1b[31m'],
  },
  deviceLabel: {
    good: [
      [['lo:*'], 'lo:*'],
      [['[a-z]?'], '[a-z]?'],
      [['a'.repeat(64)], 'a'.repeat(64)],
    ],
    bad: ['a'.repeat(65), 'lo *', 'lo\t', 'lo\x7f'],
  },
  nexthop: {
    good: [
      [['self'], ['self']],
      [['192.0.2.9'], ['192.0.2.9']],
      [
        ['192.0.2.9', '2001:DB8::9'],
        ['192.0.2.9', '2001:db8::9'],
      ],
      [['::ffff:192.0.2.9'], ['192.0.2.9']],
      [['223.255.255.254'], ['223.255.255.254']],
      // Neither in fe80::/10 nor in ff00::/8, however they are written.
      [['fe8::1'], ['fe8::1']],
      [['ff::1'], ['ff::1']],
    ],
    bad: [
      ...['', 'Self', '0.0.0.0', '0.1.2.3', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
      ...['::', 'fe80::1', 'febf::1', 'ff02::1', 'fe80::1%eth0', '192.0.2.9/32', 'gateway'],
    ],
  },
  nexthopSelfIpv6: switches,
  med: {
    good: [
      [['0'], 0],
      [['4294967295'], 4_294_967_295],
      [['007'], 7],
    ],
    bad: ['4294967296', '-1', '1.5', '0x10', '1e3', ' 1', 'high', '99999999999999999999'],
  },
  localPreference: {
    good: [
      [['0'], 0],
      [['100'], 100],
      [['4294967295'], 4_294_967_295],
    ],
    bad: ['4294967296', '-1', '+1', '1_000', 'low'],
  },
  asPath: {
    good: [
      [['65000'], [65_000]],
      [
        ['65000', '65000', '1'],
        [65_000, 65_000, 1],
      ],
      [['65000 65000,4294967295'], [65_000, 65_000, 4_294_967_295]],
      [['1.0'], [65_536]],
      [['65535.65535'], [4_294_967_295]],
      [['0.1'], [1]],
      [[Array.from({ length: 255 }, () => '7').join(' ')], Array.from({ length: 255 }, () => 7)],
    ],
    bad: ['', '0', '0.0', '4294967296', '65536.0', '1.65536', '1.2.3', '01', 'AS65000', '-1', '{65000}', '[65000]'],
  },
  community: {
    good: [
      [['65000:1'], ['65000:1']],
      [['0:0'], ['0:0']],
      [['65535:65535'], ['65535:65535']],
      [
        ['no-export', '65000:2 65000:1', '65000:2'],
        ['65000:1', '65000:2', 'no-export'],
      ],
      // One way to write each.
      [['graceful-shutdown', '65535:0', '0xFFFF0000', 'Graceful-Shutdown'], ['graceful-shutdown']],
      [['65535:666'], ['blackhole']],
      [['65535:65281'], ['no-export']],
      [['65535:65282'], ['no-advertise']],
      [['65535:65283'], ['no-export-subconfed']],
      [['65535:65284'], ['nopeer']],
      [['0xfde80001'], ['65000:1']],
    ],
    bad: [
      ...['', '65000', '65536:1', '65535:65536', '65000:1:2', ':1', '1:', '1:01', '-1:1', '0x1', '0xFDE800010'],
      ...['internet', 'toString', '__proto__', 'no_export', '65000:1;shutdown'],
    ],
  },
  largeCommunity: {
    good: [
      [['65000:1:2'], ['65000:1:2']],
      [
        ['4294967295:0:4294967295', '1:2:3', '1:2:3'],
        ['1:2:3', '4294967295:0:4294967295'],
      ],
    ],
    bad: ['', '65000:1', '4294967296:1:2', '1:2:4294967296', '1:2:3:4', '1:02:3', '1::3', '0x1:2:3', 'no-export'],
  },
  extendedCommunity: {
    good: [
      [['target:65000:4294967295'], ['target:65000:4294967295']],
      [['Origin:1:2'], ['origin:1:2']],
      [['target:4200000000:65535'], ['target:4200000000:65535']],
      [['target:192.0.2.1:65535'], ['target:192.0.2.1:65535']],
      [['target4:65000:1'], ['target4:65000:1']],
      [['target4:4200000000:1', 'target:4200000000:1'], ['target:4200000000:1']],
      [['0x0002fde800000001', 'target:65000:1'], ['target:65000:1']],
      [['0x0102C00002010005'], ['target:192.0.2.1:5']],
      [['bandwidth:65000:125000000'], ['bandwidth:65000:125000000']],
      [['0x4004fde84cee6b28'], ['bandwidth:65000:125000000']],
      // Not a number: no words for it.
      [['0x4004fde87fc00000'], ['0x4004fde87fc00000']],
      [['0x030b000000000064'], ['0x030b000000000064']],
    ],
    bad: [
      ...['', '65000:1', 'target:65000', 'target:65000:4294967296', 'target:4294967296:1', 'target:65536:65536'],
      ...['target:192.0.2.1:65536', 'target:192.0.2.256:1', 'target:2001:db8::1:1', 'target:65000L:1', 'redirect:1:2'],
      ...['bandwidth:65536:1', 'bandwidth:1:1.5', 'origin4:1:65536', '0x0002fde80000000', '0x0002fde8000000011'],
    ],
  },
  pathInformation: {
    good: [
      [['1'], 1],
      [['4294967295'], 4_294_967_295],
    ],
    // 0 is what ExaBGP sends where no identifier is given.
    bad: ['0', '4294967296', '-1', '0.0.0.7'],
  },
  neighbor: {
    good: [
      [['192.0.2.7'], ['192.0.2.7']],
      [
        ['2001:DB8::7', '192.0.2.8 192.0.2.7', '192.0.2.7'],
        ['192.0.2.7', '192.0.2.8', '2001:db8::7'],
      ],
      [
        ['127.0.1.1', '169.254.169.1'],
        ['127.0.1.1', '169.254.169.1'],
      ],
    ],
    bad: [
      '',
      '*',
      '192.0.2.7/32',
      '0.0.0.0',
      '::',
      '224.0.0.1',
      'ff02::1',
      '255.255.255.255',
      'router',
      'fe80::1%eth0',
    ],
  },
  announceDelay: delays,
  withdrawDelay: delays,
  addressWithdrawDelay: delays,
  maxRoutes: {
    good: [
      [['auto'], 'auto'],
      [['1'], 1],
      [['1000000'], 1_000_000],
    ],
    bad: ['', '0', '1000001', '-1', '1.5', '1e3', '0x10', ' 1', '99999999999999999999', 'many'],
  },
  interval: {
    good: [
      [['auto'], 'auto'],
      [['10ms'], 10],
      [['10s'], 10_000],
    ],
    bad: ['', '0', '9ms', '9.999ms', '10001ms', '11s', '250'],
  },
  record: {
    good: [
      [['/var/lib/ha2bgp/recording'], '/var/lib/ha2bgp/recording'],
      [['a recording.jsonl'], 'a recording.jsonl'],
    ],
    bad: ['a\nb', 'a\x1b[31m', '\x7f', 'x'.repeat(4_097), ' leading', 'trailing '],
  },
  controlSocket: {
    good: [
      [['/run/ha2bgp/a.sock'], '/run/ha2bgp/a.sock'],
      [['none'], 'none'],
    ],
    bad: ['a\nb', ' /run/x', 'x'.repeat(4_097)],
  },
  apiListen: {
    good: [
      [['127.0.0.1:8080'], [{ address: '127.0.0.1', device: '', port: 8_080 }]],
      [
        ['[::1]:65535', '0.0.0.0:1'],
        [
          { address: '::1', device: '', port: 65_535 },
          { address: '0.0.0.0', device: '', port: 1 },
        ],
      ],
      [['[fe80::1%eth0]:80'], [{ address: 'fe80::1', device: 'eth0', port: 80 }]],
    ],
    bad: [
      ...['', '127.0.0.1', '8080', ':8080', '127.0.0.1:', '127.0.0.1:0', '127.0.0.1:65536', '127.0.0.1:080'],
      ...['::1:8080', '[127.0.0.1]:80', '[::1]', 'localhost:80', '224.0.0.1:80', '[fe80::1]:80', '127.0.0.1%lo:80'],
      ...['127.0.0.1:80,127.0.0.2:80', ' 127.0.0.1:80', 'http://127.0.0.1:80'],
    ],
  },
  apiTokenFile: FILE,
  apiTlsCert: FILE,
  apiTlsKey: FILE,
  apiTlsClientCa: FILE,
  recordSize: {
    good: [
      [['64KiB'], 65_536],
      [['16MiB'], 16_777_216],
      [['1GiB'], 1_073_741_824],
      [['1024KiB'], 1_048_576],
      [['0016GiB'], 17_179_869_184],
    ],
    bad: ['', '0', '63KiB', '17GiB', '16MB', '16mib', '1.5MiB', '16777216', '16 MiB', '-1MiB', '9999999999KiB'],
  },
  recordFiles: {
    good: [
      [['2'], 2],
      [['1000'], 1_000],
    ],
    bad: ['', '0', '1', '1001', '2.5', '-2', 'all'],
  },
  statusFile: {
    good: [
      [['/run/status'], ['/run/status']],
      [
        ['/run/status', 'status.json', '/run/status'],
        ['/run/status', 'status.json'],
      ],
    ],
    bad: ['', 'a\nb', ' leading', 'x'.repeat(4_097), '/run/a,/run/b'],
  },
  statusInterval: publishIntervals,
  metricsFile: {
    good: [[['/var/lib/node_exporter/ha2bgp.prom'], '/var/lib/node_exporter/ha2bgp.prom']],
    bad: ['a\nb', ' leading', 'x'.repeat(4_097)],
  },
  metricsInterval: publishIntervals,
  metricsMaxServices: {
    good: [
      [['0'], 0],
      [['5000'], 5_000],
      [['1000000'], 1_000_000],
    ],
    bad: ['', '-1', '1000001', '1e3', 'all'],
  },
  localAs: {
    good: [
      [['65000'], 65_000],
      [['4294967295'], 4_294_967_295],
      [['1.10'], 65_546],
      [['65000.10'], 4_259_840_010],
    ],
    bad: ['0', '0.0', '65536.1', '1.65536', '4294967296', 'AS65000', '1e3', '065000', '-1', '1.2.3'],
  },
  routerId: {
    good: [
      [['10.1.1.1'], '10.1.1.1'],
      [['240.0.0.1'], '240.0.0.1'],
    ],
    bad: ['0.0.0.0', '10.1.1', '2001:db8::1', '010.1.1.1', '1', 'host', '10.1.1.1/32'],
  },
  bgpListen: {
    good: [
      [['192.0.2.1'], [{ address: '192.0.2.1', device: '', port: 179 }]],
      [['127.0.1.2:1790'], [{ address: '127.0.1.2', device: '', port: 1790 }]],
      [['[::1]:1790'], [{ address: '::1', device: '', port: 1790 }]],
      [['[2001:DB8::1]', '::1'], ['2001:db8::1', '::1'].map((address) => ({ address, device: '', port: 179 }))],
      [['0.0.0.0', '::', '::'], ['0.0.0.0', '::'].map((address) => ({ address, device: '', port: 179 }))],
      [['fe80::1%eth0'], [{ address: 'fe80::1', device: 'eth0', port: 179 }]],
      [['[fe80::1%eth0]:1790'], [{ address: 'fe80::1', device: 'eth0', port: 1790 }]],
    ],
    bad: [
      ...['', ':1790', '127.0.0.1:0', '127.0.0.1:65536', '127.0.0.1:', '127.0.0.1:01790', '127.0.0.1:179:1', '[::1'],
      ...['fe80::1', 'fe80::1%', '[fe80::1]:1790', '192.0.2.1%eth0', 'localhost', '[192.0.2.1]', '224.0.0.1', '::1:x'],
    ].filter((text) => text !== '[192.0.2.1]'),
  },
  peer: {
    good: [
      [['10.1.1.254,as=65001'], [{ address: '10.1.1.254', device: '', values: { as: 65_001 } }]],
      [
        ['FE80::1%eth0, as=1.10 ,passive', '10.0.0.1,as=7,passive=no'],
        [
          { address: 'fe80::1', device: 'eth0', values: { as: 65_546, passive: true } },
          { address: '10.0.0.1', device: '', values: { as: 7, passive: false } },
        ],
      ],
      [
        ['10.0.0.1,as=7,community=65000:2 no-export,community=65000:1,hold-time=9s,families=ipv6,families=ipv4'],
        [
          {
            address: '10.0.0.1',
            device: '',
            values: {
              as: 7,
              community: ['65000:1', '65000:2', 'no-export'],
              holdTime: 9_000,
              families: ['ipv4', 'ipv6'],
            },
          },
        ],
      ],
    ],
    bad: ['', '10.1.1.254', 'router', '10.1.1.254:1790', 'fe80::1', '0.0.0.0', 'ff02::1'].filter(
      (text) => text === '10.1.1.254',
    ),
  },
  bgpBackend: {
    good: [
      [['exabgp'], ['exabgp']],
      [['test'], ['test']],
      [['exabgptest'], ['test']],
      [
        ['speaker', 'exabgp'],
        ['exabgp', 'speaker'],
      ],
      [['speaker,exabgp,speaker'], ['exabgp', 'speaker']],
    ],
    bad: ['', 'ExaBGP', 'bird', 'toString', '__proto__', 'constructor'],
  },
  config: {
    good: [[['/etc/ha2bgp.yaml'], '/etc/ha2bgp.yaml']],
    bad: ['a\nb', ' leading'],
  },
  exabgpApi: {
    good: [
      [['4'], '4'],
      [['6'], '6'],
    ],
    bad: ['', '5', '4.2', 'v6', 'text'],
  },
  dryRun: switches,
  logTo: {
    good: [
      [['stderr'], 'stderr'],
      [['syslog'], 'syslog'],
      [['journald'], 'journald'],
      [['none'], 'none'],
      [['file:/var/log/ha2bgp.log'], 'file:/var/log/ha2bgp.log'],
      [['file:/a b:c'], 'file:/a b:c'],
    ],
    bad: [
      '',
      'file',
      'file:',
      'file:/',
      'file:log',
      'file:/a\nb',
      '/var/log/ha2bgp.log',
      'Syslog',
      'stdout',
      'toString',
    ],
  },
  syslogFacility: {
    good: [
      [['daemon'], 'daemon'],
      [['local7'], 'local7'],
      [['LOCAL0'], 'local0'],
    ],
    bad: ['', 'local8', 'toString', 'constructor'],
  },
  logFormat: {
    good: [
      [['auto'], 'auto'],
      [['text'], 'text'],
      [['json'], 'json'],
    ],
    bad: ['', 'JSON', 'short-text', 'xml'],
  },
  logLevel: {
    good: [
      [['debug'], 'debug'],
      [['info'], 'info'],
      [['warn'], 'warn'],
      [['error'], 'error'],
    ],
    bad: ['', 'warning', 'INFO', 'trace', 'silent'],
  },
  debug: switches,
  noColor: switches,
};

const good = OPTION_NAMES.flatMap((name) => CASES[name].good.map(([texts, value]) => [name, texts, value] as const));
const bad = OPTION_NAMES.flatMap((name) => CASES[name].bad.map((text) => [name, text] as const));

describe('the option table', () => {
  it('names every flag, short flag and environment name once', () => {
    const all = OPTION_NAMES.map((name) => OPTIONS[name] as Option<unknown>);
    const shorts = all.flatMap(({ short }) => (short === undefined ? [] : [short]));
    for (const names of [all.map(({ flag }) => flag), all.map(({ environment }) => environment), shorts]) {
      expect(names.length).toBeGreaterThan(0);
      expect(new Set(names).size).toBe(names.length);
    }
    // Taken by commander.
    expect(shorts).not.toEqual(expect.arrayContaining(['h']));
    expect(shorts).not.toEqual(expect.arrayContaining(['v']));
  });

  it.each(OPTION_NAMES)('describes %s in one line', (name) => {
    const { flag, environment, help, kind, argument } = OPTIONS[name] as Option<unknown>;
    expect(flag).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    expect(environment).toMatch(/^HA2BGP_[A-Z0-9_]+$/);
    expect(help).toMatch(/^[^\n]{10,150}[^.\n]$/);
    expect(argument === '').toBe(kind === 'switch');
  });

  it.each(OPTION_NAMES)('has a default for %s that comes back from its text', (name) => {
    const option = OPTIONS[name] as Option<unknown>;
    const text = option.format(option.default);
    const texts = textsIn(option, text).filter((part) => option.kind !== 'list' || part !== '');
    expect(option.parse(texts)).toEqual({ value: option.default });
  });
});

describe('values', () => {
  it.each(good)('of %s: %j is read', (name, texts, value) => {
    expect(OPTIONS[name].parse(texts)).toEqual({ value });
  });

  it.each(good)('of %s: %j comes back from what format writes', (name, texts, value) => {
    const option = OPTIONS[name] as Option<unknown>;
    const text = option.format(value);
    expect(option.parse(textsIn(option, text))).toEqual(option.parse(texts));
  });

  it.each(bad)('of %s: %j is refused with what was expected', (name, text) => {
    const parsed = OPTIONS[name].parse([text]);
    expect(parsed).toEqual({ problems: [{ text, expected: expect.stringMatching(/^\S.{5,150}$/) }] });
  });

  it('of a list are all judged', () => {
    expect(OPTIONS.network.parse(['bad', '192.0.2.0/24', 'worse'])).toMatchObject({
      problems: [{ text: 'bad' }, { text: 'worse' }],
    });
  });

  it('of a list of words are judged one by one', () => {
    expect(OPTIONS.community.parse(['65000:1 bad', 'worse'])).toMatchObject({
      problems: [{ text: 'bad' }, { text: 'worse' }],
    });
    expect(OPTIONS.asPath.parse(['1 0 2', '4294967296'])).toMatchObject({
      problems: [{ text: '0' }, { text: '4294967296' }],
    });
    expect(OPTIONS.asPath.parse([Array.from({ length: 256 }, () => '7').join(' ')])).toEqual({
      problems: [{ text: '256 AS numbers', expected: 'at most 255' }],
    });
  });

  it('of a filter are refused with the place of the mistake', () => {
    expect(OPTIONS.listenFilter.parse(['sport = 80000'])).toEqual({
      problems: [
        {
          text: 'sport = 80000',
          expected: 'a port such as ":80", from :0 to :65535 at column 9, where "80000" stands',
        },
      ],
    });
    expect(OPTIONS.listenFilter.parse(['sport ='])).toMatchObject({
      problems: [{ expected: expect.stringMatching(/at column 8, where the filter ends$/) }],
    });
  });

  it('of a filter may name ports, and are printed without names', () => {
    const { flag, environment, help, default: preset } = OPTIONS.listenFilter;
    const option = listenFilter({ flag, environment, help, default: preset }, (name) => (name === 'http' ? [80] : []));
    expect(option.parse(['sport = :http'])).toEqual({ value: sport(80) });
    expect(option.format(sport(80))).toBe('sport = :80');
    expect(option.parse(['sport = :htpt'])).toMatchObject({
      problems: [{ expected: expect.stringContaining('(no port has the name "htpt" in /etc/services) at column 9') }],
    });
  });

  it('of a duration are refused with its range', () => {
    expect(OPTIONS.interval.parse(['1h'])).toMatchObject({
      problems: [{ expected: expect.stringContaining('from 10ms to 10s') }],
    });
  });
});

describe('each option', () => {
  const settingsOf = (flags: GivenFlags): Settings => {
    const { settings, problems } = resolveSettings(flags, {});
    expect(problems).toEqual([]);
    return settings;
  };
  /** With an IPv6 network, so that a next hop for IPv6 has an effect. */
  const base: GivenFlags = { network: ['192.0.2.0/24', '2001:db8::/32'] };

  /** What changes the policy of the core. */
  const POLICY = {
    network: ['198.51.100.0/24', '2001:db8::/32'],
    listenFilter: ['sport = :53'],
    announce: ['203.0.113.0/24'],
    static: ['203.0.113.0/24,med=7'],
    service: ['dns,prefixes=192.0.2.53/32,rise=2,command=true'],
    anyip: ['true'],
    shortestPrefix: ['ipv4/20'],
    require: ['sport = :53'],
    wildcard: ['all'],
    acceptQueueFull: ['2s'],
    requireCarrier: ['true'],
    onDiscoveryError: ['withdraw'],
    staleAfter: ['7s'],
    device: ['eth0'],
    deviceLabel: ['lo:*'],
    nexthop: ['192.0.2.9'],
    nexthopSelfIpv6: ['true'],
    med: ['7'],
    localPreference: ['7'],
    asPath: ['7'],
    community: ['65000:7'],
    largeCommunity: ['65000:7:7'],
    extendedCommunity: ['target:65000:7'],
    pathInformation: ['7'],
    neighbor: ['192.0.2.7'],
    announceDelay: ['7s'],
    withdrawDelay: ['7s'],
    addressWithdrawDelay: ['7s'],
    maxRoutes: ['7'],
    noDampening: ['true'],
    dampeningPenalty: ['7'],
    dampeningSuppress: ['7000'],
    dampeningReuse: ['700'],
    dampeningHalfLife: ['7s'],
    dampeningMaxSuppress: ['7m'],
    dampeningAction: ['log'],
  } as const satisfies GivenFlags;
  /** What `run` itself looks at, or what changes a setting that it looks at. */
  const RUN = {
    protocol: [['udp'], 'protocol', ['udp']],
    netns: [['blue'], 'netns', 'blue'],
    hints: [['none'], 'hints', 'none'],
    discoverySource: [['proc'], 'discoverySource', 'proc'],
    interval: [['1s'], 'interval', 1_000],
    reannounce: [['7s'], 'reannounce', 7_000],
    onExit: [['keep'], 'onExit', 'keep'],
    stateDir: [['/run/here'], 'stateDir', '/run/here'],
    drainTime: [['9s'], 'drainTime', 9_000],
    dataDir: [['/var/here'], 'dataDir', '/var/here'],
    name: [['dns'], 'name', 'dns'],
    record: [['/tmp/recording'], 'record', '/tmp/recording'],
    recordSize: [['1MiB'], 'recordSize', 1_048_576],
    recordFiles: [['9'], 'recordFiles', 9],
    controlSocket: [['/run/x.sock'], 'controlSocket', '/run/x.sock'],
    apiListen: [['127.0.0.1:8080'], 'apiListen', [{ address: '127.0.0.1', device: '', port: 8_080 }]],
    apiTokenFile: [['/etc/x'], 'apiTokenFile', '/etc/x'],
    apiTlsCert: [['/etc/x'], 'apiTlsCert', '/etc/x'],
    apiTlsKey: [['/etc/x'], 'apiTlsKey', '/etc/x'],
    apiTlsClientCa: [['/etc/x'], 'apiTlsClientCa', '/etc/x'],
    statusFile: [['/run/status'], 'statusFile', ['/run/status']],
    statusInterval: [['7s'], 'statusInterval', 7_000],
    metricsFile: [['/run/ha2bgp.prom'], 'metricsFile', '/run/ha2bgp.prom'],
    metricsInterval: [['7s'], 'metricsInterval', 7_000],
    metricsMaxServices: [['7'], 'metricsMaxServices', 7],
    bgpBackend: [['test'], 'bgpBackend', ['test']],
    config: [['/etc/x.yaml'], 'config', '/etc/x.yaml'],
    localAs: [['65001'], 'localAs', 65_001],
    routerId: [['10.0.0.7'], 'routerId', '10.0.0.7'],
    bgpListen: [['127.0.0.7'], 'bgpListen', [{ address: '127.0.0.7', device: '', port: 179 }]],
    peer: [['10.0.0.7,as=7'], 'peer', [{ address: '10.0.0.7', device: '', values: { as: 7 } }]],
    exabgpApi: [['6'], 'exabgpApi', '6'],
    dryRun: [['true'], 'dryRun', true],
    logTo: [['none'], 'logTo', 'none'],
    syslogFacility: [['local1'], 'syslogFacility', 'local1'],
    logFormat: [['json'], 'logFormat', 'json'],
    logLevel: [['error'], 'logLevel', 'error'],
    debug: [['true'], 'logLevel', 'debug'],
    noColor: [['true'], 'noColor', true],
  } as const;

  it('has an effect that stands here', () => {
    expect([...Object.keys(POLICY), ...Object.keys(RUN)].sort()).toEqual([...OPTION_NAMES].sort());
  });

  it.each(Object.entries(POLICY))('changes the policy: %s', (name, texts) => {
    expect(policyFrom(settingsOf({ ...base, [name]: texts }))).not.toEqual(policyFrom(settingsOf(base)));
  });

  it.each(Object.entries(RUN))('changes a setting of run alone: %s', (name, [texts, setting, value]) => {
    const recording = name.startsWith('record') ? { record: ['/tmp/other'] } : {};
    const published: GivenFlags = name.endsWith('Interval')
      ? { statusFile: ['/tmp/status'], metricsFile: ['/tmp/metrics.prom'] }
      : {};
    const speaker: GivenFlags = ['localAs', 'routerId', 'bgpListen', 'peer'].includes(name)
      ? { bgpBackend: ['exabgp,speaker'], localAs: ['65000'], routerId: ['10.1.1.1'], peer: ['10.9.9.9,as=65009'] }
      : {};
    const syslog = name === 'syslogFacility' ? { logTo: ['syslog'] } : {};
    const api = { apiListen: ['127.0.0.1:7'], apiTlsCert: ['/etc/cert'], apiTlsKey: ['/etc/key'] };
    const others = name.startsWith('api') ? api : {};
    const changed = settingsOf({
      ...base,
      ...recording,
      ...published,
      ...speaker,
      ...syslog,
      ...others,
      [name]: texts,
    });
    expect(changed[setting]).toEqual(value);
    expect(settingsOf({ ...base, ...speaker })[setting]).not.toEqual(value);
    expect(policyFrom(changed)).toEqual(policyFrom(settingsOf(base)));
  });
});

describe('policyFrom', () => {
  it('takes every setting to its place', () => {
    const dns = {
      ...{ kind: 'local', id: 'dns', prefixes: ['192.0.2.53/32', '2001:db8::53/128'] },
      check: { rise: 2, fall: 3, interval: 5_000, fastInterval: 1_000 },
      probe: { command: 'dig', disableFile: undefined, timeout: 5_000 },
    };
    const { settings } = resolveSettings(
      {
        network: ['192.0.2.0/24', '2001:db8::/32'],
        listenFilter: ['sport = :53'],
        device: ['eth7'],
        deviceLabel: ['lo:*'],
        nexthop: ['192.0.2.9', '2001:db8::9'],
        med: ['5'],
        localPreference: ['0'],
        asPath: ['65000', '65000'],
        community: ['65000:1', 'no-export'],
        largeCommunity: ['65000:1:2'],
        extendedCommunity: ['target:65000:1'],
        pathInformation: ['9'],
        neighbor: ['192.0.2.7', '192.0.2.8'],
        announceDelay: ['1s'],
        withdrawDelay: ['2s'],
        addressWithdrawDelay: ['3s'],
        maxRoutes: ['4'],
        announce: ['203.0.113.0/24'],
        service: [
          'dns,prefixes=192.0.2.53/32,prefixes=2001:db8::53/128,rise=2,command=dig',
          'web,prefixes=192.0.2.80/32',
        ],
        anyip: ['true'],
        shortestPrefix: ['ipv4/20'],
        require: ['sport = :54'],
        wildcard: ['all'],
        acceptQueueFull: ['5s'],
        requireCarrier: ['true'],
        onDiscoveryError: ['withdraw'],
        staleAfter: ['6s'],
        dampeningPenalty: ['11'],
        dampeningSuppress: ['13'],
        dampeningReuse: ['12'],
        dampeningHalfLife: ['14s'],
        dampeningMaxSuppress: ['15s'],
        dampeningAction: ['log'],
      },
      {},
    );
    const says = {
      med: 5,
      localPreference: 0,
      asPath: [65_000, 65_000],
      communities: ['65000:1', 'no-export'],
      largeCommunities: ['65000:1:2'],
      extendedCommunities: ['target:65000:1'],
    };
    expect(policyFrom(settings)).toEqual({
      networks: ['192.0.2.0/24', '2001:db8::/32'],
      listenFilter: sport(53),
      announce: new Set(['203.0.113.0/24', '192.0.2.53/32', '2001:db8::53/128', '192.0.2.80/32']),
      services: new Map<string, unknown>([
        ['192.0.2.53/32', dns],
        ['2001:db8::53/128', dns],
        [
          '192.0.2.80/32',
          {
            ...{ kind: 'local', id: 'web', prefixes: ['192.0.2.80/32'], check: undefined },
            probe: { command: undefined, disableFile: undefined, timeout: 5_000 },
          },
        ],
      ]),
      statics: NO_STATICS,
      anyip: true,
      shortestPrefix: { ipv4: 20, ipv6: 32 },
      require: [sport(54)],
      wildcard: 'all',
      acceptQueueFull: 5_000,
      requireCarrier: true,
      onDiscoveryError: 'withdraw',
      staleAfter: 6_000,
      dampening: { penalty: 11, suppress: 13, reuse: 12, halfLife: 14_000, maxSuppress: 15_000, action: 'log' },
      device: 'eth7',
      deviceLabel: 'lo:*',
      announceDelay: 1_000,
      withdrawDelay: 2_000,
      addressWithdrawDelay: 3_000,
      maxRoutes: { discovered: 4, declared: 4 },
      attributes: { ipv4: { nextHop: '192.0.2.9', ...says }, ipv6: { nextHop: '2001:db8::9', ...says } },
      scope: { pathInformation: 9, neighbors: ['192.0.2.7', '192.0.2.8'] },
    });
  });

  it.each([
    ['nothing', {}, 'self', undefined],
    ['self', { nexthop: ['self'] }, 'self', undefined],
    ['an IPv4 address', { nexthop: ['10.0.0.1'] }, '10.0.0.1', undefined],
    ['an IPv6 address', { nexthop: ['2001:db8::9'] }, 'self', '2001:db8::9'],
    ['self for IPv6', { nexthopSelfIpv6: ['true'] }, 'self', 'self'],
    ['an IPv4 address, and self for IPv6', { nexthop: ['10.0.0.1'], nexthopSelfIpv6: ['true'] }, '10.0.0.1', 'self'],
  ] as const)('chooses next hops where %s is given', (_name, flags, ipv4, ipv6) => {
    expect(policyFrom(settingsOfBoth(flags)).attributes).toEqual({
      ipv4: { nextHop: ipv4 },
      ipv6: ipv6 === undefined ? undefined : { nextHop: ipv6 },
    });
  });

  it('says nothing of what is not given', () => {
    expect(Object.keys(policyFrom(settingsOfBoth({})).attributes.ipv4)).toEqual(['nextHop']);
    expect(policyFrom(settingsOfBoth({}))).not.toHaveProperty('scope');
    expect(policyFrom(settingsOfBoth({ pathInformation: ['1'] })).scope).toStrictEqual({ pathInformation: 1 });
    expect(policyFrom(settingsOfBoth({ neighbor: ['::7'] })).scope).toStrictEqual({ neighbors: ['::7'] });
  });

  function settingsOfBoth(flags: GivenFlags): Settings {
    return resolveSettings({ network: ['192.0.2.0/24', '2001:db8::/32'], ...flags }, {}).settings;
  }
});
