/** What a command is called with, and how it answers. */
import type { OptionTable } from '../config/option.ts';
import type { ValueOf } from '../config/options.ts';
import type { Problem } from '../config/place.ts';
import type { GivenFlags } from '../config/settings.ts';
import type { Lifecycle } from '../runtime/lifecycle.ts';

export interface Call<Own extends OptionTable = OptionTable> {
  /** Settings, as given. */
  readonly flags: GivenFlags;
  /** Of its own flags. */
  readonly values: { readonly [Name in keyof Own]: ValueOf<Own[Name]> };
  readonly operands: readonly string[];
  /** Unknown flags and stray words; empty for all but those that judge them together with their settings. */
  readonly problems: readonly Problem[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly lifecycle: Lifecycle;
  readonly version: string;
}

/** The exit status; `undefined` when the lifecycle ends the process, with a status of its own. */
export type Answer<Own extends OptionTable = OptionTable> = (call: Call<Own>) => Promise<number | undefined>;
