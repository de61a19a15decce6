/**
 * SHELL: keeps a server listening: begins again when its place is taken from it, and tries for a place that cannot be had.
 * What goes wrong is said once for each reason; it never keeps anything from being announced.
 */
import type { Server } from 'node:http';
import { ms } from '../model/millis.ts';
import type { Clock } from '../runtime/clock.ts';
import type { HttpServer } from './http-server.ts';

export interface Place {
  /** Tells its timers apart. */
  readonly name: string;
  /** Resolves when it listens. Throws an `Error` whose message says why it does not. */
  open(): Promise<HttpServer>;
  /** Whether what listens can still be reached. */
  isThere(): Promise<boolean>;
  /** Lets go of what `open` took besides the server. */
  release(): void;
}

export interface ListenerPorts {
  readonly clock: Clock;
  readonly failed: (detail: string) => void;
  readonly opened: () => void;
}

export interface Listener {
  isOpen(): boolean;
  /** At once: whoever is connected is cut off. */
  close(): void;
}

/** How often it is looked after while it listens. */
const CHECK_MS = 5_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

export function createListener(place: Place, { clock, failed, opened }: ListenerPorts): Listener {
  const timer = `api ${place.name}`;
  let open: HttpServer | undefined;
  let isClosed = false;
  let wait = FIRST_WAIT_MS;
  let said = '';

  const after = (waitMs: number, act: () => Promise<void>): void => {
    if (!isClosed) clock.setTimer(timer, ms(clock.now() + waitMs), () => void act());
  };

  async function begin(): Promise<void> {
    try {
      const opening = await place.open();
      if (isClosed) {
        opening.server.close();
        place.release();
        return;
      }
      open = opening;
      open.server.on('error', () => {}); // accept(2): the next connection may fare better
      wait = FIRST_WAIT_MS;
      said = '';
      opened();
      after(CHECK_MS, check);
    } catch (error) {
      place.release();
      const { message } = error as Error;
      if (message !== said) failed(message);
      said = message;
      after(wait, begin);
      wait = Math.min(2 * wait, LONGEST_WAIT_MS);
    }
  }

  async function check(): Promise<void> {
    if (await place.isThere().catch(() => false)) {
      after(CHECK_MS, check);
      return;
    }
    if (isClosed) return;
    // Who is connected stays so.
    open?.server.close();
    open = undefined;
    place.release();
    await begin();
  }

  void begin();
  return {
    isOpen: () => open !== undefined,
    close() {
      if (isClosed) return;
      isClosed = true;
      clock.clearTimer(timer);
      open?.server.close();
      open?.cutOff();
      place.release();
    },
  };
}

/** Resolves when it listens, and rejects when it cannot. */
export function listening(server: Server, begin: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      resolve();
    });
    begin();
  });
}
