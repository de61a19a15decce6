/** From the words of `healthcheck`, and its configuration file, to settings; every problem is found, not only the first. */
import fs from 'node:fs';
import type { IpAddress, Prefix } from '../../model/address.ts';
import { type Millis, ms } from '../../model/millis.ts';
import type { NextHop, RouteScope } from '../../model/route.ts';
import type { Check, CheckState, Probe, ServiceId, ServiceState } from '../../model/service.ts';
import type { Facility } from '../../model/syslog.ts';
import type { Problem } from '../place.ts';
import { quote } from '../quote.ts';
import { type HealthcheckOptionName, healthcheckOption } from './options.ts';
import {
  addressOnDevice,
  asPath,
  communities,
  extendedCommunities,
  facility,
  integer,
  largeCommunities,
  MOST_UINT32,
  neighbor,
  network,
  nextHop,
  plain,
  type Reader,
  seconds,
  word,
} from './values.ts';
import { type Given, readWords } from './words.ts';

export interface HealthcheckSettings {
  readonly name: ServiceId;
  /** A facility, or none. */
  readonly syslog: Facility | undefined;
  readonly isSilent: boolean;
  readonly isDebug: boolean;
  readonly hasAnswers: boolean;
  readonly viaSudo: boolean;
  readonly pidFile: string | undefined;
  readonly user: string;
  readonly group: string;
  readonly check: Check;
  readonly probe: Probe;
  readonly hooks: Readonly<Record<CheckState, readonly string[]>>;
  readonly hookTimeout: Millis;
  readonly nextHop: NextHop;
  /** None: the addresses of lo. */
  readonly networks: readonly Prefix[];
  /** Where a network is not set up on lo. */
  readonly devices: ReadonlyMap<Prefix, string>;
  readonly deaggregates: boolean;
  readonly setsUpAddresses: boolean;
  readonly addressesWhileUp: boolean;
  readonly label: string;
  readonly isLabelWhole: boolean;
  readonly startAt: number;
  readonly metric: Readonly<Record<ServiceState, number>>;
  readonly increase: number;
  readonly localPreference: number | undefined;
  readonly communities: Readonly<Record<ServiceState, readonly string[]>>;
  readonly extendedCommunities: readonly string[];
  readonly largeCommunities: readonly string[];
  readonly asPath: Readonly<Record<ServiceState, readonly number[]>>;
  readonly withdrawsOnDown: boolean;
  readonly scope: RouteScope | undefined;
}

export interface ResolvedHealthcheck {
  /** Only to be used when there are no problems. */
  readonly settings: HealthcheckSettings;
  readonly isHelpWanted: boolean;
  /** Flags and words that are not known. */
  readonly unknown: readonly Problem[];
  readonly problems: readonly Problem[];
}

export function resolveHealthcheck(words: readonly string[]): ResolvedHealthcheck {
  const own = readWords(words);
  const problems: Problem[] = [];
  const unknown: Problem[] = [...own.problems];
  let { given } = own;
  const file = given.config?.at(-1);
  if (file !== undefined) {
    const fromFile = readWords(wordsOfFile(file, problems));
    unknown.push(...fromFile.problems.map(({ place, text }) => ({ place: `${file}: ${place}`, text })));
    if (fromFile.given.config !== undefined) problems.push({ place: file, text: 'config: no file reads another' });
    // What the command line says comes later, and so counts; of what may be repeated both count.
    given = readWords([...wordsOfFile(file, []), ...words]).given;
  }
  return { settings: settingsFrom(given, problems), isHelpWanted: own.isHelpWanted, unknown, problems };
}

/** `option = value`, `option`, or a comment in a line. */
function wordsOfFile(file: string, problems: Problem[]): string[] {
  let text = '';
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    problems.push({ place: '--config', text: (error as Error).message });
  }
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => `--${line.replace(/\s*=\s*/, '=')}`);
}

