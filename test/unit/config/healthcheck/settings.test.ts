import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  HEALTHCHECK_OPTION_NAMES,
  type HealthcheckOptionName,
  healthcheckOption,
} from '../../../../src/config/healthcheck/options.ts';
import { resolveHealthcheck } from '../../../../src/config/healthcheck/settings.ts';

const problems = (...words: string[]): string[] => {
  const { problems, unknown } = resolveHealthcheck(words);
  return [...unknown, ...problems].map(({ place, text }) => `${place}: ${text}`);
};

/** One that is not the default, and other options that it needs. */
const VALUES: Readonly<Record<HealthcheckOptionName, readonly string[]>> = {
  silent: ['--silent'],
  syslogFacility: ['--syslog-facility', 'local1'],
  noSyslog: [],
  noAck: ['--no-ack'],
  sudo: ['--sudo'],
  debug: ['--debug'],
  name: ['--name', 'web'],
  config: ['--config', '/dev/null'],
  pid: ['--pid', '/tmp/x'],
  user: ['--user', 'nobody'],
  group: ['--group', 'daemon'],
  interval: ['--interval', '7'],
  fastInterval: ['--fast-interval', '0.5'],
  timeout: ['--timeout', '2.5'],
  rise: ['--rise', '4'],
  fall: ['--fall', '4'],
  disable: ['--disable', '/tmp/x'],
  command: ['--command', 'x'],
  nextHop: ['--next-hop', '192.0.2.9'],
  ips: ['--ip', '192.0.2.1'],
  ipIfname: ['--ip', '192.0.2.1', '--ip-ifname', '192.0.2.1%eth0'],
  localPreference: ['--local-preference', '5'],
  deaggregateNetworks: ['--deaggregate-networks'],
  noIpSetup: ['--no-ip-setup'],
  dynamicIpSetup: ['--dynamic-ip-setup'],
  label: ['--label', 'web'],
  labelExactMatch: ['--label', 'web', '--label-exact-match'],
  startIp: ['--start-ip', '1'],
  upMetric: ['--up-metric', '5'],
  downMetric: ['--down-metric', '5'],
  disabledMetric: ['--disabled-metric', '5'],
  increase: ['--increase', '5'],
  community: ['--community', '65000:1'],
  extendedCommunity: ['--extended-community', 'target:65000:1'],
  largeCommunity: ['--large-community', '65000:1:2'],
  disabledCommunity: ['--disabled-community', '65000:2'],
  asPath: ['--as-path', '65001'],
  upAsPath: ['--up-as-path', '65001'],
  downAsPath: ['--down-as-path', '65001'],
  disabledAsPath: ['--disabled-as-path', '65001'],
  withdrawOnDown: ['--withdraw-on-down'],
  pathId: ['--path-id', '3'],
  neighbors: ['--neighbor', '192.0.2.7'],
  debounce: [],
  execute: ['--execute', 'x'],
  upExecute: ['--up-execute', 'x'],
  downExecute: ['--down-execute', 'x'],
  disabledExecute: ['--disabled-execute', 'x'],
  hookTimeout: ['--hook-timeout', '5'],
};

describe('an option', () => {
  /** Two ask for what is always so; what a file says is tried below. */
  const quiet: readonly HealthcheckOptionName[] = ['noSyslog', 'debounce', 'config'];

  it.each(HEALTHCHECK_OPTION_NAMES.filter((name) => !quiet.includes(name)))('has an effect: %s', (name) => {
    const words = VALUES[name];
    expect(problems(...words)).toEqual([]);
    expect(words).toContain(healthcheckOption(name).flags[0]);
    const without = words.slice(0, words.indexOf(healthcheckOption(name).flags[0] ?? ''));
    expect(resolveHealthcheck(words).settings).not.toEqual(resolveHealthcheck(without).settings);
  });

  it('has the default that the table shows', () => {
    for (const name of HEALTHCHECK_OPTION_NAMES) {
      const { flags, default: preset } = healthcheckOption(name);
      if (preset === undefined) continue;
      expect(resolveHealthcheck([flags[0] ?? '', preset]).settings, name).toEqual(resolveHealthcheck([]).settings);
    }
  });
});

