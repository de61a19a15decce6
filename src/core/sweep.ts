/** How far the way through all static prefixes is, PURE: there may be a hundred thousand. See `statics`. */
import type { Prefix } from '../model/address.ts';
import type { Reason } from '../model/reason.ts';

export interface Sweep {
  /** Static by settings of before: what is static no more is withdrawn before anything else. Empty when that is done. */
  former: ReadonlyMap<Prefix, unknown>;
  /** How many of these were looked at. */
  passed: number;
  /** Of those that are static now so many are to be looked at, from there on, and round. */
  from: number;
  left: number;
  /** It is the one with which they come up; what is not announced by then never was. */
  isFirst: boolean;
  /** What became of them since somebody was told. */
  readonly counts: Record<Swept, number>;
  /** Those that are held, by the code of the reason: how many, and the first of them. */
  readonly held: Map<Reason['code'], { readonly prefixes: number; readonly first: Prefix; readonly reason: Reason }>;
}

/** `removed`: by the settings. `withdrawn`, `again`, `heldBack`: by hand. */
export type Swept = 'removed' | 'withdrawn' | 'again' | 'heldBack' | 'announced';

export const noSweep = (): Sweep => ({
  former: new Map(),
  passed: 0,
  from: 0,
  left: 0,
  isFirst: false,
  counts: { removed: 0, withdrawn: 0, again: 0, heldBack: 0, announced: 0 },
  held: new Map(),
});
