/** `ha2bgp check`: the effective settings, and where each comes from. */
import type { Option } from '../config/option.ts';
import { OPTION_NAMES, OPTIONS } from '../config/options.ts';
import type { Resolved } from '../config/settings.ts';

export function check({ settings, origins }: Resolved): string {
  const rows = OPTION_NAMES.map((name) => {
    const option = OPTIONS[name] as Option<unknown>;
    // The level may be what --debug made of it.
    const by = name === 'logLevel' && settings.debug && settings.logLevel === 'debug' ? 'debug' : name;
    const { flag, environment } = OPTIONS[by];
    const origin = { flag: `--${flag}`, environment, default: 'default' }[origins[by]];
    return [option.flag, option.format(settings[name]) || '(not given)', origin] as const;
  });
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(([flag, value, origin]) => `${flag.padEnd(widths[0] ?? 0)}  ${value.padEnd(widths[1] ?? 0)}  ${origin}\n`)
    .join('');
}
