import { describe, expect, it } from 'vitest';
import { OPTION_NAMES, OPTIONS, type OptionName } from '../../../src/config/options.ts';
import type { Origin } from '../../../src/config/place.ts';
import { type GivenFlags, resolveSettings } from '../../../src/config/settings.ts';
import { or, sport } from '../../helpers/listen-filters.ts';

const problemsOf = (flags: GivenFlags, environment: Record<string, string | undefined> = {}): string[] =>
  resolveSettings(flags, environment).problems.map(({ place, text }) => `${place}: ${text}`);
const warningsOf = (flags: GivenFlags, environment: Record<string, string | undefined> = {}): string[] =>
  resolveSettings(flags, environment).warnings.map(({ place, text }) => `${place}: ${text}`);

const BOTH = { network: ['192.0.2.0/24', '2001:db8::/32'] };
const ONLY_IPV4 = { network: ['192.0.2.0/24'] };
const SPEAKER = { ...ONLY_IPV4, bgpBackend: ['speaker'], localAs: ['65000'], routerId: ['10.1.1.1'] };
const ONLY_IPV6 = { network: ['2001:db8::/32'] };

describe('defaults', () => {
  it('are those of the option table, and a network to try things out', () => {
    const { settings, origins, problems, warnings } = resolveSettings({}, {});
    for (const name of OPTION_NAMES.filter((each) => each !== 'network')) {
      expect(settings[name]).toEqual(OPTIONS[name].default);
    }
    expect(settings.network).toEqual(['127.0.0.0/8']);
    expect(new Set(Object.values(origins))).toEqual(new Set<Origin>(['default']));
    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      {
        place: '--network',
        text: 'not given: trying things out with 127.0.0.0/8, which is nothing for a real BGP neighbor',
      },
    ]);
  });

  it('change only on purpose', () => {
    expect(resolveSettings({}, {}).settings).toEqual({
      network: ['127.0.0.0/8'],
      listenFilter: or(sport(80), sport(443)),
      device: '',
      deviceLabel: '',
      nexthop: [],
      nexthopSelfIpv6: false,
      med: undefined,
      localPreference: undefined,
      asPath: [],
      community: [],
      largeCommunity: [],
      extendedCommunity: [],
      pathInformation: undefined,
      neighbor: [],
      announceDelay: 6_000,
      withdrawDelay: 3_000,
      addressWithdrawDelay: 0,
      maxRoutes: 'auto',
      reannounce: 60_000,
      onExit: 'withdraw',
      stateDir: '',
      drainTime: 60_000,
      dataDir: '',
      name: '',
      noDampening: false,
      dampeningPenalty: 1_000,
      dampeningSuppress: 3_000,
      dampeningReuse: 1_000,
      dampeningHalfLife: 20_000,
      dampeningMaxSuppress: 60_000,
      dampeningAction: 'withdraw',
      announce: [],
      static: [],
      service: [],
      anyip: false,
      shortestPrefix: { ipv4: 16, ipv6: 32 },
      require: [],
      protocol: ['tcp'],
      wildcard: 'host-routes',
      acceptQueueFull: 'off',
      requireCarrier: false,
      netns: '',
      hints: 'auto',
      discoverySource: 'auto',
      onDiscoveryError: 'hold',
      staleAfter: 30_000,
      interval: 'auto',
      record: '',
      recordSize: 16_777_216,
      recordFiles: 4,
      controlSocket: '',
      apiListen: [],
      apiTokenFile: '',
      apiTlsCert: '',
      apiTlsKey: '',
      apiTlsClientCa: '',
      statusFile: [],
      statusInterval: 10_000,
      metricsFile: '',
      metricsInterval: 15_000,
      metricsMaxServices: 5_000,
      localAs: undefined,
      routerId: undefined,
      bgpListen: [],
      peer: [],
      config: '',
      bgpBackend: ['exabgp'],
      exabgpApi: '4',
      dryRun: false,
      logTo: 'stderr',
      syslogFacility: 'daemon',
      logFormat: 'auto',
      logLevel: 'info',
      debug: false,
      noColor: false,
    });
  });
});

