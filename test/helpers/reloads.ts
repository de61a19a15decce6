/** Other settings in the middle of a simulated life. */
import fc from 'fast-check';
import { ms } from '../../src/model/millis.ts';
import { type Happening, happenings } from './happenings.ts';
import { overridden } from './overrides.ts';
import { type Simulation, simulate } from './simulation.ts';

const CHECK = 'rise=2,fall=2,interval=1s,fast-interval=500ms';

/** What may be said or not; whatever is left out is the default. Nothing of it contradicts another. */
const CHOICES: readonly (readonly (readonly string[])[])[] = [
  [
    ['--network', '10.0.0.0/16'],
    ['--network', '10.0.0.2/31'],
    ['--network', '10.9.0.0/16'],
  ],
  [[], ['--announce', '10.9.0.0/30'], ['--announce', '10.0.0.0/30', '--announce', '10.9.0.0/30']],
  [
    [],
    ['--static', '10.0.0.1/32 198.51.100.0/24'],
    ['--static', '10.9.0.0/30 10.0.5.0/28,med=3'],
    ['--static', '10.0.5.0/28'],
    ['--static', '10.0.0.2/32 10.0.0.1/32 203.0.113.0/24', '--static', '198.51.100.0/24 10.7.7.7/32,med=4'],
  ],
  [[], ['--anyip']],
  [[], ['--listen-filter', 'sport = :53'], ['--require', 'sport = :443']],
  [[], ['--wildcard', 'off'], ['--wildcard', 'all']],
  [[], ['--device', 'eth0']],
  [[], ['--med', '5'], ['--nexthop', '10.0.0.2'], ['--nexthop', '10.7.7.7']],
  [
    ['--announce-delay', '0'],
    ['--announce-delay', '2s'],
    ['--announce-delay', '5s'],
  ],
  [
    ['--withdraw-delay', '1s'],
    ['--withdraw-delay', '4s'],
    ['--withdraw-delay', '0'],
  ],
  [[], ['--address-withdraw-delay', '2s']],
  [[], ['--accept-queue-full', '1500ms']],
  [[], ['--on-discovery-error', 'withdraw', '--stale-after', '5s']],
  [['--interval', '1s']],
  [
    [],
    ['--service', 'dns,prefixes=10.0.0.3/32'],
    ['--service', `dns,prefixes=10.0.0.3/32,prefixes=10.9.0.1/32,command=x,${CHECK}`],
    [
      '--service',
      `dns,prefixes=10.0.0.3/32,command=y,disable-file=/y,${CHECK}`,
      '--service',
      'web,prefixes=10.9.0.1/32',
    ],
    [
      '--service',
      `www,prefixes=10.0.0.3/32,command=x,${CHECK}`,
      '--service',
      'web,prefixes=10.9.0.1/32,disable-file=/z',
    ],
  ],
];
const DAMPENING = [
  ['--no-dampening'],
  [
    '--dampening-suppress',
    '900',
    '--dampening-reuse',
    '300',
    '--dampening-half-life',
    '5s',
    '--dampening-max-suppress',
    '20s',
  ],
];
const LIMITS = [[], ['--max-routes', '2'], ['--max-routes', '1']];

const wordsOf = (choices: readonly (readonly (readonly string[])[])[]): fc.Arbitrary<readonly string[]> =>
  fc.tuple(...choices.map((each) => fc.constantFrom(...each))).map((words) => words.flat());
export const words = wordsOf([...CHOICES, DAMPENING]);
export const limitedWords = wordsOf([...CHOICES, DAMPENING, LIMITS]);

export interface Chapter {
  readonly happenings: readonly Happening[];
  readonly next: readonly string[];
}
export const chapters = (of: fc.Arbitrary<readonly string[]>): fc.Arbitrary<readonly Chapter[]> =>
  fc.array(fc.record({ happenings, next: of }), { minLength: 1, maxLength: 3 });

/** Longer than every delay, and what dampening remembers. */
const LONG = 60_000;

/** Nothing is said by hand any more, and all that runs has run out. */
export async function calm({ kernel, clock, state, push }: Simulation): Promise<void> {
  kernel.failure = undefined;
  kernel.hostFailure = undefined;
  push(overridden(clock.now(), { removed: [...state.overrides.said.keys()] }));
  await clock.advance(ms(clock.now() + LONG));
}

export const routesOf = ({ state }: Simulation): ReadonlyMap<string, string> =>
  new Map([...state.desired.routes].map(([key, { attributes }]) => [key, JSON.stringify(attributes)] as const).sort());

/** What these settings make of that host, once it is calm. */
export async function afresh(of: readonly string[], { kernel, checks }: Simulation): Promise<Simulation> {
  const fresh = simulate(of, undefined, 'ports');
  for (const fact of [...kernel.devices.values(), ...kernel.addresses.values(), ...kernel.listeners.values()]) {
    fresh.kernel.set(fact);
  }
  for (const command of checks.failing) fresh.checks.failing.add(command);
  for (const file of checks.files) fresh.checks.files.add(file);
  await calm(fresh);
  return fresh;
}
