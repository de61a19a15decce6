/**
 * What systemd, or another supervisor that speaks its protocol, said in the environment, and the way back to it: sd_notify(3)
 * is one datagram of lines `NAME=value`, which needs no library.
 */
import { type Millis, ms } from '../../model/millis.ts';
import { NativeError, openUnixDatagram, sendTo } from '../native.ts';

export interface NotifyWish {
  /** NOTIFY_SOCKET: a path, or `@` and a name of the abstract namespace. */
  readonly socket: string;
  /** How long it bears to hear nothing, WATCHDOG_USEC; `undefined` where it doesn't watch, or somebody else. */
  readonly watchdog: Millis | undefined;
}

const NAMES = ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID'] as const;

/**
 * What is wished of this process. The names leave the environment: a check or a hook that speaks to the service manager
 * would speak for us.
 */
export function takeNotifyWish(environment: Record<string, string | undefined>, pid: number): NotifyWish | undefined {
  const [socket = '', watchdog = '', watched = ''] = NAMES.map((name) => environment[name]);
  for (const name of NAMES) delete environment[name];
  if (!/^[/@]./.test(socket)) return undefined;
  const isWatched = /^[1-9]\d*$/.test(watchdog) && (watched === '' || watched === String(pid));
  return { socket, watchdog: isWatched ? ms(Number(watchdog) / 1_000) : undefined };
}

export interface NotifySocket {
  /** Never blocks, never throws. False where they do not arrive now, as while the receiver's queue is full. */
  send(...lines: readonly string[]): boolean;
}

/** `failed` hears once of what keeps words from arriving, until some arrive again. */
export function openNotifySocket(name: string, failed: (detail: string) => void): NotifySocket {
  let fd: number | undefined;
  let isFailing = false;
  return {
    send(...lines) {
      try {
        fd ??= openUnixDatagram();
        sendTo(fd, name, Buffer.from(lines.join('\n')));
        isFailing = false;
        return true;
      } catch (error) {
        if (!(error instanceof NativeError)) throw error;
        if (!isFailing) failed(error.message);
        isFailing = true;
        return false;
      }
    },
  };
}