describe('where a setting comes from', () => {
  const GIVEN: { readonly [Name in OptionName]: readonly [flag: string, variable: string] } = {
    network: ['192.0.2.0/24', '198.51.100.0/24'],
    listenFilter: ['sport = :1', 'sport = :2'],
    device: ['eth1', 'eth2'],
    deviceLabel: ['lo:1', 'lo:2'],
    nexthop: ['10.0.0.1', '10.0.0.2'],
    nexthopSelfIpv6: ['false', 'no'],
    med: ['1', '2'],
    localPreference: ['1', '2'],
    asPath: ['1', '2'],
    community: ['1:1', '2:2'],
    largeCommunity: ['1:1:1', '2:2:2'],
    extendedCommunity: ['target:1:1', 'target:2:2'],
    pathInformation: ['1', '2'],
    neighbor: ['192.0.2.1', '192.0.2.2'],
    announceDelay: ['1s', '2s'],
    withdrawDelay: ['1s', '2s'],
    addressWithdrawDelay: ['1s', '2s'],
    maxRoutes: ['1', '2'],
    reannounce: ['1s', '2s'],
    onExit: ['keep', 'withdraw'],
    stateDir: ['/run/one', '/run/other'],
    drainTime: ['1s', '2s'],
    dataDir: ['/var/one', '/var/other'],
    name: ['one', 'other'],
    noDampening: ['true', 'false'],
    dampeningPenalty: ['1', '2'],
    dampeningSuppress: ['2001', '2002'],
    dampeningReuse: ['901', '902'],
    dampeningHalfLife: ['19s', '18s'],
    dampeningMaxSuppress: ['61s', '62s'],
    dampeningAction: ['log', 'withdraw'],
    announce: ['192.0.2.0/24', '198.51.100.0/24'],
    static: ['192.0.2.0/24', '198.51.100.0/24,med=5'],
    service: ['dns,prefixes=192.0.2.53/32', 'web,prefixes=192.0.2.80/32,command="a; b"'],
    anyip: ['false', 'no'],
    shortestPrefix: ['ipv4/8', 'ipv6/48'],
    require: ['sport = :1', 'sport = :2'],
    protocol: ['udp', 'tcp'],
    wildcard: ['all', 'off'],
    acceptQueueFull: ['1s', '2s'],
    requireCarrier: ['true', 'no'],
    netns: ['blue', 'red'],
    hints: ['none', 'tracefs'],
    discoverySource: ['netlink', 'proc'],
    onDiscoveryError: ['withdraw', 'hold'],
    staleAfter: ['1s', '2s'],
    interval: ['1s', 'auto'],
    record: ['/tmp/one', '/tmp/other'],
    recordSize: ['1MiB', '2MiB'],
    recordFiles: ['2', '3'],
    controlSocket: ['/run/one', 'none'],
    apiListen: ['127.0.0.1:8080', '[::1]:8080'],
    apiTokenFile: ['/etc/one', '/etc/other'],
    apiTlsCert: ['/etc/one', '/etc/other'],
    apiTlsKey: ['/etc/one', '/etc/other'],
    apiTlsClientCa: ['/etc/one', '/etc/other'],
    statusFile: ['/run/one', '/run/other.json'],
    statusInterval: ['1s', '2s'],
    metricsFile: ['/run/one.prom', '/run/other.prom'],
    metricsInterval: ['1s', '2s'],
    metricsMaxServices: ['1', '2'],
    bgpBackend: ['exabgp', 'test'],
    localAs: ['65001', '65002'],
    routerId: ['10.0.0.1', '10.0.0.2'],
    bgpListen: ['127.0.0.1', '127.0.0.2'],
    peer: ['10.0.0.1,as=1', '10.0.0.2,as=2'],
    config: ['/etc/one.yaml', '/etc/other.yaml'],
    exabgpApi: ['6', '4'],
    dryRun: ['true', 'no'],
    logTo: ['none', 'journald'],
    syslogFacility: ['local1', 'local2'],
    logFormat: ['text', 'json'],
    logLevel: ['warn', 'error'],
    debug: ['false', 'no'],
    noColor: ['true', 'false'],
  };

  it.each(OPTION_NAMES)('is the flag before the environment before the default: %s', (name) => {
    const option = OPTIONS[name];
    const [flag, variable] = GIVEN[name];
    const environment = { [option.environment]: variable };
    const speaker: GivenFlags = {
      bgpBackend: ['exabgp', 'speaker'],
      ...{ localAs: ['65000'], routerId: ['10.1.1.1'], peer: ['10.9.9.9,as=65009'] },
    };
    const isOfSpeaker = name === 'bgpListen' || (name !== 'bgpBackend' && name in speaker);
    const { [name]: _given, ...others } = isOfSpeaker ? speaker : ({} as GivenFlags);
    const api = { apiListen: ['127.0.0.1:8080'], apiTlsCert: ['/etc/cert'], apiTlsKey: ['/etc/key'] };
    const files: Partial<Record<OptionName, GivenFlags>> = {
      ...{ recordSize: { record: ['/tmp/recording'] }, recordFiles: { record: ['/tmp/recording'] } },
      syslogFacility: { logTo: ['syslog'] },
      ...{ statusInterval: { statusFile: ['/run/s'] }, metricsInterval: { metricsFile: ['/run/m.prom'] } },
    };
    const { [name]: _own, ...needed } = (name.startsWith('api') ? api : (files[name] ?? others)) as GivenFlags;
    const byFlag = resolveSettings({ ...needed, [name]: [flag] }, environment);
    expect([byFlag.origins[name], byFlag.settings[name], byFlag.problems]).toEqual(['flag', parsedAs(name, flag), []]);
    const byEnvironment = resolveSettings(needed, environment);
    expect([byEnvironment.origins[name], byEnvironment.settings[name], byEnvironment.problems]).toEqual([
      'environment',
      parsedAs(name, variable),
      [],
    ]);
    expect(resolveSettings({}, { [option.environment]: '' }).origins[name]).toBe('default');
    expect(resolveSettings({}, { [option.environment]: undefined }).origins[name]).toBe('default');
  });

  it('does not judge a variable that a flag overrides', () => {
    expect(problemsOf({ interval: ['1s'] }, { HA2BGP_INTERVAL: 'nonsense' })).toEqual([]);
  });

  it('leaves the rest of the environment alone', () => {
    const { problems, warnings } = resolveSettings(ONLY_IPV4, { PATH: '/bin', MY_HA2BGP_X: '1', ha2bgp_network: 'x' });
    expect([...problems, ...warnings]).toEqual([]);
  });

  function parsedAs(name: OptionName, text: string): unknown {
    const parsed = OPTIONS[name].parse([text]);
    return 'value' in parsed ? parsed.value : parsed;
  }
});

