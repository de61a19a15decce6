import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Arguments, parseArguments } from '../../src/cli/arguments.ts';
import { check } from '../../src/cli/check.ts';
import { type Option, textsIn } from '../../src/config/option.ts';
import { OPTION_NAMES, OPTIONS, type OptionName } from '../../src/config/options.ts';
import { splitUnquoted } from '../../src/config/quoted.ts';
import { type GivenFlags, type Resolved, resolveSettings } from '../../src/config/settings.ts';

const VALUES: { readonly [Name in OptionName]: readonly string[] } = {
  network: ['192.0.2.0/24', '10.0.0.0/8', '2001:db8::/32', '::/0'],
  listenFilter: ['sport = :53', 'sport = :80 or sport = :443'],
  require: ['sport = :80', 'sport = :443'],
  announce: ['192.0.2.0/24', '198.51.100.9/32', '2001:db8:1::/48'],
  static: ['192.0.2.0/24', '198.51.100.0/24 2001:db8:7::/48,med=5,community=65000:1 no-export,nexthop=self'],
  service: [
    'dns,prefixes=192.0.2.53/32',
    'a.b-c_1,prefixes=192.0.2.80/32,2001:db8::80/128, command=exit 0, interval=100ms,rise=1',
    String.raw`web,prefixes=192.0.2.81/32,command="[ -e /x ]; printf \"a,b\\n\" | grep -q '\\.'\nexit 1",fall=9`,
    'x,prefixes=192.0.2.82/32,disable-file="/a,b;c",interval=10s,fast-interval=24h',
  ],
  anyip: ['true', 'no'],
  shortestPrefix: ['ipv4/8', 'ipv6/1', 'ipv4/32'],
  protocol: ['tcp', 'udp', 'udp,tcp'],
  wildcard: ['host-routes', 'all', 'off'],
  acceptQueueFull: ['off', '100ms', '2s'],
  requireCarrier: ['true', 'false'],
  netns: ['blue', '/proc/1/ns/net'],
  hints: ['auto', 'tracefs', 'destroy', 'none'],
  discoverySource: ['auto', 'netlink', 'proc'],
  onDiscoveryError: ['hold', 'withdraw'],
  staleAfter: ['0', '30s'],
  device: ['eth0', 'lo'],
  deviceLabel: ['lo:*', '?'],
  nexthop: ['self', '10.0.0.1', '2001:db8::9'],
  nexthopSelfIpv6: ['true', 'false', 'on', '0'],
  med: ['0', '4294967295', '007'],
  localPreference: ['0', '4294967295'],
  asPath: ['65000', '65000 65000', '1.10'],
  community: ['65000:1', 'no-export', '65535:0', '0xfde80001 blackhole'],
  largeCommunity: ['65000:1:2', '4294967295:0:0'],
  extendedCommunity: ['target:65000:1', 'origin:192.0.2.1:5', 'bandwidth:1:16777217', '0x0002fde800000001'],
  pathInformation: ['1', '4294967295'],
  neighbor: ['192.0.2.7', '2001:DB8::7', '192.0.2.7,192.0.2.8'],
  announceDelay: ['0', '1.5s', '24h'],
  withdrawDelay: ['0', '250ms', '1m30s'],
  addressWithdrawDelay: ['0', '1h', '0.001ms'],
  maxRoutes: ['1', '1000000', '0042'],
  noDampening: ['true', 'no'],
  dampeningPenalty: ['1', '1000000'],
  dampeningSuppress: ['3000', '1001', '7999'],
  dampeningReuse: ['1000', '2999', '376'],
  dampeningHalfLife: ['100ms', '20s', '37s'],
  dampeningMaxSuppress: ['32s', '1m', '24h'],
  dampeningAction: ['log', 'withdraw'],
  reannounce: ['0', '60s'],
  onExit: ['withdraw', 'keep'],
  stateDir: ['/run/ha2bgp'],
  drainTime: ['0', '60s'],
  dataDir: ['/var/lib/ha2bgp'],
  name: ['dns', 'a.b-c_1'],
  localAs: ['65000', '1.10'],
  routerId: ['10.1.1.1', '255.255.255.255'],
  bgpListen: ['192.0.2.1', '127.0.1.2:1790', '[::1]:1790', 'fe80::1%eth0', '[fe80::1%eth0]:1790', '::'],
  peer: [
    '10.1.1.254,as=65001',
    '2001:DB8::1, as=1.10, port=1790, passive=no, families=ipv4',
    '10.1.1.8,as=65001,role=rs-client,strict-role',
    '10.1.1.9,as=65001,role=provider,strict-role=no',
    'fe80::1%eth0,as=65001,community=65000:1,community=no-export,hold-time=9s,only=192.0.2.0/24',
    '10.1.1.7,as=65000,local-preference=50,as-path=65000 65000,password-file=/etc/ha2bgp/key,extended-message=no,add-path',
  ],
  interval: ['auto', '10ms', '10s'],
  record: ['/tmp/recording', 'a b.jsonl'],
  recordSize: ['64KiB', '1GiB', '1025KiB'],
  recordFiles: ['2', '0042'],
  controlSocket: ['/run/ha2bgp/x.sock', 'none'],
  apiListen: ['127.0.0.1:8080', '[::1]:1'],
  apiTokenFile: ['/etc/ha2bgp/token'],
  apiTlsCert: ['/etc/ha2bgp/cert.pem'],
  apiTlsKey: ['/etc/ha2bgp/key.pem'],
  apiTlsClientCa: ['/etc/ha2bgp/ca.pem'],
  statusFile: ['/run/status', '/run/status.json'],
  statusInterval: ['1s', '1h'],
  metricsFile: ['/run/ha2bgp.prom'],
  metricsInterval: ['1s', '1m30s'],
  metricsMaxServices: ['0', '1000000'],
  config: ['/etc/ha2bgp.yaml'],
  bgpBackend: ['exabgp', 'test', 'exabgptest'],
  exabgpApi: ['4', '6'],
  dryRun: ['true', '0'],
  logTo: ['stderr', 'syslog', 'journald', 'none', 'file:/var/log/ha2bgp.log'],
  syslogFacility: ['daemon', 'local0'],
  logFormat: ['auto', 'text', 'json'],
  logLevel: ['debug', 'info', 'warn', 'error'],
  debug: ['true', 'false'],
  noColor: ['yes', 'no'],
};
/** What the speaker needs, so that none of its options is without effect. */
const SPEAKER = {
  bgpBackend: ['exabgp', 'speaker'],
  localAs: ['65000'],
  routerId: ['10.1.1.1'],
  peer: ['10.9.9.9,as=65009'],
} satisfies GivenFlags;
/** The same of the API. */
const API = {
  apiListen: ['127.0.0.1:8080'],
  apiTlsCert: ['/etc/cert.pem'],
  apiTlsKey: ['/etc/key.pem'],
} satisfies GivenFlags;
const isOfSpeaker = (name: OptionName): boolean => name !== 'bgpBackend' && (name in SPEAKER || name === 'bgpListen');
const without = (flags: GivenFlags, name: OptionName): GivenFlags =>
  Object.fromEntries(Object.entries(flags).filter(([each]) => each !== name));
