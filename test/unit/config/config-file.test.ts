import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { check } from '../../../src/cli/check.ts';
import { parseConfig, readConfigFile } from '../../../src/config/config-file.ts';
import { jsonSchema } from '../../../src/config/file-schema.ts';
import { loadSettings } from '../../../src/config/load.ts';
import { OPTION_NAMES, OPTIONS } from '../../../src/config/options.ts';
import { recordSettings, replaySettings } from '../../../src/config/recorded-settings.ts';
import { type GivenFlags, resolveSettings } from '../../../src/config/settings.ts';
import { speakerFrom } from '../../../src/config/speaker.ts';

const problemsOf = (text: string): string[] =>
  parseConfig(text, 'x').problems.map(({ place, text: said }) => `${place}: ${said}`);
const resolve = (text: string, flags: GivenFlags = {}, environment = {}) =>
  resolveSettings(flags, environment, parseConfig(text, 'x'));
const settingsOf = (text: string) => {
  const { settings, problems } = resolve(text);
  expect(problems).toEqual([]);
  return settings;
};

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'config-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

it('says what else is wrong in a file where a key stands twice', () => {
  expect(parseConfig('interval: 1s\ninterval: 2s\nnetwrk: 10.0.0.0/8\n', 'x').problems).toEqual([
    { place: 'x:2:1', text: '"interval" stands here twice' },
    { place: 'x:3:1', text: expect.stringMatching(/^"netwrk": expected a setting; did you mean network\?$/) },
  ]);
});