describe('lists', () => {
  it('are split on commas in the environment, and may have spaces there', () => {
    const { settings, problems } = resolveSettings({}, { HA2BGP_NETWORK_FILTER: '192.0.2.0/24, 10.0.0.0/8 ,::/0' });
    expect(problems).toEqual([]);
    expect(settings.network).toEqual(['192.0.2.0/24', '10.0.0.0/8', '::/0']);
  });

  it('are not split in a flag', () => {
    expect(problemsOf({ network: ['192.0.2.0/24,10.0.0.0/8'] })).toEqual([
      '--network: "192.0.2.0/24,10.0.0.0/8": expected one prefix; the flag may be repeated, and in a file it may be a list',
    ]);
  });

  it('are the only settings that are split', () => {
    expect(resolveSettings({}, { HA2BGP_DEVICE_LABEL: 'a,b' }).settings.deviceLabel).toBe('a,b');
  });

  it('from a flag replace those of the environment as a whole', () => {
    const { settings } = resolveSettings(ONLY_IPV4, { HA2BGP_NETWORK_FILTER: '10.0.0.0/8' });
    expect(settings.network).toEqual(['192.0.2.0/24']);
  });
});

describe('problems', () => {
  it('are reported together, each with its place, what stood there and what was expected', () => {
    expect(
      problemsOf(
        { network: ['192.0.2.1/24', 'x'], maxRoutes: ['0'], device: [undefined] },
        { HA2BGP_INTERVAL: '1h', HA2BGP_NEXTHOP: 'self,ff02::1', HA2BGP_NEIGHBOR: 'none', HA2BGP_MED: '-1' },
      ),
    ).toEqual([
      '--network: "192.0.2.1/24": expected no host bits beyond the length: 192.0.2.0/24',
      '--network: "x": expected a prefix such as 192.0.2.0/24 or 2001:db8::/32',
      '--device: needs a value: name',
      'HA2BGP_NEXTHOP: "ff02::1": expected a unicast address of a host, or "self"',
      'HA2BGP_MED: "-1": expected a whole number from 0 to 4294967295',
      'HA2BGP_NEIGHBOR: "none": expected the address of a BGP neighbor, as it stands in the configuration of ExaBGP',
      '--max-routes: "0": expected "auto", or a whole number from 1 to 1000000',
      'HA2BGP_INTERVAL: "1h": expected "auto", or a duration from 10ms to 10s',
    ]);
  });

  it('name the units of a duration where none stands, and its range alone where one does', () => {
    const texts = ['6', '2d'].flatMap((text) => problemsOf({ ...ONLY_IPV4, announceDelay: [text] }));
    expect(texts).toEqual([
      '--announce-delay: "6": expected a duration with its unit such as 250ms, 3s or 1m30s, from 0s to 24h',
      '--announce-delay: "2d": expected a duration from 0s to 24h',
    ]);
  });

  it('are there for a state directory that is no absolute path', () => {
    const texts = ['run', './run', 'none', '/run', ''].flatMap((text) =>
      problemsOf({ ...ONLY_IPV4 }, { HA2BGP_STATE_DIR: text }),
    );
    expect(texts).toEqual(
      ['run', './run'].map((text) => `HA2BGP_STATE_DIR: "${text}": expected a path that begins with "/", or "none"`),
    );
  });

  it('are there when a single value is given twice, even the same one', () => {
    expect(problemsOf({ interval: ['1s', '2s'] })).toEqual(['--interval: given 2 times ("1s", "2s"), expected once']);
    expect(problemsOf({ interval: ['1s', '1s', '1s'] })).toEqual([
      '--interval: given 3 times ("1s", "1s", "1s"), expected once',
    ]);
  });

  it.each(OPTION_NAMES.filter((name) => OPTIONS[name].kind !== 'switch'))('are there when %s has no value', (name) => {
    const { flag, argument } = OPTIONS[name];
    expect(problemsOf({ [name]: [undefined] })).toEqual([`--${flag}: needs a value: ${argument}`]);
  });

  it.each(['device', 'deviceLabel', 'interval'] as const)(
    'are there when %s is empty: nothing is not everything',
    (name) => {
      expect(problemsOf({ [name]: [''] })).toEqual([
        expect.stringMatching(/^--[a-z-]+: needs a value: ((auto\|)?duration|name|pattern)$/),
      ]);
    },
  );

  it.each(['224.0.0.0/4', '239.1.0.0/16', 'fe80::/10', '0.0.0.0/8', '169.254.7.0/24'])(
    'are there for a network of which nothing is ever announced: %s',
    (network) => {
      expect(problemsOf({ network: [network], nexthop: ['self'] })[0]).toContain('of which nothing is ever announced');
    },
  );

  it('are there when one of several values is missing', () => {
    expect(problemsOf({ network: ['192.0.2.0/24', undefined] })).toEqual(['--network: needs a value: prefix']);
  });

  it('show control characters, and only the beginning of a long text', () => {
    const [escaped = ''] = problemsOf({ maxRoutes: ['\x1b[31m\n'] });
    expect(escaped).toContain('"\\u001b[31m\\n"');
    expect(problemsOf({ maxRoutes: ['9'.repeat(200)] })[0]).toContain(`"${'9'.repeat(200)}":`);
    expect(problemsOf({ maxRoutes: ['9'.repeat(201)] })[0]).toContain(`"${'9'.repeat(200)}…":`);
  });

  it('of one option keep no other from being judged, and leave its default', () => {
    const { settings } = resolveSettings({ interval: ['bad'], maxRoutes: ['7'] }, {});
    expect([settings.interval, settings.maxRoutes]).toEqual(['auto', 7]);
  });
});