const optionOf = (name: OptionName): Option<unknown> => OPTIONS[name] as Option<unknown>;
const nonsense = fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom('__proto__', '-1', '1/0', ','));

const textOf = (name: OptionName): fc.Arbitrary<string> =>
  fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...VALUES[name]) }, { weight: 1, arbitrary: nonsense });
const given = fc.record(
  Object.fromEntries(
    OPTION_NAMES.map((name) => [
      name,
      fc.array(fc.option(textOf(name), { nil: undefined, freq: 8 }), { minLength: 1, maxLength: 3 }),
    ]),
  ),
  { requiredKeys: [] },
) as fc.Arbitrary<GivenFlags>;
/** One good value for some of the options; they may still contradict one another. */
const good = fc
  .tuple(
    fc.record(
      Object.fromEntries(OPTION_NAMES.map((name) => [name, fc.constantFrom(...VALUES[name]).map((text) => [text])])),
      { requiredKeys: [] },
    ),
    fc.constantFrom<GivenFlags>({}, SPEAKER, { ...SPEAKER, bgpBackend: ['speaker'] }),
  )
  .map(([flags, speaker]): GivenFlags => ({ ...flags, ...speaker }));
/** What is left when those that contradict the rest are left out. */
function fitting(flags: GivenFlags): Resolved {
  const resolved = resolveSettings(flags, {});
  if (resolved.problems.length === 0) return resolved;
  const bad = new Set(resolved.problems.map(({ place }) => place));
  const left = Object.entries(flags).filter(([name]) => !bad.has(`--${optionOf(name as OptionName).flag}`));
  // What is contradicted may be a default.
  return fitting(Object.fromEntries(left.length < Object.keys(flags).length ? left : left.slice(1)));
}
const environment = fc.oneof(
  fc.record(Object.fromEntries(OPTION_NAMES.map((name) => [optionOf(name).environment, textOf(name)])), {
    requiredKeys: [],
  }),
  fc.dictionary(
    fc.string({ maxLength: 8 }).map((name) => `HA2BGP_${name}`),
    fc.string(),
  ),
);

