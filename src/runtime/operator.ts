/**
 * The operator's side of a running daemon: what there is to see, and what can be done by hand.
 *
 * What it does: shows what the viewer puts together (`viewer`), and turns what people ask for into events. What it does not:
 * decide, keep a copy of what others own, or speak to people (`api`, `cli`).
 */
import type { IpAddress, Prefix } from '../model/address.ts';
import type { Millis } from '../model/millis.ts';
import type { DrainTarget } from '../model/override.ts';
import type {
  AskedService,
  Change,
  Explanation,
  HistoryView,
  OverrideView,
  ServiceView,
  Summary,
} from '../model/view.ts';

/** The summary without what may be long in it. */
export type Outline = Omit<Summary, 'overrides'>;

export interface Viewer {
  summary(): Summary;
  outline(): Outline;
  /** All that are in force; each is made when it is asked for, as services are. */
  overrides(): Iterable<OverrideView>;
  /**
   * Of all services there are now; each is made when it is asked for. Whoever walks many of them gives others their turn in
   * between, and sees the later ones as they are then.
   */
  services(): Iterable<ServiceView>;
  /** Of any prefix, also one that was never a candidate. */
  service(prefix: Prefix): AskedService;
  explain(of: IpAddress | Prefix): Promise<Explanation>;
  /**
   * `prefix`: of it, of those inside it, and of those that contain it. What became of the daemon concerns all of them: as far
   * back as the transitions go. `most`: of each of both.
   */
  history(which: { readonly prefix?: Prefix; readonly most: number }): HistoryView;
  /** Returns how to stop it. What hears must not throw, and must not take long. */
  subscribe(hear: (change: Change) => void): () => void;
}

export interface DrainOrder {
  readonly target: DrainTarget;
  readonly by: string;
  readonly why: string;
  readonly for: Millis | undefined;
}

export interface SetOrder {
  readonly prefix: Prefix;
  readonly to: 'up' | 'down' | 'auto';
  readonly by: string;
  readonly why: string;
  readonly ttl: Millis | undefined;
}

export interface Done {
  /** In force now, of what was asked about. */
  readonly overrides: readonly OverrideView[];
  /** What it took the place of, or ended: the first twenty. Left out where there was nothing. */
  readonly before?: readonly OverrideView[];
  /** Services that it concerns at present. */
  readonly services: readonly Prefix[];
  /** What is worth knowing: that it has no effect yet, and why; that a wider drain still holds; that it is not kept over a restart. */
  readonly remarks: readonly string[];
}

export type ReloadAnswer =
  | { readonly ok: true; readonly changed: readonly string[] }
  | { readonly ok: false; readonly problems: readonly { readonly place: string; readonly text: string }[] };

/** What was asked for cannot be done; nothing was changed. */
export class OperationError extends Error {
  readonly code: 'not-found' | 'conflict' | 'not-possible';
  constructor(code: OperationError['code'], message: string) {
    super(message);
    this.name = 'OperationError';
    this.code = code;
  }
}

/** Each answers when the core has heard of it. Throws `OperationError`. */
export interface Operations {
  drain(order: DrainOrder): Promise<Done>;
  undrain(order: Pick<DrainOrder, 'target' | 'by'>): Promise<Done>;
  set(order: SetOrder): Promise<Done>;
  reload(by: string): Promise<ReloadAnswer>;
  /** `192.0.2.1`, `192.0.2.0/24` or a service's name. */
  findTarget(text: string): DrainTarget;
}

export interface Operator extends Viewer, Operations {}

export interface OperatorOptions {
  readonly viewer: Viewer;
  readonly operations: Operations;
}

export const createOperator = ({ viewer, operations }: OperatorOptions): Operator => ({ ...viewer, ...operations });
