/** The settings in force as they are shown: what each is, and where it comes from. */
import type { SettingView } from '../api/ports.ts';
import type { Option } from '../config/option.ts';
import { OPTION_NAMES, OPTIONS } from '../config/options.ts';
import type { Resolved } from '../config/settings.ts';

/** Of a hundred thousand prefixes the first will do. */
const LONGEST = 4_000;

/** Secrets are in files and in the environment, and only their places stand here. */
export const settingViews = ({ settings, origins }: Resolved): readonly SettingView[] =>
  OPTION_NAMES.map((name) => {
    const option = OPTIONS[name] as Option<unknown>;
    const text = option.format(settings[name]);
    const value = text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}… (${text.length} characters)`;
    return { name: option.flag, value, from: origins[name] };
  });