/** The texts that `format` wrote, as flags. */
const reread = (name: OptionName, value: unknown) => {
  const option = optionOf(name);
  const text = option.format(value);
  return option.parse(textsIn(option, text).filter((part) => option.kind !== 'list' || part !== ''));
};

describe('settings', () => {
  it('come out whole whatever goes in, and every one of them is a value that its option takes', () => {
    fc.assert(
      fc.property(given, environment, (flags, variables) => {
        const { settings, origins, problems } = resolveSettings(flags, variables);
        for (const name of OPTION_NAMES) {
          expect(reread(name, settings[name])).toEqual({ value: settings[name] });
          const isGiven = flags[name] !== undefined;
          const isSet = (variables[optionOf(name).environment] ?? '') !== '';
          expect(origins[name]).toBe(isGiven ? 'flag' : isSet ? 'environment' : 'default');
        }
        for (const { place, text } of problems) {
          expect(place).toMatch(/^(--[a-z0-9-]+$|HA2BGP_)/);
          expect(text).not.toMatch(/undefined|\[object/);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('that are good have nothing to be said against, one by one', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...OPTION_NAMES).chain((name) => fc.tuple(fc.constant(name), fc.constantFrom(...VALUES[name]))),
        ([name, text]) => {
          const networks = {
            ...(name === 'network' ? {} : { network: ['192.0.2.0/24', '2001:db8::/32'] }),
            ...(isOfSpeaker(name) ? without(SPEAKER, name) : {}),
            ...(name === 'statusInterval' ? { statusFile: ['/run/status'] } : {}),
            ...(name === 'metricsInterval' ? { metricsFile: ['/run/ha2bgp.prom'] } : {}),
            ...(name === 'recordSize' || name === 'recordFiles' ? { record: ['/tmp/recording'] } : {}),
            ...(name.startsWith('api') ? without(API, name) : {}),
            ...(name === 'syslogFacility' ? { logTo: ['syslog'] } : {}),
          };
          expect(resolveSettings({ ...networks, [name]: [text] }, {}).problems).toEqual([]);
          expect(resolveSettings(networks, { [optionOf(name).environment]: text }).problems).toEqual([]);
        },
      ),
    );
  });

  it('are printed by check in a form that can be given back', () => {
    fc.assert(
      fc.property(good, (flags) => {
        const resolved = fitting({ ...flags, network: ['192.0.2.0/24', '2001:db8::/32'] });
        const again = Object.fromEntries(
          check(resolved)
            .trimEnd()
            .split('\n')
            .flatMap((line, index) => {
              const [, flag, value = '', from] = /^(\S+) +(.*?) +(\S+)$/.exec(line) ?? [];
              const name = OPTION_NAMES[index];
              expect(name && optionOf(name).flag).toBe(flag);
              if (name === undefined || value === '(not given)' || from === 'default') return [];
              return [[name, textsIn(optionOf(name), value)] as const];
            }),
        );
        const { settings, problems } = resolveSettings(again, {});
        expect(problems).toEqual([]);
        expect(settings).toEqual(resolved.settings);
      }),
    );
  });
});

describe('services', () => {
  const part = fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.constantFrom('"', '\\', '\\n', '\n', ',', ';', ' ', ',x="', '="', '; b,command="', '$A', "'"),
  );
  const command = fc
    .array(part, { minLength: 1, maxLength: 12 })
    .map((parts) => parts.join('').trim())
    .filter((text) => text !== '');
  const of = (name: string, value: string) => ({ name, prefixes: ['192.0.2.1/32'], values: { command: value } });
  const { service: option } = OPTIONS;

  it('have commands that come back from what format writes, in a line of its own', () => {
    let quoted = 0;
    fc.assert(
      fc.property(command, command, (one, other) => {
        const value = [of('a', one), of('b', other)] as unknown as (typeof option)['default'];
        const text = option.format(value);
        expect(text).not.toContain('\n');
        expect(option.parse(textsIn(option, text))).toEqual({ value });
        if (text.includes('="')) quoted++;
      }),
      { numRuns: 1_000 },
    );
    expect(quoted).toBeGreaterThan(100);
  });

  it('are a value or a problem, whatever text they are', () => {
    const start = 'a,prefixes=192.0.2.1/32,';
    const rest = fc
      .array(fc.oneof(part, fc.constantFrom(start, 'command="', '",rise=2', '";')))
      .map((all) => all.join(''));
    const text = fc
      .tuple(
        fc.constantFrom('', start, `${start}command=`, `${start}command="`),
        rest,
        fc.constantFrom('', '"', '",rise=2'),
      )
      .map((all) => all.join(''));
    let good = 0;
    fc.assert(
      fc.property(text, (given) => {
        expect(splitUnquoted(given, ';').join(';')).toBe(given);
        expect(splitUnquoted(given, ',').join(',')).toBe(given);
        const parsed = option.parse(textsIn(option, given));
        if ('problems' in parsed) {
          expect(parsed.problems.length).toBeGreaterThan(0);
          return;
        }
        good++;
        expect(option.parse(textsIn(option, option.format(parsed.value)))).toEqual(parsed);
      }),
      { numRuns: 2_000 },
    );
    expect(good).toBeGreaterThan(20);
  });
});

describe('the command line', () => {
  const flagNames = OPTION_NAMES.map((name) => optionOf(name).flag);
  const word = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...flagNames.flatMap((flag) => [`--${flag}`, `-${flag}`, `--${flag}=x`])) },
    {
      weight: 2,
      arbitrary: fc.constantFrom('run', 'check', 'x', '192.0.2.0/24', '-n', '-t', '-d', '-s', '-', '--', ''),
    },
    { weight: 1, arbitrary: fc.string({ maxLength: 8 }).map((text) => `--${text}`) },
    { weight: 1, arbitrary: fc.string({ maxLength: 8 }) },
  );
  const isAsking = (words: readonly string[]): boolean =>
    words.some((each) => /^(-[vh].*|--help|--version|help|-help|-version)$/.test(each));

  it('is a command with its flags for any words, and prints only what was asked for', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (words) => {
        fc.pre(!isAsking(words));
        const parsed: Arguments = parseArguments(words, '1');
        expect(parsed).toEqual({
          command: expect.stringMatching(/^(run|check)$/),
          flags: expect.any(Object),
          problems: expect.any(Array),
        });
      }),
      { numRuns: 500 },
    );
  });

  it('gives every value of a flag back, in whichever way it was written', () => {
    const text = fc.string({ minLength: 1, maxLength: 12 }).filter((each) => !each.startsWith('-'));
    const names = OPTION_NAMES.filter((name) => optionOf(name).kind !== 'switch');
    const flag = fc.tuple(fc.constantFrom(...names), text, fc.constantFrom('--', '-'), fc.boolean());
    fc.assert(
      fc.property(fc.array(flag, { maxLength: 6 }), (flags) => {
        const words = flags.flatMap(([name, value, dashes, isJoined]) => {
          const start = `${dashes}${optionOf(name).flag}`;
          return isJoined ? [`${start}=${value}`] : [start, value];
        });
        const expected: Partial<Record<OptionName, string[]>> = {};
        for (const [name, value] of flags) expected[name] = [...(expected[name] ?? []), value];
        expect(parseArguments(words, '1')).toEqual({ command: 'run', flags: expected, problems: [] });
      }),
    );
  });
});
