/** `ha2bgp healthcheck` beside ExaBGP's own, line for line. */
import { afterAll, expect, it } from 'vitest';
import { ORIGINAL, OURS, play, type Result, type Scenario } from '../../helpers/healthcheck.ts';
import { describeInterop } from '../../helpers/peers.ts';
import { stopAll } from '../../helpers/processes.ts';

const results = (text: string): Result[] =>
  [...text].map((letter) => ({ p: 'pass', f: 'fail', h: 'hang', d: 'disable' })[letter] as Result);

/** Up, a failure that is passed over, down, up again, disabled, up again. */
const LIFE = results('pppppfpppfffffppppdppppp');
const SHORT = results('pppfffffpp');
const HERE = ['--no-ip-setup'];
const ONE = [...HERE, '--ip', '192.0.2.1'];
const THREE = [...HERE, '--ip', '192.0.2.1/32', '--ip', '192.0.2.2', '--ip', '198.51.100.0/24'];

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'the defaults': { options: ONE, results: LIFE },
  'withdraw on down': { options: [...ONE, '--withdraw-on-down'], results: LIFE },
  'never up': { options: [...ONE, '--withdraw-on-down'], results: results('ffffffff') },
  'never up, with metrics': { options: ONE, results: results('ffffffff') },
  'neither up nor down': { options: ONE, results: results('ppffppffpp') },
  'rise 1, fall 1': { options: [...ONE, '--rise', '1', '--fall', '1'], results: results('pfpfppffdpf') },
  'rise 0, fall 0': { options: [...ONE, '--rise', '0', '--fall=0'], results: results('pfpfppff') },
  'rise 1, fall 3': { options: [...ONE, '--rise', '1', '--withdraw-on-down'], results: LIFE },
  'rise 4, fall 2': { options: [...ONE, '--rise=4', '--fall=2'], results: LIFE },
  'one failure while rising': { options: ONE, results: results('ppfppp') },
  'disabled first': { options: ONE, results: results('dppppp') },
  'disabled first, withdraw on down': { options: [...ONE, '--withdraw-on-down'], results: results('dppppp') },
  'disabled while falling': { options: ONE, results: results('pppffdpppp') },
  'several addresses': { options: THREE, results: LIFE },
  'several addresses, withdraw on down': { options: [...THREE, '--withdraw-on-down'], results: LIFE },
  'metrics of every state': {
    options: [...THREE, '--up-metric', '5', '--down-metric=50', '--disabled-metric', '500', '--increase', '10'],
    results: LIFE,
  },
  'a falling metric': { options: [...THREE, '--increase', '-20'], results: SHORT },
  'start ip': { options: [...THREE, '--start-ip', '1'], results: SHORT },
  'start ip beyond the last': { options: [...THREE, '--start-ip', '5'], results: SHORT },
  'start ip from behind': { options: [...THREE, '--start-ip=-1'], results: SHORT },
  deaggregated: { options: [...HERE, '--ip', '192.0.2.8/30', '--deaggregate-networks'], results: SHORT },
  'deaggregated IPv6': {
    options: [...HERE, '--ip', '2001:db8::8/126', '--deaggregate-networks', '--start-ip', '2'],
    results: SHORT,
  },
  'a netmask': { options: [...HERE, '--ip', '198.51.100.0/255.255.255.0'], results: SHORT },
  IPv6: { options: [...HERE, '--ip', '2001:db8::1', '--ip', '2001:0db8:0:0::/64'], results: SHORT },
  'both families': { options: [...ONE, '--ip', '2001:db8::1'], results: SHORT },
  'a next hop': { options: [...THREE, '--next-hop', '192.0.2.254'], results: LIFE },
  'a next hop, withdraw on down': { options: [...ONE, '-N', '192.0.2.254', '--withdraw-on-down'], results: LIFE },
  'an IPv6 next hop': { options: [...HERE, '--ip', '2001:db8::1', '-N', '2001:db8::fe'], results: SHORT },
  'local preference': { options: [...ONE, '--local-preference', '200'], results: SHORT },
  'local preference 0': { options: [...ONE, '--local-preference', '0'], results: SHORT },
  'no local preference': { options: [...ONE, '--local-preference', '-1'], results: SHORT },
  community: { options: [...ONE, '--community', '65000:1'], results: LIFE },
  communities: { options: [...ONE, '--community', '65000:1 65000:2 no-export'], results: SHORT },
  'disabled community': { options: [...ONE, '--disabled-community', '65000:9'], results: LIFE },
  'both communities': { options: [...ONE, '--community', '65000:1', '--disabled-community', '65000:9'], results: LIFE },
  'extended community': { options: [...ONE, '--extended-community', 'target:65000:1'], results: SHORT },
  'large community': { options: [...ONE, '--large-community', '65000:1:2 65000:3:4'], results: SHORT },
  'as path': { options: [...ONE, '--as-path', '65001 65001'], results: LIFE },
  'as paths of states': {
    options: [...ONE, '--as-path', '65001', '--up-as-path', '65002', '--disabled-as-path', '65003 65003'],
    results: LIFE,
  },
  'as path when down': { options: [...ONE, '--down-as-path', '65001 65001 65001'], results: LIFE },
  'path id': { options: [...THREE, '--path-id', '7'], results: LIFE },
  'path id, withdraw on down': { options: [...ONE, '--path-id', '7', '--withdraw-on-down'], results: LIFE },
  'path id 0': { options: [...ONE, '--path-id', '0'], results: SHORT },
  'a neighbor': { options: [...ONE, '--neighbor', '192.0.2.7'], results: LIFE },
  'two neighbors': {
    options: [...THREE, '--neighbor', '192.0.2.7', '--neighbor=2001:db8::7', '--withdraw-on-down'],
    results: LIFE,
  },
  'everything at once': {
    options: [
      ...[...THREE, '--neighbor', '192.0.2.7', '--path-id', '9', '--local-preference', '300', '--community', '65000:1'],
      ...['--disabled-community', '65000:2 65000:3', '--large-community', '1:2:3', '--as-path', '65001'],
      ...['--extended-community', 'origin:65000:5', '--next-hop', '192.0.2.254', '--start-ip', '2', '--increase', '3'],
    ],
    results: LIFE,
  },
  'a check that hangs': { options: [...ONE, '-t', '1', '--fall', '1'], results: results('ppphpppp') },
  'abbreviated options': {
    options: ['--no-ip', '--ip=192.0.2.1', '--withdraw', '--up-m=7', '--incr', '2', '--comm', '65000:1'].map((word) =>
      word === '--comm' ? '--communi' : word,
    ),
    results: LIFE,
  },
  'letters with their values': { options: [...ONE, '-sd', '-t2', '-n=web'], results: SHORT },
  'no answers': { options: [...ONE, '-a'], results: SHORT },
};