describe('a recording', () => {
  it('have a log whose other options have an effect where it goes', () => {
    const of = (flags: GivenFlags): string[] => problemsOf({ ...ONLY_IPV4, ...flags });
    expect(of({ syslogFacility: ['local1'] })).toEqual([
      '--syslog-facility: has no effect with --log-to stderr: it is for syslog',
    ]);
    expect(of({ logTo: ['syslog'], syslogFacility: ['local1'], logFormat: ['json'] })).toEqual([]);
    expect(of({ logTo: ['journald'], logFormat: ['json'] })).toEqual([
      '--log-format: has no effect with --log-to journald: the journal keeps each field by itself',
    ]);
    expect(of({ logTo: ['none'], logFormat: ['json'], debug: ['true'] })).toEqual([
      '--log-format: has no effect with --log-to none',
      '--debug: has no effect with --log-to none',
    ]);
    expect(of({ logTo: ['none'], logLevel: ['warn'] })).toEqual(['--log-level: has no effect with --log-to none']);
    expect(of({ logTo: ['file:/x'], logLevel: ['warn'], logFormat: ['text'], noColor: ['true'] })).toEqual([]);
  });

  it('has no size and no number of files where there is none', () => {
    expect(problemsOf({ ...ONLY_IPV4, recordSize: ['1MiB'] }, { HA2BGP_RECORD_FILES: '3' })).toEqual([
      '--record-size: has no effect without --record',
      'HA2BGP_RECORD_FILES: has no effect without --record',
    ]);
    expect(problemsOf({ ...ONLY_IPV4, record: ['x'], recordSize: ['1MiB'] })).toEqual([]);
  });
});