function settingsFrom(given: Given, problems: Problem[]): HealthcheckSettings {
  const placeOf = (name: HealthcheckOptionName): string => healthcheckOption(name).flags[0] ?? name;
  const refuse = (name: HealthcheckOptionName, text: string): void =>
    void problems.push({ place: placeOf(name), text });
  const is = (name: HealthcheckOptionName): boolean => given[name] !== undefined;
  const all = <T>(name: HealthcheckOptionName, read: Reader<T>): T[] =>
    (given[name] ?? []).flatMap((text) => {
      const parsed = read(text);
      if ('value' in parsed) return [parsed.value];
      refuse(name, `${quote(text)}: expected ${parsed.expected}`);
      return [];
    });
  const last = <T>(name: HealthcheckOptionName, read: Reader<T>): T | undefined => all(name, read).at(-1);
  const number = (name: HealthcheckOptionName, least: number, most: number): number =>
    last(name, integer(least, most)) ?? Number(healthcheckOption(name).default);
  const time = (name: HealthcheckOptionName): Millis =>
    last(name, seconds) ?? ms(Number(healthcheckOption(name).default) * 1_000);

  const exclusive = (['silent', 'syslogFacility', 'noSyslog'] as const).filter(is);
  if (exclusive.length > 1) refuse('silent', `${exclusive.map(placeOf).join(' and ')}: expected one of them`);

  const networks = all('ips', network);
  const twice = networks.find((prefix, index) => networks.indexOf(prefix) !== index);
  if (twice !== undefined) refuse('ips', `${twice}: given twice`);
  const devices = new Map(all('ipIfname', addressOnDevice).map(({ prefix, device }) => [prefix, device]));
  for (const prefix of devices.keys()) {
    if (!networks.includes(prefix)) refuse('ipIfname', `${prefix}: expected one that is given with --ip as well`);
  }
  const label = last('label', word(LONGEST_LABEL)) ?? '';
  for (const device of devices.values()) {
    if (label !== '' && `${device}:${label}`.length > LONGEST_DEVICE) {
      refuse('label', `${device}:${label}: expected at most ${LONGEST_DEVICE} characters, the device included`);
    }
  }
  if (is('labelExactMatch') && (label === '' || networks.length > 0)) {
    refuse('labelExactMatch', 'chooses among the addresses of lo: needs --label, and no --ip');
  }

  const neighbors = all('neighbors', neighbor);
  const chosen = neighbors.filter((each): each is IpAddress => each !== '*');
  if (chosen.length > 0 && chosen.length < neighbors.length) {
    refuse('neighbors', '* and a single neighbor: expected one of them');
  }
  const pathInformation = last('pathId', integer(0, MOST_UINT32)) ?? 0;
  const localPreference = number('localPreference', -1, MOST_UINT32);

  const common = last('community', communities) ?? [];
  const ailing = last('disabledCommunity', communities) ?? common;
  const path = last('asPath', asPath) ?? [];
  const always = all('execute', plain);

  return {
    name: (last('name', word(LONGEST_NAME)) ?? 'healthcheck') as ServiceId,
    // What is debugged is watched on stderr, unless that is to be silent.
    syslog: is('silent') ? 'daemon' : is('debug') ? undefined : last('syslogFacility', facility),
    isSilent: is('silent'),
    isDebug: is('debug'),
    hasAnswers: !is('noAck'),
    viaSudo: is('sudo'),
    pidFile: last('pid', plain),
    user: last('user', word(LONGEST_NAME)) ?? '',
    group: last('group', word(LONGEST_NAME)) ?? '',
    check: {
      rise: number('rise', 0, MOST_COUNT),
      fall: number('fall', 0, MOST_COUNT),
      interval: time('interval'),
      fastInterval: time('fastInterval'),
    },
    probe: { command: last('command', plain), timeout: time('timeout'), disableFile: last('disable', plain) },
    hooks: {
      init: always,
      rising: always,
      falling: always,
      up: [...all('upExecute', plain), ...always],
      down: [...all('downExecute', plain), ...always],
      disabled: [...all('disabledExecute', plain), ...always],
    },
    hookTimeout: time('hookTimeout'),
    nextHop: last('nextHop', nextHop) ?? 'self',
    networks,
    devices,
    deaggregates: is('deaggregateNetworks'),
    setsUpAddresses: !is('noIpSetup'),
    addressesWhileUp: is('dynamicIpSetup'),
    label,
    isLabelWhole: is('labelExactMatch'),
    startAt: number('startIp', -MOST_COUNT, MOST_COUNT),
    metric: {
      up: number('upMetric', 0, MOST_UINT32),
      down: number('downMetric', 0, MOST_UINT32),
      disabled: number('disabledMetric', 0, MOST_UINT32),
    },
    increase: number('increase', -MOST_UINT32, MOST_UINT32),
    localPreference: localPreference < 0 ? undefined : localPreference,
    communities: { up: common, down: ailing, disabled: ailing },
    extendedCommunities: last('extendedCommunity', extendedCommunities) ?? [],
    largeCommunities: last('largeCommunity', largeCommunities) ?? [],
    asPath: {
      up: last('upAsPath', asPath) ?? path,
      down: last('downAsPath', asPath) ?? path,
      disabled: last('disabledAsPath', asPath) ?? path,
    },
    withdrawsOnDown: is('withdrawOnDown'),
    scope:
      chosen.length === 0 && pathInformation === 0
        ? undefined
        : {
            ...(pathInformation === 0 ? {} : { pathInformation }),
            ...(chosen.length === 0 ? {} : { neighbors: [...new Set(chosen)] }),
          },
  };
}

/** IFNAMSIZ without its NUL; a label is the device, a colon and the rest. */
const LONGEST_DEVICE = 15;
const LONGEST_LABEL = LONGEST_DEVICE - 'lo:'.length;
const LONGEST_NAME = 64;
const MOST_COUNT = 1_000_000;
