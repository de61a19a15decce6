/**
 * The option table: flag, configuration key, environment name, type, default, unit and one line of help, in this one
 * place. `--help`, `check`, the environment and the validator come from it; `docs/configuration.md` is held against it.
 */
import type { Option } from './option.ts';
import { API_OPTIONS } from './options/api.ts';
import { DECISION_OPTIONS } from './options/decision.ts';
import { DISCOVERY_OPTIONS } from './options/discovery.ts';
import { EXABGP_OPTIONS } from './options/exabgp.ts';
import { OPERATION_OPTIONS } from './options/operation.ts';
import { PROCESS_OPTIONS } from './options/process.ts';
import { PUBLISH_OPTIONS } from './options/publish.ts';
import { RECORDING_OPTIONS } from './options/recording.ts';
import { ROUTE_OPTIONS } from './options/routes.ts';
import { SERVICE_OPTIONS } from './options/services.ts';
import { SPEAKER_OPTIONS } from './options/speaker.ts';

export const OPTIONS = {
  ...SERVICE_OPTIONS,
  ...ROUTE_OPTIONS,
  ...DECISION_OPTIONS,
  ...DISCOVERY_OPTIONS,
  ...EXABGP_OPTIONS,
  ...SPEAKER_OPTIONS,
  ...OPERATION_OPTIONS,
  ...RECORDING_OPTIONS,
  ...API_OPTIONS,
  ...PUBLISH_OPTIONS,
  ...PROCESS_OPTIONS,
} as const;

export type OptionName = keyof typeof OPTIONS;
export type ValueOf<T> = T extends Option<infer V> ? V : never;
export type Settings = { readonly [Name in OptionName]: ValueOf<(typeof OPTIONS)[Name]> };
export const OPTION_NAMES = Object.keys(OPTIONS) as OptionName[];

/** Flags of HA2BGP that cannot be taken over, and what to do instead. */
export const REFUSED_FLAGS: Readonly<Record<string, string>> = {
  socket: 'HA2BGP never read the HAProxy socket, and ha2bgp has no use for it: leave it out',
};
