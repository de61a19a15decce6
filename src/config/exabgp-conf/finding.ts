/** What is wrong with an exabgp.conf: a place, a sentence, and what to write instead. */

/**
 * `refused`: ExaBGP does not start with this file. `mute`: it starts, and what ha2bgp announces does not arrive, or not
 * all of it. `risk`: it works, until something happens. `none`: it works, and something else may be wanted.
 */
export type Effect = 'refused' | 'mute' | 'risk' | 'none';

export interface Finding {
  readonly code: string;
  readonly effect: Effect;
  readonly line: number;
  readonly sentence: string;
  /** The line or lines to write; empty where there is nothing to write. */
  readonly instead: readonly string[];
}

export const severityOf = ({ effect }: Pick<Finding, 'effect'>): 'error' | 'warning' | 'note' => SEVERITIES[effect];
const SEVERITIES = { refused: 'error', mute: 'error', risk: 'warning', none: 'note' } as const;

/** How a finding is made: `report('family-missing', 'mute', 12, 'says what is wrong', 'ipv6 unicast;')`. */
export type Report = (code: string, effect: Effect, line: number, sentence: string, ...instead: string[]) => void;
