/**
 * Settings: from the texts that flags and environment gave, to values. Parsed once, here; everything that is wrong is
 * reported together, each with its place, what stood there, and what was expected.
 */
import type { Prefix } from '../model/address.ts';
import { anyOf } from '../model/listen-filter.ts';
import type { FileSettings } from './config-file.ts';
import { checkTogether } from './contradictions.ts';
import { unknownNames } from './environment.ts';
import { type Option, textsIn } from './option.ts';
import { OPTION_NAMES, OPTIONS, type OptionName, type Settings } from './options.ts';
import { type Origin, type Origins, type Problem, rankOf, sourceOf } from './place.ts';
import { quote } from './quote.ts';

export interface Resolved {
  /** Only to be used when there are no problems. */
  readonly settings: Settings;
  readonly origins: Origins;
  readonly problems: readonly Problem[];
  /** Each by itself is a setting: problems are with how they go together. */
  readonly areRead: boolean;
  /** What is worth knowing and no reason to stop. */
  readonly warnings: readonly Problem[];
}

/** All texts given for a flag, in order. A flag without the value that it needs has `undefined` in its list. */
export type GivenFlags = Readonly<Partial<Record<OptionName, readonly (string | undefined)[]>>>;
type Environment = Readonly<Record<string, string | undefined>>;

/** Flags, then the environment, then the file (`--config`, read by `config/load`), then the default. */
export function resolveSettings(flags: GivenFlags, environment: Environment, file?: FileSettings): Resolved {
  const problems: Problem[] = [...(file?.problems ?? [])];
  const warnings: Problem[] = [];
  const settings: Partial<Record<OptionName, unknown>> = {};
  const origins: Partial<Record<OptionName, Origin>> = {};
  for (const name of OPTION_NAMES) {
    const option = OPTIONS[name] as Option<unknown>;
    const { value, origin } = resolveOption(option, flags[name], environment[option.environment], problems);
    const place = origin === 'default' ? file?.places[name] : undefined;
    settings[name] = place === undefined ? value : file?.values[name];
    origins[name] = place ?? origin;
  }
  for (const { name, text } of unknownNames(environment)) warnings.push({ place: name, text });
  const resolved = settings as Settings;
  const from = origins as Record<OptionName, Origin>;
  const complete = withDefaults(resolved, from);
  const areRead = problems.length === 0;
  const isOfFile = sourceOf(from.service) === 'file';
  if (areRead) {
    checkTogether(resolved, complete, from, problems, warnings, isOfFile ? file?.servicePlaces : undefined);
  }
  return { settings: complete, origins: from, problems, areRead, warnings };
}

/** One option from the texts of its flag, or else from its variable. */
export function resolveOption<T>(
  option: Option<T>,
  given: readonly (string | undefined)[] | undefined,
  variable: string | undefined,
  problems: Problem[],
): { readonly value: T; readonly origin: Origin } {
  const place = given === undefined ? option.environment : `--${option.flag}`;
  // An empty variable is one that is not set: units and shells have no other way to say so.
  const texts = given ?? (variable === undefined || variable === '' ? undefined : textsIn(option, variable));
  if (texts === undefined) return { value: option.default, origin: 'default' as const };
  const origin = given === undefined ? ('environment' as const) : ('flag' as const);
  const present = texts.filter((text): text is string => text !== undefined);
  // `--device "$DEVICE"` with nothing in it would quietly count every device.
  const isEmpty = option.kind === 'value' && present.includes('');
  if (present.length < texts.length || isEmpty) {
    problems.push({ place, text: `needs a value: ${option.argument}` });
    if (isEmpty) return { value: option.default, origin };
  }
  if (option.kind === 'value' && present.length > 1) {
    problems.push({ place, text: `given ${present.length} times (${present.map(quote).join(', ')}), expected once` });
  }
  if (option.kind === 'switch' && new Set(present.map((text) => JSON.stringify(option.parse([text])))).size > 1) {
    problems.push({ place, text: `given as ${present.map(quote).join(' and as ')}: expected one of them` });
  }
  if (present.length === 0) return { value: option.default, origin };
  const parsed = option.parse(present);
  if ('value' in parsed) return { value: parsed.value, origin };
  for (const { text, expected } of parsed.problems) {
    problems.push({ place, text: `${quote(text)}: expected ${expected}` });
  }
  return { value: option.default, origin };
}

const TRY_OUT = ['127.0.0.0/8' as Prefix];

function withDefaults(settings: Settings, origins: Origins): Settings {
  // A level that a flag says wins over a HA2BGP_DEBUG in the environment, and that over a file.
  const isDebug =
    settings.debug && (origins.logLevel === 'default' || rankOf(origins.debug) >= rankOf(origins.logLevel));
  const isTrial = [settings.network, settings.announce, settings.static, settings.service].every(
    ({ length }) => length === 0,
  );
  const implied = origins.listenFilter === 'default' ? anyOf(settings.require) : undefined;
  return {
    ...settings,
    network: isTrial ? TRY_OUT : settings.network,
    listenFilter: implied ?? settings.listenFilter,
    logLevel: isDebug ? 'debug' : settings.logLevel,
  };
}