describe('next hops', () => {
  it.each([
    ['self, with IPv4', { ...ONLY_IPV4, nexthop: ['self'] }],
    ['one a family', { ...BOTH, nexthop: ['10.0.0.1', '2001:db8::9'] }],
    ['self and an IPv6 address', { ...BOTH, nexthop: ['self', '2001:db8::9'] }],
    ['self for IPv6', { ...BOTH, nexthopSelfIpv6: ['true'] }],
    ['self for IPv6 said twice', { ...ONLY_IPV6, nexthop: ['self'], nexthopSelfIpv6: ['true'] }],
    ['the same one twice', { ...ONLY_IPV4, nexthop: ['10.0.0.1', '10.0.0.1'] }],
    ['an IPv4 one, with the network to try things out', { nexthop: ['10.0.0.1'] }],
  ])('may be %s', (_name, flags) => {
    expect(problemsOf(flags)).toEqual([]);
  });

  it.each([
    ['two of IPv4', { ...ONLY_IPV4, nexthop: ['10.0.0.1', '10.0.0.2'] }, ['expected one next hop a family']],
    ['two of IPv6', { ...ONLY_IPV6, nexthop: ['2001:db8::1', '2001:db8::2'] }, ['expected one next hop a family']],
    ['self and an IPv4 address', { ...ONLY_IPV4, nexthop: ['self', '10.0.0.1'] }, ['expected one next hop a family']],
    [
      'IPv6 without such a network',
      { ...ONLY_IPV4, nexthop: ['2001:db8::1'] },
      ['no --network, --announce, --service or --static is IPv6'],
    ],
    [
      'IPv4 without such a network',
      { ...ONLY_IPV6, nexthop: ['10.0.0.1'] },
      ['no --network, --announce, --service or --static is IPv4'],
    ],
    ['self with IPv6 alone', { ...ONLY_IPV6, nexthop: ['self'] }, ['it needs --nexthop-self-ipv6']],
    ['self for IPv6 without such a network', { ...ONLY_IPV4, nexthopSelfIpv6: ['1'] }, ['so that it has no effect']],
    ['self for IPv6 and an address', { ...BOTH, nexthop: ['2001:db8::9'], nexthopSelfIpv6: ['1'] }, ['contradicts']],
  ])('may not be %s', (_name, flags, texts) => {
    expect(problemsOf(flags)).toEqual(texts.map((text) => expect.stringContaining(text)));
  });

  it('are reported where they were given', () => {
    const environment = { HA2BGP_NEXTHOP: '10.0.0.1,10.0.0.2', HA2BGP_NETWORK_FILTER: '192.0.2.0/24' };
    expect(problemsOf({}, environment)).toEqual([
      'HA2BGP_NEXTHOP: 10.0.0.1 and 10.0.0.2: expected one next hop a family; several are for --bgp-backend speaker alone, which tells them with ADD-PATH',
    ]);
    expect(problemsOf({ nexthopSelfIpv6: ['true'] }, { ...environment, HA2BGP_NEXTHOP: '' })).toEqual([
      '--nexthop-self-ipv6: no --network, --announce, --service or --static is IPv6, so that it has no effect',
    ]);
  });

  it.each([
    ['a missing one for IPv6', BOTH, true],
    ['IPv4 alone', ONLY_IPV4, false],
    ['an IPv6 address', { ...BOTH, nexthop: ['2001:db8::9'] }, false],
    ['self for IPv6', { ...BOTH, nexthopSelfIpv6: ['true'] }, false],
    ['self alone', { ...BOTH, nexthop: ['self'] }, true],
  ])('lead to a warning when IPv6 would be held: %s', (_name, flags, isWarned) => {
    const warnings = warningsOf(flags);
    expect(warnings).toEqual(isWarned ? [expect.stringMatching(/^--nexthop: no IPv6 next hop is given/)] : []);
  });

  it('are not compared while another setting is bad', () => {
    expect(problemsOf({ network: ['bad'], nexthop: ['10.0.0.1', '10.0.0.2'] })).toEqual([
      expect.stringMatching(/^--network: /),
    ]);
  });
});

