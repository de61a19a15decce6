/** The command line of `healthcheck`: our reading of it beside that of ExaBGP's own, which is Python's argparse. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type HealthcheckSettings, resolveHealthcheck } from '../../../src/config/healthcheck/settings.ts';
import { describeInterop } from '../../helpers/peers.ts';
import { run } from '../../helpers/processes.ts';

/** Reads a list of command lines, and prints what the original makes of each: its options, or null where it gives up. */
const THEIR_READER = `
import contextlib, io, json, sys
from exabgp.application import healthcheck
out = []
for words in json.load(open(sys.argv[1])):
    sys.argv = ['healthcheck'] + words
    try:
        with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
            options = vars(healthcheck.parse())
        for name in ('config', 'pid'):
            options[name] = options[name] and options[name].name
        out.append(options)
    except SystemExit as end:
        out.append('help' if end.code in (0, None) else None)
    except Exception as error:
        out.append(None)
print(json.dumps(out, default=str))
`;

type Theirs = Record<string, unknown> | 'help' | null;

/** Ours in their names and units. */
function inTheirNames(settings: HealthcheckSettings): Record<string, unknown> {
  const { check, probe, metric, scope } = settings;
  const text = (of: readonly (string | number)[]): string | null => (of.length === 0 ? null : of.join(' '));
  const some = (of: readonly string[]): readonly string[] | null => (of.length === 0 ? null : of);
  const always = settings.hooks.rising;
  const own = (of: readonly string[]): readonly string[] | null => some(of.slice(0, of.length - always.length));
  return {
    debug: settings.isDebug,
    silent: settings.isSilent,
    no_ack: !settings.hasAnswers,
    sudo: settings.viaSudo,
    name: settings.name === 'healthcheck' ? null : settings.name,
    pid: settings.pidFile ?? null,
    user: settings.user || null,
    group: settings.group || null,
    interval: check.interval / 1_000,
    fast: check.fastInterval / 1_000,
    timeout: probe.timeout / 1_000,
    rise: check.rise,
    fall: check.fall,
    disable: probe.disableFile ?? null,
    command: probe.command ?? null,
    next_hop: settings.nextHop === 'self' ? null : settings.nextHop,
    ips: some(settings.networks),
    local_preference: settings.localPreference ?? -1,
    deaggregate_networks: settings.deaggregates,
    ip_setup: settings.setsUpAddresses,
    ip_dynamic: settings.addressesWhileUp,
    label: settings.label || null,
    start_ip: settings.startAt,
    up_metric: metric.up,
    down_metric: metric.down,
    disabled_metric: metric.disabled,
    increase: settings.increase,
    // One number is a pair to us; what else is a community, is tried elsewhere.
    community: text(
      settings.communities.up.map((pair) => Number(pair.split(':')[0]) * 65_536 + Number(pair.split(':')[1])),
    ),
    withdraw_on_down: settings.withdrawsOnDown,
    path_id: scope?.pathInformation ?? null,
    neighbors: some(scope?.neighbors ?? []),
    execute: some(always),
    up_execute: own(settings.hooks.up),
    down_execute: own(settings.hooks.down),
    disabled_execute: own(settings.hooks.disabled),
  };
}

const FLAGS = [
  ...['--silent', '-s', '--debug', '-d', '--no-ack', '-a', '--sudo', '--deaggregate-networks', '--no-ip-setup'],
  ...[
    '--dynamic-ip-setup',
    '--withdraw-on-down',
    '-sd',
    '-da',
    '-ads',
    '--sil',
    '--deb',
    '--withdraw',
    '--no-ip',
    '--dyn',
  ],
  ...[
    '--dea',
    '--sud',
    '-as',
    '-dd',
    '--no',
    '--no-',
    '--s',
    '--h',
    '--no-a',
    '--nope',
    '-x',
    '-z1',
    'stray',
    '--',
    '-',
    '',
  ],
  ...['--sudo=1', '-d=1', '-d=', '-sF', '--no-syslog', '-sFdaemon'],
];
const VALUED = [
  ...[
    '--name',
    '-n',
    '--interval',
    '-i',
    '--fast-interval',
    '-f',
    '--rise',
    '--fall',
    '--disable',
    '--command',
    '--cmd',
    '-c',
  ],
  ...['--ip', '--local-preference', '--label', '--start-ip', '--up-metric', '--down-metric', '--disabled-metric'],
  ...[
    '--increase',
    '--community',
    '--path-id',
    '--neighbor',
    '--execute',
    '--up-execute',
    '--down-execute',
    '-N',
    '-t',
  ],
  ...[
    '--disabled-execute',
    '--inter',
    '--int',
    '--in',
    '--inc',
    '--fa',
    '--fas',
    '--r',
    '--up-m',
    '--up',
    '--comm',
    '--communi',
  ],
  ...[
    '--cm',
    '--la',
    '--st',
    '--pa',
    '--p',
    '--n',
    '--na',
    '--ne',
    '--nei',
    '--nex',
    '--user',
    '--us',
    '--gr',
    '--group',
    '--ti',
  ],
  ...[
    '--exe',
    '--e',
    '--dis',
    '--disab',
    '--disabled',
    '--disabled-m',
    '--disabled-e',
    '--do',
    '--down-e',
    '--l',
    '--lo',
  ],
];
const VALUES = [
  ...['5', '0', '1', '-1', '10', '007', '192.0.2.1', '192.0.2.1/32', '192.0.2.0/24', '2001:db8::1', '2001:db8::/64'],
  ...['web', 'curl -sf http://127.0.0.1/', '-sf x', '-y x', '-', '--', 'a=b', '/tmp/x', '3', '2', '65000', 'x y'],
  ...['192.0.2.1/24', '192.0.2', '::', '5 ', '+5', '-5 -5', '-.5', '-q', '-i', '--ip'],
];

