/**
 * Where a check stands after one more result, PURE: (standing, result) → standing.
 *
 *     init ──passed──► rising ──rise passes──► up ──failed──► falling ──fall failures──► down
 *       └───failed───► falling        rising ◄──passed── falling, down        falling ◄──failed── rising
 *     any ──disabled──► disabled ──not any more──► init
 *
 * The states, and when one passes into the next, are those of ExaBGP's own healthcheck.
 */
import type { Check, CheckState, ServiceState } from '../model/service.ts';

export type CheckResult = 'passed' | 'failed' | 'disabled';

export interface CheckStanding {
  readonly state: CheckState;
  /** Results in a row that speak for the state to come; means something while rising or falling. */
  readonly count: number;
}

/** An object of its own for each: a snapshot tells those that are one from those that are alike. */
export const initialStanding = (): CheckStanding => at('init');

export function nextStanding(before: CheckStanding, result: CheckResult, check: Check): CheckStanding {
  if (result === 'disabled') return before.state === 'disabled' ? before : at('disabled');
  switch (before.state) {
    // The result that finds a service enabled again only ends that state: the next one counts.
    case 'disabled':
      return initialStanding();
    case 'init':
      return result === 'passed' ? rise(1, check) : fall(1, check);
    case 'rising':
      return result === 'passed' ? rise(before.count + 1, check) : fall(1, check);
    case 'falling':
      return result === 'failed' ? fall(before.count + 1, check) : rise(1, check);
    case 'up':
      return result === 'passed' ? before : fall(1, check);
    case 'down':
      return result === 'failed' ? before : rise(1, check);
    default:
      return before.state satisfies never;
  }
}

const at = (state: CheckState): CheckStanding => ({ state, count: 0 });
const rise = (count: number, check: Check): CheckStanding =>
  count >= check.rise ? at('up') : { state: 'rising', count };
const fall = (count: number, check: Check): CheckStanding =>
  count >= check.fall ? at('down') : { state: 'falling', count };

/** Whether the state has routes of its own. */
export function hasRoutes(state: CheckState): state is ServiceState {
  return state === 'up' || state === 'down' || state === 'disabled';
}

export const isMoving = (state: CheckState): boolean => state === 'rising' || state === 'falling';