describe('what routes say', () => {
  it.each([
    ['a neighbor that is another than the next hop', { ...ONLY_IPV4, neighbor: ['10.0.0.1'], nexthop: ['10.0.0.2'] }],
    ['self for IPv6 with IPv6 neighbors', { ...ONLY_IPV6, nexthopSelfIpv6: ['1'], neighbor: ['2001:db8::1'] }],
    ['a dry run with everything in the log', { ...ONLY_IPV4, dryRun: ['1'], logLevel: ['debug'] }],
    ['as much as a message holds', { ...ONLY_IPV4, largeCommunity: many(328, (index) => `1:1:${index}`) }],
    ['as much as a command holds', { ...ONLY_IPV4, neighbor: many(90, (index) => `198.51.100.${index}`) }],
  ])('may be %s', (_name, flags) => {
    expect(problemsOf(flags)).toEqual([]);
  });

  it.each([
    [
      { ...ONLY_IPV4, neighbor: ['10.0.0.2', '10.0.0.1'], nexthop: ['10.0.0.1'] },
      '--neighbor: 10.0.0.1: is the --nexthop too, and no neighbor takes a route to itself',
    ],
    [
      { ...BOTH, nexthopSelfIpv6: ['1'], neighbor: ['10.0.0.1', '2001:db8::1'] },
      '--neighbor: 10.0.0.1: contradicts --nexthop-self-ipv6: its session runs over IPv4',
    ],
    [
      { ...ONLY_IPV4, dryRun: ['1'], logLevel: ['warn'] },
      '--dry-run: contradicts --log-level warn: the commands are logged at info',
    ],
    [
      { ...ONLY_IPV4, largeCommunity: many(329, (index) => `1:1:${index}`) },
      '--large-community: all attributes together need 4108 octets, and a BGP message has 4096',
    ],
    [
      { ...ONLY_IPV4, static: ['100.64.0.1/32', `100.64.0.2/32 100.64.0.3/32,${keys('large-community', 329)}`] },
      '--static: 100.64.0.2/32: all attributes together need 4108 octets, and a BGP message has 4096',
    ],
    [
      {
        ...SPEAKER,
        static: [`100.64.0.2/32,${keys('large-community', 200)}`],
        peer: [`10.1.1.2,as=1,${keys('extended-community', 200)}`, `10.1.1.3,as=1,${keys('large-community', 2)}`],
      },
      '--peer: 10.1.1.2: all attributes together need 4160 octets, and a BGP message has 4096',
    ],
    [
      { ...ONLY_IPV4, static: [`100.64.0.2/32,${keys('extended-community', 400)}`] },
      /^--static: 100.64.0.2\/32: all attributes and neighbors together make a command of [5-7]\d\d\d bytes, and ExaBGP is told 4096 at most$/,
    ],
    [
      { ...ONLY_IPV4, community: many(340, (index) => `65535:${60_000 + index}`) },
      /^--community: all attributes and neighbors together make a command of 4[23]\d\d bytes, and ExaBGP is told 4096 at most$/,
    ],
    [
      { ...ONLY_IPV4, neighbor: many(200, (index) => `198.51.100.${index}`) },
      /^--neighbor: all attributes and neighbors together make a command of (4[6-9]|50)\d\d bytes/,
    ],
  ])('may not be more, or the opposite: %#', (flags, text) => {
    expect(problemsOf(flags)).toEqual([typeof text === 'string' ? text : expect.stringMatching(text)]);
  });

  it('is hidden by a level that a flag says over HA2BGP_DEBUG, too', () => {
    const environment = { HA2BGP_DEBUG: '1', HA2BGP_DRY_RUN: 'yes' };
    expect(problemsOf({ ...ONLY_IPV4, logLevel: ['error'] }, environment)).toEqual([
      'HA2BGP_DRY_RUN: contradicts --log-level error: the commands are logged at info',
    ]);
    expect(problemsOf(ONLY_IPV4, { ...environment, HA2BGP_LOG_LEVEL: 'debug' })).toEqual([]);
  });

  it('comes from the environment as well, lists with commas or spaces', () => {
    const { settings, problems } = resolveSettings(ONLY_IPV4, {
      HA2BGP_COMMUNITY: '65000:1, no-export 65000:2',
      HA2BGP_AS_PATH: '65000 65000',
      HA2BGP_NEIGHBOR: '192.0.2.7,2001:db8::7',
    });
    expect(problems).toEqual([]);
    expect(settings.community).toEqual(['65000:1', '65000:2', 'no-export']);
    expect(settings.asPath).toEqual([65_000, 65_000]);
    expect(settings.neighbor).toEqual(['192.0.2.7', '2001:db8::7']);
  });
});