function* numbers(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    yield state / 2 ** 32;
  }
}

const random = numbers(7);
const pick = <T>(from: readonly T[]): T => from[Math.floor(random.next().value * from.length)] as T;

function randomWords(): string[] {
  const pieces = Array.from({ length: 1 + Math.floor(random.next().value * 3) }, () => {
    if (random.next().value < 0.35) return [pick(FLAGS)];
    const [flag, value] = [pick(VALUED), pick(VALUES)];
    const way = random.next().value;
    if (way < 0.55) return [flag, value];
    return way < 0.9 ? [`${flag}=${value}`] : [`${flag}${value}`];
  });
  return pieces.flat();
}

/** Where we are stricter, and say why: docs/healthcheck.md. */
function isStricter(words: readonly string[], theirs: Record<string, unknown>): boolean {
  const number = (name: string): number => Number(theirs[name]);
  const counts = [
    'rise',
    'fall',
    'timeout',
    'interval',
    'fast',
    'path_id',
    'up_metric',
    'down_metric',
    'disabled_metric',
  ];
  const ips = (theirs['ips'] ?? []) as string[];
  const texts = ['name', 'label', 'user', 'group', 'community'].map((name) => theirs[name] as string | null);
  const filled = ['command', 'disable', 'name', 'label', 'user', 'group', 'community', 'execute'];
  return (
    counts.some((name) => number(name) < 0) ||
    number('local_preference') < -1 ||
    new Set(ips).size < ips.length ||
    ips.some((ip) => ip === '::/128') ||
    theirs['next_hop'] === '::' ||
    texts.some((text) => text !== null && !/^[\x21-\x7e]{1,12}$/.test(text)) ||
    filled.some((name) => theirs[name] === '') ||
    // Theirs makes an empty list of a value that is two dashes.
    words.some((word) => / $|--$/.test(word)) ||
    theirs['syslog_facility'] !== 'daemon' ||
    words.some((word) => word.startsWith('-sF')) ||
    !/^\d*$/.test(String(theirs['community'] ?? ''))
  );
}

describeInterop("the command line of healthcheck, beside ExaBGP's own", () => {
  const lines = [
    ['-F', 'CONFIG'],
    ['-F', 'CONFIG', '-i', '9', '--ip', '192.0.2.3'],
    ['--config=CONFIG', '--withdraw-on-down'],
    ...Array.from({ length: 6_000 }, randomWords),
  ];
  let place: string;
  let theirs: Theirs[];
  let words: string[][];

  beforeAll(async () => {
    place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
    const config = path.join(place, 'config');
    fs.writeFileSync(
      config,
      '# a comment\n\ndebug\nname = web\n  interval = 10\nfast-interval=1\ncommand = curl -sf http://h/?a=b\nip = 192.0.2.1\nip = 192.0.2.2\nlocal-preference = 7\n',
    );
    words = lines.map((line) => line.map((word) => word.replace('CONFIG', config)));
    fs.writeFileSync(path.join(place, 'lines'), JSON.stringify(words));
    fs.writeFileSync(path.join(place, 'reader.py'), THEIR_READER);
    theirs = JSON.parse(
      await run('/usr/bin/python3', [path.join(place, 'reader.py'), path.join(place, 'lines')], { cwd: place }),
    ) as Theirs[];
  });

  afterAll(() => fs.rmSync(place, { recursive: true, force: true }));

  it('is read the same way', () => {
    let good = 0;
    const differences: string[] = [];
    words.forEach((line, index) => {
      const their = theirs[index] ?? null;
      const { settings, isHelpWanted, unknown, problems } = resolveHealthcheck(line);
      const ourProblems = [...unknown, ...problems].map(({ place: at, text }) => `${at}: ${text}`);
      const differ = (how: string): void => void differences.push(`${JSON.stringify(line)}: ${how}`);
      if (their === 'help') {
        if (!isHelpWanted) differ('they print the help');
      } else if (their === null) {
        if (ourProblems.length === 0) differ('they give up, and we do not');
      } else if (!isStricter(line, their)) {
        if (ourProblems.length > 0) differ(ourProblems.join('; '));
        const ours = inTheirNames(settings);
        const shown = Object.fromEntries(Object.keys(ours).map((name) => [name, their[name] ?? null]));
        // 0 means none to them, when they print.
        if (shown['path_id'] === 0) shown['path_id'] = null;
        if (shown['community'] !== null) shown['community'] = String(Number(shown['community']));
        for (const [name, value] of Object.entries(ours)) {
          if (JSON.stringify(value) !== JSON.stringify(shown[name])) {
            differ(`${name} is ${JSON.stringify(value)}, theirs ${JSON.stringify(shown[name])}`);
          }
        }
        good++;
      }
    });
    expect(differences).toEqual([]);
    expect(good).toBeGreaterThan(1_000);
  });
});
