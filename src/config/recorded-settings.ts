/** Settings as a recording keeps them, and which of them can be others when it is played. */
import { anyOf } from '../model/listen-filter.ts';
import { type PortRange, portRanges } from '../model/port-ranges.ts';
import type { RecordedSetting } from '../model/recorded-setting.ts';
import { type Option, textsIn } from './option.ts';
import type { GivenService } from './option-service.ts';
import { DECISION_OPTIONS } from './options/decision.ts';
import { DISCOVERY_OPTIONS } from './options/discovery.ts';
import { ROUTE_OPTIONS } from './options/routes.ts';
import { SERVICE_KEYS } from './options/service.ts';
import { SERVICE_OPTIONS } from './options/services.ts';
import { SPEAKER_OPTIONS } from './options/speaker.ts';
import { OPTION_NAMES, OPTIONS, type OptionName, type Settings } from './options.ts';
import { type Problem, sourceOf } from './place.ts';
import { textOf } from './setting-text.ts';
import { type GivenFlags, type Resolved, resolveSettings } from './settings.ts';

export type RecordedSettings = Readonly<Record<string, RecordedSetting>>;

const namesOf = <T extends object>(options: T): (keyof T & OptionName)[] => Object.keys(options) as never;

/**
 * What the core decides by. All else is in the recording as it was: which sockets were asked for, how often, what checks
 * found, and whom the process talked to.
 */
export const REPLAYABLE: readonly OptionName[] = [
  ...namesOf(SERVICE_OPTIONS).filter((name) => name !== 'protocol' && name !== 'netns'),
  ...(['nexthop', 'nexthopSelfIpv6', 'maxRoutes'] as const satisfies (keyof typeof ROUTE_OPTIONS)[]),
  ...namesOf(DECISION_OPTIONS),
  ...(['onDiscoveryError', 'staleAfter'] as const),
];

/** Those that are judged together with them. */
const NEEDED: ReadonlySet<OptionName> = new Set([
  ...namesOf(SERVICE_OPTIONS),
  ...namesOf(ROUTE_OPTIONS),
  ...namesOf(DECISION_OPTIONS),
  ...namesOf(DISCOVERY_OPTIONS),
  ...namesOf(SPEAKER_OPTIONS),
  'exabgpApi',
  // What `self` means, and how many next hops there may be.
  'bgpBackend',
]);

/** Every option, as it was given or by default, in the text that gives it again. What `format` does not say is not kept. */
export function recordSettings({ settings, origins }: Resolved): RecordedSettings {
  return Object.fromEntries(
    OPTION_NAMES.map((name) => {
      const option = OPTIONS[name] as Option<unknown>;
      const from = sourceOf(origins[name]);
      return [option.flag, { text: textOf(option, from === 'default' ? option.default : settings[name]), from }];
    }),
  );
}

/** The settings of a recording, or what is wrong with them here. `instead`: flags that replace what was given then. */
export function replaySettings(
  recorded: RecordedSettings,
  instead: GivenFlags = {},
): { readonly settings: Settings } | { readonly problems: readonly Problem[] } {
  const names = new Map<string, OptionName>(OPTION_NAMES.map((name) => [OPTIONS[name].flag, name]));
  const problems: Problem[] = [];
  const flags: Partial<Record<OptionName, readonly (string | undefined)[]>> = {};
  const environment: Record<string, string> = {};
  for (const [flag, { text, from }] of Object.entries(recorded)) {
    const name = names.get(flag);
    if (name === undefined) {
      problems.push({
        place: `--${flag}`.slice(0, 80),
        text: 'is in the recording, and this version does not know it',
      });
      continue;
    }
    const option = OPTIONS[name] as Option<unknown>;
    if (!NEEDED.has(name) || instead[name] !== undefined) continue;
    // Whoever asks what would be without dampening does not ask for its numbers.
    if (instead.noDampening !== undefined && flag.startsWith('dampening-')) continue;
    if (from === 'default' && text === option.format(option.default)) continue;
    if (from === 'environment') environment[option.environment] = text;
    else flags[name] = textsIn(option, text).filter((part) => option.kind !== 'list' || part !== '');
  }
  if (problems.length > 0) return { problems };
  const resolved = resolveSettings({ ...flags, ...instead }, environment);
  return resolved.problems.length > 0 ? { problems: resolved.problems } : { settings: resolved.settings };
}

/** What the recording cannot answer: listeners on other ports were never asked for. */
export function beyondRecording(recorded: Settings, settings: Settings): readonly Problem[] {
  const [known, wanted] = [portsOf(recorded), portsOf(settings)];
  const isKnown = wanted.every(({ from, to }) => known.some((range) => range.from <= from && to <= range.to));
  if (isKnown) return [];
  const shown = known.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(', ');
  const text = `asks for listeners on ports that were not recorded: only ${shown} were`;
  return [{ place: `--${OPTIONS.listenFilter.flag}, --${OPTIONS.require.flag}`, text }];
}

/** Of checks the recording has what they found, and nothing of others. It can be played for all that. */
export function unlikeRecorded({ service: recorded }: Settings, { service: services }: Settings): readonly Problem[] {
  const known = new Map(recorded.filter(hasCheck).map(({ name, values }) => [name, values]));
  return services.filter(hasCheck).flatMap(({ name, values }) => {
    const was = known.get(name);
    const place = `--${OPTIONS.service.flag} ${name}`;
    if (was === undefined) {
      const text =
        'no check of that name is recorded: it never passes here, and nothing is announced for it. Without its command it is played by what listens';
      return [{ place, text }];
    }
    const other = CHECK_KEYS.filter((key) => {
      const { default: preset } = SERVICE_KEYS[key];
      return (was[key] ?? preset) !== (values[key] ?? preset);
    }).map((key) => SERVICE_KEYS[key].flag);
    return other.length === 0
      ? []
      : [
          {
            place,
            text: `${other.join(', ')}: its check is played as it was recorded, when it was made and what it found`,
          },
        ];
  });
}

const hasCheck = ({ values: { command, disableFile } }: GivenService): boolean =>
  command !== undefined || disableFile !== undefined;

/** What says how a check is made, and when; what follows from its results is the core's. */
const CHECK_KEYS = [
  'command',
  'disableFile',
  'timeout',
  'interval',
  'fastInterval',
] as const satisfies readonly (keyof typeof SERVICE_KEYS)[];

const portsOf = ({ listenFilter, require }: Settings): readonly PortRange[] =>
  portRanges(anyOf([listenFilter, ...require]) ?? listenFilter);