describe('settings', () => {
  it('take bare numbers for seconds', () => {
    const { check, probe } = resolveHealthcheck(['-i', '0.25', '-f', '.5', '-t', '250ms']).settings;
    expect([check.interval, check.fastInterval, probe.timeout]).toEqual([250, 500, 250]);
  });

  it('have one attribute a state, where it is given, else the common one', () => {
    const { communities, asPath } = resolveHealthcheck([
      ...['--community', '65000:2 65000:1', '--disabled-community', '65000:3'],
      ...['--as-path', '65001 65001', '--down-as-path', '65002'],
    ]).settings;
    expect(communities).toEqual({
      ...{ up: ['65000:1', '65000:2'], down: ['65000:3'], disabled: ['65000:3'] },
    });
    expect(asPath).toEqual({ up: [65001, 65001], down: [65002], disabled: [65001, 65001] });
  });

  it('run the hooks of a state before those of all', () => {
    const { hooks } = resolveHealthcheck(['--execute', 'a', '--up-execute', 'u', '--execute', 'b']).settings;
    expect(hooks).toEqual({
      ...{ init: ['a', 'b'], rising: ['a', 'b'], falling: ['a', 'b'] },
      ...{ up: ['u', 'a', 'b'], down: ['a', 'b'], disabled: ['a', 'b'] },
    });
  });

  it('log to syslog when silent, and elsewhere only when asked to', () => {
    const syslogOf = (...words: string[]): unknown => resolveHealthcheck(words).settings.syslog;
    expect([
      syslogOf(),
      syslogOf('-s'),
      syslogOf('-sF'),
      syslogOf('-sF', 'LOCAL2'),
      syslogOf('-sF', 'mail', '-d'),
    ]).toEqual([undefined, 'daemon', 'daemon', 'local2', undefined]);
  });

  it('have no scope for every neighbor and path identifier 0', () => {
    expect(resolveHealthcheck(['--neighbor', '*', '--path-id', '0']).settings.scope).toBeUndefined();
  });

  it.each([
    [['-s', '--no-syslog'], ['--silent: --silent and --no-syslog: expected one of them']],
    [['-i', 'soon'], ['--interval: "soon": expected seconds, such as 5 or 0.25, up to a day']],
    [['-i', '-1'], ['--interval: "-1": expected seconds, such as 5 or 0.25, up to a day']],
    [['--rise', '-1'], ['--rise: "-1": expected a whole number from 0 to 1000000']],
    [['--ip', '192.0.2.1', '--ip', '192.0.2.1/32'], ['--ip: 192.0.2.1/32: given twice']],
    [['--ip', 'localhost'], ['--ip: "localhost": expected a prefix such as 192.0.2.0/24 or 2001:db8::/32']],
    [
      ['--ip', '224.0.0.1'],
      ['--ip: "224.0.0.1": expected a prefix outside 224.0.0.0/4, of which nothing is ever announced'],
    ],
    [['--ip-ifname', '192.0.2.1%eth0'], ['--ip-ifname: 192.0.2.1/32: expected one that is given with --ip as well']],
    [['--ip-ifname', '192.0.2.1'], ['--ip-ifname: "192.0.2.1": expected IP%DEVICE, such as 192.0.2.1%eth0']],
    [
      ['--label', 'a-long-label-x'],
      ['--label: "a-long-label-x": expected 1 to 12 printable ASCII characters without spaces'],
    ],
    [['--label-exact-match'], ['--label-exact-match: chooses among the addresses of lo: needs --label, and no --ip']],
    [['--neighbor', '*', '--neighbor', '192.0.2.7'], ['--neighbor: * and a single neighbor: expected one of them']],
    [
      ['--as-path', '65001 x'],
      ['--as-path: "65001 x": expected AS numbers from 1 to 4294967295, separated by spaces, 255 at most'],
    ],
    [
      ['--large-community', '1:2'],
      ['--large-community: "1:2": expected large communities such as 65000:1:2, separated by spaces'],
    ],
    [['--config', '/no/such/file'], ["--config: ENOENT: no such file or directory, open '/no/such/file'"]],
    [['-sF', 'nowhere'], [expect.stringMatching(/^--syslog-facility: "nowhere": expected one of auth, .*, local7$/)]],
  ])('are refused: %j', (words, expected) => {
    expect(problems(...words)).toEqual(expected);
  });

  it('report everything that is wrong', () => {
    expect(problems('--bogus', '--rise', 'x', '--ip', 'y')).toHaveLength(3);
  });
});

describe('a configuration file', () => {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-')), 'config');
  afterAll(() => fs.rmSync(path.dirname(file), { recursive: true }));
  const write = (text: string): string[] => {
    fs.writeFileSync(file, text);
    return ['-F', file];
  };

  it('has an option in a line; what may be repeated adds up, of the rest the command line wins', () => {
    const words = write(
      '# comment\n\n  interval = 10\ncommand=curl http://h/?a=b\nip = 192.0.2.1\nwithdraw-on-down\nname = web',
    );
    const { settings, ...rest } = resolveHealthcheck([...words, '--ip', '192.0.2.2', '--interval', '20']);
    expect([...rest.problems, ...rest.unknown]).toEqual([]);
    expect(settings.networks).toEqual(['192.0.2.1/32', '192.0.2.2/32']);
    expect([settings.check.interval, settings.name, settings.withdrawsOnDown]).toEqual([20_000, 'web', true]);
    expect(settings.probe.command).toBe('curl http://h/?a=b');
  });

  it.each([
    ['bogus = 1', [`${file}: --bogus: unknown flag`]],
    ['rise', [`${file}: --rise: needs a value: N`]],
    ['config = other', [`${file}: config: no file reads another`]],
    ['rise = many', ['--rise: "many": expected a whole number from 0 to 1000000']],
  ])('is refused: %s', (text, expected) => {
    expect(problems(...write(text))).toEqual(expected);
  });
});
