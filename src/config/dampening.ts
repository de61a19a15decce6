/** Whether the settings of flap dampening fit together; what does not is said with its arithmetic. */
import { ceilingOf } from '../core/dampening.ts';
import { formatDuration } from '../model/millis.ts';
import type { OptionName, Settings } from './options.ts';

const NAMES = [
  'dampeningPenalty',
  'dampeningSuppress',
  'dampeningReuse',
  'dampeningHalfLife',
  'dampeningMaxSuppress',
  'dampeningAction',
] as const satisfies readonly OptionName[];

export interface Contradiction {
  readonly name: OptionName;
  readonly text: string;
}

export function checkDampening(
  settings: Settings,
  placeOf: (name: OptionName) => string,
  isGiven: (name: OptionName) => boolean,
): Contradiction[] {
  if (settings.noDampening) {
    return NAMES.filter(isGiven).map((name) => ({ name, text: `has no effect with ${placeOf('noDampening')}` }));
  }
  const {
    dampeningSuppress: suppress,
    dampeningReuse: reuse,
    dampeningHalfLife: halfLife,
    dampeningMaxSuppress: maxSuppress,
  } = settings;
  if (suppress <= reuse) {
    const text = `${suppress} is not above ${placeOf('dampeningReuse')} ${reuse}: what is suppressed would be announced again at once`;
    return [{ name: 'dampeningSuppress', text }];
  }
  const ceiling = ceilingOf({ reuse, halfLife, maxSuppress });
  if (ceiling > suppress) return [];
  const power = `2^(${formatDuration(maxSuppress)} ÷ ${formatDuration(halfLife)})`;
  const sum = `${reuse} × ${power} = ${Math.floor(ceiling)}`;
  const text = `${suppress} is never exceeded: no penalty is above reuse × 2^(max-suppress ÷ half-life), which is ${sum}`;
  return [{ name: 'dampeningSuppress', text }];
}