describe('a configuration file', () => {
  it('has the keys of the option table, and their values as flags have them', () => {
    const text = [
      'network: [192.0.2.0/24, 2001:db8::/32]',
      'listen-filter: sport = :53',
      'nexthop:',
      '  - 10.0.0.1',
      '  - 2001:db8::1',
      'anyip: on',
      'announce-delay: 1m30s',
      'withdraw-delay: 0',
      'max-routes: 0042',
      'as-path: [65000.10, 65000 7]',
      'community: 65000:1 no-export',
      'log-level: "warn"',
      'exabgp-api: 6',
    ].join('\n');
    expect(settingsOf(text)).toEqual(
      resolveSettings(
        {
          network: ['192.0.2.0/24', '2001:db8::/32'],
          listenFilter: ['sport = :53'],
          nexthop: ['10.0.0.1', '2001:db8::1'],
          anyip: ['on'],
          announceDelay: ['1m30s'],
          withdrawDelay: ['0'],
          maxRoutes: ['0042'],
          asPath: ['65000.10', '65000', '7'],
          community: ['65000:1', 'no-export'],
          logLevel: ['warn'],
          exabgpApi: ['6'],
        },
        {},
      ).settings,
    );
  });

  it('reads AS numbers from the text: 65000.10 is not 65000.1', () => {
    const as = (text: string) =>
      settingsOf(
        `bgp-backend: speaker\nbgp: {local-as: ${text}, router-id: 10.0.0.1, peers: [{address: 10.0.0.2, as: ${text}}]}`,
      );
    expect(as('65000.10').localAs).toBe(65_000 * 65_536 + 10);
    expect(as('65000.1').localAs).toBe(65_000 * 65_536 + 1);
    expect(as('0.65000').peer[0]?.values.as).toBe(65_000);
  });

  it('says of peers what --peer says', () => {
    const settings = settingsOf(`
bgp-backend: [exabgp, speaker]
bgp:
  local-as: 65000
  router-id: 10.1.1.1
  bgp-listen: ['[::1]:1790', 10.1.1.1]
  peers:
    - address: 10.1.1.254
      as: 65001
      passive: true
      families: [ipv6, ipv4]
      community:
        - 65000:1
        - no-export
      only: 192.0.2.0/24
    - {address: 'fe80::1', device: eth0, as: 1.10, hold-time: 9s}
    - {address: fe80::2%eth0, as: 7}
`);
    const flags = [
      '10.1.1.254,as=65001,passive,families=ipv4,ipv6,community=65000:1,community=no-export,only=192.0.2.0/24',
      ...['fe80::1,device=eth0,as=1.10,hold-time=9s', 'fe80::2%eth0,as=7'],
    ];
    expect(OPTIONS.peer.parse(flags)).toEqual({ value: settings.peer });
    expect(settings.bgpListen).toEqual([
      { address: '::1', device: '', port: 1790 },
      { address: '10.1.1.1', device: '', port: 179 },
    ]);
    expect(speakerFrom(settings)?.peers.map(({ device }) => device)).toEqual(['', 'eth0', 'eth0']);
  });

  it('says of static prefixes what --static says', () => {
    const { static: groups } = settingsOf(
      'static:\n  - prefixes: [192.0.2.0/24, 2001:db8::/32]\n    med: 5\n    nexthop: [10.0.0.1, 2001:db8::1]\n  - {prefixes: 10.0.0.1/32}\n',
    );
    const flags = ['192.0.2.0/24 2001:db8::/32,med=5,nexthop=10.0.0.1,nexthop=2001:db8::1', '10.0.0.1/32'];
    expect(OPTIONS.static.parse(flags)).toEqual({ value: groups });
  });

  it('says of services what --service says, and commands as they are', () => {
    const { service } = settingsOf(String.raw`
services:
  - name: dns
    prefixes: [192.0.2.53/32, 2001:db8::53/128]
    command: dig +short +time=1 @192.0.2.53 health.example
    interval: 5s
    rise: 2
  - name: web.1
    prefixes: 192.0.2.80/32
    command: |
      [ -e /run/ok ] || exit 1; set -- a, b
      printf '"%s\n"' "$2" | grep -q '\.'
    disable-file: "/etc/off, really"
  - {name: mail, prefixes: 192.0.2.25/32}
  - {name: ntp, prefixes: 192.0.2.123/32, disable-file: /etc/off, rise: 1, interval: 10s, fast-interval: 100ms}
`);
    const flags = [
      'dns,prefixes=192.0.2.53/32,2001:db8::53/128,interval=5s,rise=2,command=dig +short +time=1 @192.0.2.53 health.example',
      String.raw`web.1,prefixes=192.0.2.80/32,command="[ -e /run/ok ] || exit 1; set -- a, b\nprintf '\"%s\\n\"' \"$2\" | grep -q '\\.'",disable-file="/etc/off, really"`,
      'mail,prefixes=192.0.2.25/32',
      'ntp,prefixes=192.0.2.123/32,disable-file=/etc/off,rise=1,interval=10s,fast-interval=100ms',
    ];
    expect(service[1]?.values.command?.split('\n')).toEqual([
      '[ -e /run/ok ] || exit 1; set -- a, b',
      String.raw`printf '"%s\n"' "$2" | grep -q '\.'`,
    ]);
    expect(OPTIONS.service.parse(flags)).toEqual({ value: service });
    expect(resolveSettings({}, { HA2BGP_SERVICE: flags.join('; ') }).settings.service).toEqual(service);
  });

  it('comes after flags and the environment, and before defaults; a list replaces a list', () => {
    const text = 'network: [192.0.2.0/24, 10.0.0.0/8]\ninterval: 1s\nstale-after: 1s\nlog-level: warn';
    const { settings, origins } = resolve(text, { network: ['198.51.100.0/24'] }, { HA2BGP_INTERVAL: '2s' });
    expect(settings.network).toEqual(['198.51.100.0/24']);
    expect([settings.interval, settings.staleAfter, settings.withdrawDelay]).toEqual([2_000, 1_000, 3_000]);
    expect([origins.network, origins.interval, origins.staleAfter, origins.withdrawDelay]).toEqual([
      ...['flag', 'environment', 'x:3:1', 'default'],
    ]);
  });

  it('is judged as a whole, also where a flag wins', () => {
    expect(resolve('interval: nonsense', { interval: ['1s'] }).problems).toHaveLength(1);
  });

  it('has its places in what does not fit together', () => {
    const { problems } = resolve('network: 192.0.2.0/24\nrecord-size: 1MiB\nhints: tracefs\nprotocol: udp\n');
    expect(problems.map(({ place, text }) => `${place}: ${text}`)).toEqual([
      'x:3:1: hints: tracefs tells nothing of UDP sockets, and x:4:1: protocol is udp alone',
      'x:2:1: record-size: has no effect without --record',
    ]);
  });

  it('has a level of the log that a flag, or the environment, may take back', () => {
    expect(resolve('debug: true', { logLevel: ['warn'] }).settings.logLevel).toBe('warn');
    expect(resolve('debug: true', {}, { HA2BGP_LOG_LEVEL: 'warn' }).settings.logLevel).toBe('warn');
    expect(resolve('log-level: warn', { debug: ['true'] }).settings.logLevel).toBe('debug');
    expect(resolve('debug: true\nlog-level: warn').problems).toHaveLength(1);
    expect(resolve('debug: true').settings.logLevel).toBe('debug');
  });

  it('has several next hops of a group of static prefixes, and of all others', () => {
    const bgp =
      'bgp-backend: speaker\nbgp: {local-as: 65000, router-id: 10.1.1.1, peers: [{address: 10.1.1.2, as: 7}]}';
    const given = 'nexthop: [10.0.0.1, self]\nstatic: [{prefixes: 192.0.2.0/24, nexthop: [10.0.0.2, 10.0.0.3]}]';
    const { settings, problems } = resolve(`${bgp}\n${given}`);
    expect(problems).toEqual([]);
    expect([settings.nexthop, settings.static[0]?.values.nexthop]).toEqual([
      ['10.0.0.1', 'self'],
      ['10.0.0.2', '10.0.0.3'],
    ]);
    expect(resolve(given).problems.map(({ place, text }) => `${place}: ${text}`)).toEqual([
      expect.stringMatching(
        /^x:1:1: nexthop: 10\.0\.0\.1 and self: expected one next hop a family; several are for --bgp/,
      ),
      expect.stringMatching(/^x:2:1: static: 192\.0\.2\.0\/24: nexthop: 10\.0\.0\.2 and 10\.0\.0\.3: expected one /),
    ]);
  });

  it('stands in a recording with what it said, and is played from there', () => {
    const resolved = resolve('static: [{prefixes: 192.0.2.0/24, med: 5}]\nannounce-delay: 1s\nnetwork: 10.0.0.0/8');
    const recorded = recordSettings(resolved);
    expect(recorded['static']).toEqual({ text: '192.0.2.0/24,med=5', from: 'file' });
    const replayed = replaySettings(recorded);
    expect('settings' in replayed && replayed.settings).toEqual(resolved.settings);
  });

  it('is shown by check, each setting with its place', () => {
    const shown = check(resolve('\nnetwork: 10.0.0.0/8\nstatic:\n  - prefixes: 192.0.2.0/24'));
    expect(shown).toMatch(/^network +10\.0\.0\.0\/8 +x:2:1$/m);
    expect(shown).toMatch(/^static +192\.0\.2\.0\/24 +x:3:1$/m);
  });
});

