/**
 * SHELL: keeps hints at listeners up. They are opened, proven, lost and opened again; without them discovery lives on its
 * interval alone.
 */
import { ms } from '../../model/millis.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Log } from '../../runtime/log.ts';
import type { Subscription } from '../subscription.ts';
import { HintsError } from './hints-error.ts';

export interface HintSource {
  readonly kind: 'tracefs' | 'destroy';
  /** Whether somebody asked for just these hints, and is to hear when they cannot be had. */
  readonly isRequired: boolean;
  /** As `openHints`. */
  open(hint: () => void, lost: (reason: Error) => void, proven: (error?: Error) => void): Subscription;
}

export interface KeptHints {
  /** Throws `HintsError` when required hints cannot be had. */
  start(): void;
  /** Which hints arrive now; `undefined` until the first proof. */
  kind(): HintSource['kind'] | 'none' | undefined;
  close(): void;
}

export interface KeptHintsOptions {
  readonly source: HintSource | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly hint: () => void;
}

/** How soon lost hints are tried again. */
export const RETRY_PAUSE = ms(10_000);
const RETRY_TIMER = 'discovery hints';

export function keepHints({ source, clock, log, hint }: KeptHintsOptions): KeptHints {
  let subscription: Subscription | undefined;
  let kind: HintSource['kind'] | 'none' | undefined = source === undefined ? 'none' : undefined;
  /** Whether it was said that hints do not arrive; each try after that is no news. */
  let isSaid = false;

  function open(of: HintSource): void {
    subscription = of.open(
      hint,
      (reason) => {
        log.warn({ hints: of.kind, detail: reason.message }, 'hints at listeners lost');
        tryLater(of);
      },
      (error) => {
        if (error === undefined) {
          log[kind === undefined ? 'debug' : 'info']({ hints: of.kind }, 'hints at listeners arrive');
          kind = of.kind;
          isSaid = false;
          return;
        }
        log[isSaid ? 'debug' : 'warn']({ hints: of.kind, detail: error.message }, 'hints at listeners do not arrive');
        isSaid = true;
        tryLater(of);
      },
    );
  }

  function tryLater(of: HintSource): void {
    kind = 'none';
    subscription = undefined;
    clock.setTimer(RETRY_TIMER, ms(clock.now() + RETRY_PAUSE), () => {
      try {
        open(of);
      } catch (error) {
        if (!(error instanceof HintsError)) throw error;
        log.debug({ hints: of.kind, detail: error.message }, 'no hints at listeners');
        tryLater(of);
      }
    });
  }

  return {
    start() {
      if (source === undefined) return;
      try {
        open(source);
      } catch (error) {
        if (!(error instanceof HintsError) || source.isRequired) throw error;
        kind = 'none';
        log.info({ hints: source.kind, detail: error.message }, 'no hints at listeners');
      }
    },
    kind: () => kind,
    close() {
      clock.clearTimer(RETRY_TIMER);
      subscription?.close();
      subscription = undefined;
      kind = 'none';
    },
  };
}
