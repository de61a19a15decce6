/** `ha2bgp check`: the effective settings, and where each comes from. */
import type { Option } from '../config/option.ts';
import { OPTION_NAMES, OPTIONS } from '../config/options.ts';
import type { Resolved } from '../config/settings.ts';

/** A longer value pushes its own origin aside, not that of all others. */
const WIDEST = 60;
/** Of a hundred thousand prefixes the first will do. */
const LONGEST = 4_000;

export function check({ settings, origins }: Resolved): string {
  const rows = OPTION_NAMES.map((name) => {
    const option = OPTIONS[name] as Option<unknown>;
    // The level may be what --debug made of it.
    const by = name === 'logLevel' && settings.debug && settings.logLevel === 'debug' ? 'debug' : name;
    const { flag, environment } = OPTIONS[by];
    const from = origins[by];
    const origin = from === 'flag' ? `--${flag}` : from === 'environment' ? environment : from;
    return [option.flag, short(option.format(settings[name])) || '(not given)', origin] as const;
  });
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => Math.min(WIDEST, row[column]?.length ?? 0))));
  return rows
    .map(([flag, value, origin]) => `${flag.padEnd(widths[0] ?? 0)}  ${value.padEnd(widths[1] ?? 0)}  ${origin}\n`)
    .join('');
}

const short = (text: string): string =>
  text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}… (${text.length} characters)`;