describe('problems of a file', () => {
  it('are told all at once, in the order of the file, each with line and column', () => {
    const text = `netwrok: 192.0.2.0/24
announce-delay: 6
max-routes: [1, 2]
local-as: 65000
network:
  - 192.0.2.1/24
  - 10.0.0.0/8
  - {a: 1}
debug: perhaps
record-files:
bgp:
  local-as: 65000.70000
  peer: 3
  peers:
    - address: 10.0.0.1
      sa: 5
    - 10.0.0.1
    - {address: 10.0.0.2, as: 1, hold-time: 2s, families: [ipv4, x]}
    - {address: 'fe80::1', as: 7}
static:
  - prefixes: [0.0.0.0/0, 10.0.0.1/8]
    metric: 5
  - prefixes: []
  - med: 5
config: x
api:
  api-listen: [127.0.0.1:8080, localhost:80]
  listen: x
  tls:
    certificate: y
    key: []
api-token-file: x
`;
    expect(problemsOf(text)).toEqual([
      'x:1:1: "netwrok": expected a setting; did you mean network?',
      'x:2:17: announce-delay: "6": expected a duration with its unit such as 250ms, 3s or 1m30s, from 0s to 24h',
      'x:3:13: max-routes: expected auto|number',
      'x:4:1: "local-as": expected it as local-as under bgp',
      'x:8:5: network: expected prefix, one or a list of them',
      'x:9:8: debug: "perhaps": expected true or false',
      'x:10:14: record-files: needs a value: number',
      expect.stringMatching(/^x:12:13: local-as: "65000\.70000": expected an AS number from 1/),
      'x:13:3: "peer": expected a key of bgp; did you mean peers?',
      'x:15:7: peers: needs "as": as-number',
      'x:16:7: "sa": expected a key of a peer; did you mean as?',
      'x:17:7: peers: expected a map: a key of a peer each',
      expect.stringMatching(/^x:18:45: hold-time: "2s": expected a duration with its unit such as 9s/),
      'x:18:66: families: "x": expected one of ipv4, ipv6',
      'x:19:17: address: "fe80::1": expected the device of a link-local address as well, such as fe80::1%eth0',
      'x:21:16: prefixes: "0.0.0.0/0": expected a prefix outside 0.0.0.0/8, of which nothing is ever announced',
      'x:21:27: prefixes: "10.0.0.1/8": expected no host bits beyond the length: 10.0.0.0/8',
      expect.stringMatching(/^x:22:5: "metric": expected a key of static prefixes: prefixes, nexthop, med,/),
      'x:23:15: prefixes: needs a value: prefix',
      'x:24:5: static: needs "prefixes": prefix',
      'x:25:1: "config": expected it as a flag or in the environment: a file cannot name itself',
      expect.stringMatching(/^x:27:32: api-listen: "localhost:80": expected an address of this host and a port/),
      'x:28:3: "listen": expected a key of api: api-listen, token-file, tls',
      'x:30:5: "certificate": expected a key of api.tls: cert, key, client-ca',
      'x:31:10: key: expected file',
      'x:32:1: "api-token-file": expected it as token-file under api',
    ]);
  });

  it.each([
    ['', 'x: is empty: expected a map of settings'],
    ['# nothing\n', 'x: is empty: expected a map of settings'],
    ['- a\n- b\n', 'x:1:1: expected a map: a setting each'],
    ['just a text', 'x:1:1: expected a map: a setting each'],
    ['bgp: 5', 'x:1:6: bgp: expected a map: a key of bgp each'],
    ['static: {prefixes: 10.0.0.0/24}', 'x:1:9: static: expected a list'],
    ['network:\n\t- 192.0.2.0/24', 'x:2:1: Tabs are not allowed as indentation'],
    ['interval: 1s\ninterval: 2s', 'x:2:1: "interval" stands here twice'],
    ['interval: &a 1s', 'x:1:14: &a: anchors are not taken: write it out'],
    ['interval: *a', 'x:1:11: *a: aliases are not taken: write it out'],
    ['interval: !x 1s', 'x:1:11: Unresolved tag: !x'],
    ['? [a]\n: 1', 'x:1:3: expected a word as the key'],
    ['interval: 1s\n---\ninterval: 2s', 'x:2:1: a second document: expected one alone'],
    ['interval: "1s', 'x:1:14: Missing closing "quote'],
    ['[', /^x:1:2: Flow sequence/],
    ['<<: {interval: 1s}', /^x:1:1: "<<": expected a setting/],
    ['__proto__: 1', /^x:1:1: "__proto__": expected a setting/],
    ['bgp: {constructor: 1}', /^x:1:7: "constructor": expected a key of bgp/],
    ['toString: 1', /^x:1:1: "toString": expected a setting/],
    ['"net\\u001b[31m": 1', /^x:1:1: "net\\u001b\[31m": expected a setting/],
  ] as [string, string | RegExp][])('are clear: %j', (text, problem) => {
    const problems = problemsOf(text);
    if (typeof problem === 'string') expect(problems[0]).toBe(problem);
    else expect(problems[0] ?? '').toMatch(problem);
  });

  it.each([
    ['brackets', '['.repeat(100_000)],
    ['brackets that are closed', `${'['.repeat(10_000)}${']'.repeat(10_000)}`],
    ['brackets in quotation marks besides', '["]",'.repeat(10_000)],
    ['maps', '{a: '.repeat(10_000)],
    ['lists', '- '.repeat(100_000)],
    ['keys', '? '.repeat(100_000)],
    ['lines', Array.from({ length: 1_000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
  ])('are there for what is nested too deeply: %s', (_name, text) => {
    expect(parseConfig(text, 'x').problems.map(({ text: said }) => said)).toEqual(['is nested too deeply']);
  });

  it('are there for what is no file to be read', () => {
    const said = (file: string) => readConfigFile(file).problems.map(({ place, text }) => `${place}: ${text}`);
    const written = (name: string, bytes: string | Buffer): string => {
      fs.writeFileSync(path.join(folder, name), bytes);
      return path.join(folder, name);
    };
    expect(said(folder)).toEqual([`${folder}: is a directory: expected a file`]);
    expect(said('/dev/zero')).toEqual(['/dev/zero: expected a regular file']);
    expect(said(`${folder}/none`)).toEqual([expect.stringMatching(/none: cannot be read: ENOENT/)]);
    const latin = written('latin', Buffer.from('network: 10.0.0.0/8\nname: caf\xe9\n', 'latin1'));
    expect(said(latin)).toEqual([`${latin}:2:1: expected text in UTF-8`]);
    const utf16 = written('utf16', Buffer.from('\ufeffnetwork: 10.0.0.0/8', 'utf16le'));
    expect(said(utf16)).toEqual([`${utf16}:1:1: expected text in UTF-8`]);
    const large = path.join(folder, 'large');
    fs.closeSync(fs.openSync(large, 'w'));
    fs.truncateSync(large, 100_000_000);
    expect(said(large)).toEqual([`${large}: has 96 MiB: expected 32 MiB at most`]);
    const bom = written('bom', '\ufeffinterval: 1s\n');
    expect(readConfigFile(bom)).toMatchObject({ values: { interval: 1_000 }, problems: [] });
  });
});

describe('loadSettings', () => {
  it('reads the file that the flag names, or the environment', async () => {
    const file = path.join(folder, 'good.yaml');
    fs.writeFileSync(file, 'network: 10.0.0.0/8\n');
    const byFlag = await loadSettings({ config: [file] }, { HA2BGP_CONFIG: '/none' });
    expect([byFlag.problems, byFlag.settings.network]).toEqual([[], ['10.0.0.0/8']]);
    expect(byFlag.origins.network).toBe(`${file}:1:1`);
    expect((await loadSettings({}, { HA2BGP_CONFIG: file })).settings.network).toEqual(['10.0.0.0/8']);
    expect((await loadSettings({}, {})).settings.config).toBe('');
    expect((await loadSettings({ config: ['/none'] }, {})).problems[0]?.place).toBe('/none');
    expect((await loadSettings({ config: [undefined] }, {})).problems).toEqual([
      { place: '--config', text: 'needs a value: file' },
    ]);
  });
});

describe('the schema', () => {
  const schema = jsonSchema() as {
    readonly $schema: string;
    readonly properties: Readonly<
      Record<string, { description?: string; properties?: object; items?: { required: string[] } }>
    >;
    readonly additionalProperties: boolean;
  };

  it('names every setting where it stands, with its help', () => {
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(schema.additionalProperties).toBe(false);
    const ofApi = ['apiListen', 'apiTokenFile', 'apiTlsCert', 'apiTlsKey', 'apiTlsClientCa'];
    const under = ['localAs', 'routerId', 'bgpListen', 'peer', ...ofApi];
    const flags = OPTION_NAMES.filter((name) => name !== 'config' && !under.includes(name)).map((name) =>
      name === 'service' ? 'services' : OPTIONS[name].flag,
    );
    expect(Object.keys(schema.properties).sort()).toEqual([...flags, 'bgp', 'api'].sort());
    for (const flag of flags) expect(schema.properties[flag]?.description).toMatch(/\S/);
    expect(Object.keys(schema.properties['bgp']?.properties ?? {}).sort()).toEqual([
      ...['bgp-listen', 'local-as', 'peers', 'router-id'],
    ]);
    expect(Object.keys(schema.properties['api']?.properties ?? {})).toEqual(['api-listen', 'token-file', 'tls']);
    expect(schema.properties['api']?.properties).toMatchObject({
      tls: { additionalProperties: false, properties: { cert: {}, key: {}, 'client-ca': {} } },
    });
    expect(schema.properties['static']?.items?.required).toEqual(['prefixes']);
    expect(schema.properties['services']?.items?.required).toEqual(['name', 'prefixes']);
  });

  it('says what is a number, a word, or one of some', () => {
    expect(schema.properties['record-files']).toMatchObject({ type: 'integer', minimum: 2, maximum: 1_000 });
    expect(schema.properties['wildcard']).toMatchObject({ enum: ['host-routes', 'all', 'off'] });
    expect(JSON.stringify(schema)).not.toContain('"shape"');
  });
});