/** Of a static prefix or a peer: so many values of a list. */
const keys = (name: string, count: number): string =>
  many(count, (index) => `${name}=${VALUE[name]}${index}`).join(',');
const VALUE: Readonly<Record<string, string>> = { 'large-community': '1:1:', 'extended-community': 'target:1:' };

function many(count: number, text: (index: number) => string): string[] {
  return Array.from({ length: count }, (_, index) => text(index));
}

describe('--debug', () => {
  it('is --log-level debug', () => {
    expect(resolveSettings({ debug: ['true'] }, {}).settings.logLevel).toBe('debug');
    expect(resolveSettings({}, { HA2BGP_DEBUG: '1' }).settings.logLevel).toBe('debug');
    expect(resolveSettings({ debug: ['false'] }, {}).settings.logLevel).toBe('info');
  });

  it('may be said together with --log-level debug, and with no other', () => {
    expect(problemsOf({ debug: ['true'], logLevel: ['debug'] })).toEqual([]);
    expect(problemsOf({ debug: ['true'], logLevel: ['warn'] })).toEqual(['--debug: contradicts --log-level warn']);
  });

  it('gives way to a flag where it stands in the environment, and wins over the environment as a flag', () => {
    const byFlag = resolveSettings({ logLevel: ['warn'] }, { HA2BGP_DEBUG: '1' });
    expect([byFlag.problems, byFlag.settings.logLevel]).toEqual([[], 'warn']);
    const byEnvironment = resolveSettings({ debug: ['true'] }, { HA2BGP_LOG_LEVEL: 'warn' });
    expect([byEnvironment.problems, byEnvironment.settings.logLevel]).toEqual([[], 'debug']);
  });

  it('may be said twice, but not both ways', () => {
    expect(problemsOf({ debug: ['true', 'yes'] })).toEqual([]);
    expect(problemsOf({ debug: ['false', 'true'] })).toEqual([
      '--debug: given as "false" and as "true": expected one of them',
    ]);
  });
});
