/** Where a setting comes from: the place that is named when something is wrong with it. */
import { OPTIONS, type OptionName } from './options.ts';

/** `FILE:LINE:COLUMN`. */
export type FilePlace = `${string}:${number}:${number}`;
export type Origin = 'flag' | 'environment' | FilePlace | 'default';

/** From the one that counts least to the one that counts most. */
const RANKS = ['default', 'file', 'environment', 'flag'] as const;
type Source = (typeof RANKS)[number];

export const sourceOf = (origin: Origin): Source =>
  origin === 'flag' || origin === 'environment' || origin === 'default' ? origin : 'file';
export const rankOf = (origin: Origin): number => RANKS.indexOf(sourceOf(origin));

export interface Problem {
  /** `--network`, `HA2BGP_NETWORK_FILTER` or `/etc/ha2bgp.yaml:3:10`. */
  readonly place: string;
  readonly text: string;
}

export type Origins = Readonly<Record<OptionName, Origin>>;

/** The flag, the variable or the place in a file that gave the setting, or the flag that would give it. */
export const placeIn =
  (origins: Origins) =>
  (name: OptionName): string => {
    const origin = origins[name];
    if (sourceOf(origin) === 'file') return `${origin}: ${OPTIONS[name].flag}`;
    return origin === 'environment' ? OPTIONS[name].environment : `--${OPTIONS[name].flag}`;
  };