/** The same pseudorandom sequence in every run. */
function* numbers(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    yield state / 2 ** 32;
  }
}

const CHOICES: readonly (readonly string[])[][] = [
  [[], ['--withdraw-on-down']],
  [[], ['--rise', '1'], ['--rise', '2']],
  [[], ['--fall', '1'], ['--fall', '2']],
  [[], ['--ip', '192.0.2.2'], ['--ip', '2001:db8::1'], ['--ip', '192.0.2.4/30', '--deaggregate-networks']],
  [[], ['--start-ip', '1']],
  [[], ['--community', '65000:1'], ['--disabled-community', '65000:2']],
  [[], ['--path-id', '3']],
  [[], ['--neighbor', '192.0.2.7'], ['--neighbor', '192.0.2.7', '--neighbor', '192.0.2.8']],
  [[], ['--as-path', '65001'], ['--down-as-path', '65002']],
  [[], ['--increase', '0'], ['--up-metric', '1000']],
];

const RANDOM: Scenario[] = Array.from({ length: 24 }, (_, index) => {
  const random = numbers(index + 1);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random.next().value * from.length)] as T;
  return {
    options: [...ONE, ...CHOICES.flatMap((choices) => pick(choices))],
    results: Array.from({ length: 24 }, () => pick(results('pppppffffd'))),
  };
});

describeInterop("ha2bgp healthcheck, beside ExaBGP's own", () => {
  afterAll(stopAll);

  const all = [...Object.entries(SCENARIOS), ...RANDOM.map((each, index) => [`random ${index + 1}`, each] as const)];
  it.concurrent.each(all)('%s', async (_name, scenario) => {
    const [theirs, ours] = await Promise.all([play(ORIGINAL, scenario), play(OURS, scenario)]);
    expect(ours.lines, ours.stderr).toEqual(theirs.lines);
    expect(ours.states).toEqual(theirs.states);
    expect(ours.status).toBe(0);
    expect(theirs.status, 'the original').toBe(0);
  });
});
