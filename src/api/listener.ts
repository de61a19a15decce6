/**
 * SHELL: keeps a server listening: begins again when its place is taken from it, and tries for a place that cannot be had.
 * What goes wrong is said once for each reason; it never keeps anything from being announced.
 */
import type { Server } from 'node:http';
import { ms } from '../model/millis.ts';
import type { Clock } from '../runtime/clock.ts';

export interface Place {
  /** Tells its timers apart. */
  readonly name: string;
  /** Resolves when it listens. Throws an `Error` whose message says why it does not. */
  open(): Promise<Server>;
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
  let server: Server | undefined;
  let isClosed = false;
  let wait = FIRST_WAIT_MS;
  let said = '';

  const after = (waitMs: number, act: () => Promise<void>): void => {
    if (!isClosed) clock.setTimer(timer, ms(clock.now() + waitMs), () => void act());
  };

  async function open(): Promise<void> {
    try {
      const opening = await place.open();
      if (isClosed) {
        opening.close();
        place.release();
        return;
      }
      server = opening;
      server.on('error', () => {}); // accept(2): the next connection may fare better
      wait = FIRST_WAIT_MS;
      said = '';
      opened();
      after(CHECK_MS, check);
    } catch (error) {
      place.release();
      const { message } = error as Error;
      if (message !== said) failed(message);
      said = message;
      after(wait, open);
      wait = Math.min(2 * wait, LONGEST_WAIT_MS);
    }
  }

  async function check(): Promise<void> {
    if (await place.isThere()) {
      after(CHECK_MS, check);
      return;
    }
    if (isClosed) return;
    // Who is connected stays so.
    server?.close();
    server = undefined;
    place.release();
    await open();
  }

  void open();
  return {
    isOpen: () => server !== undefined,
    close() {
      if (isClosed) return;
      isClosed = true;
      clock.clearTimer(timer);
      server?.close();
      server?.closeAllConnections();
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
