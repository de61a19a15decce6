/** Where a setting comes from: the place that is named when something is wrong with it. */
import { OPTIONS, type OptionName } from './options.ts';

export type Origin = 'flag' | 'environment' | 'default';

export interface Problem {
  /** `--network` or `HA2BGP_NETWORK_FILTER`. */
  readonly place: string;
  readonly text: string;
}

export type Origins = Readonly<Record<OptionName, Origin>>;

/** The flag or the variable that gave the setting, or the flag that would give it. */
export const placeIn =
  (origins: Origins) =>
  (name: OptionName): string =>
    origins[name] === 'environment' ? OPTIONS[name].environment : `--${OPTIONS[name].flag}`;
