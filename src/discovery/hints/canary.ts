/** SHELL: a socket of our own whose coming and going has to be heard of. It is on loopback, for some microseconds. */
import type { IpAddress } from '../../model/address.ts';
import { type BoundSocket, bindSocket, NativeError } from '../../runtime/native.ts';
import { HintsError } from './hints-error.ts';

export interface Canary {
  /** Known before it can be heard of, so that a filter can let it pass. */
  readonly port: number;
  /** Comes and goes, in one step. Throws `HintsError`. */
  readonly show: () => void;
  /** Also after `show`. */
  readonly close: () => void;
}

const PLACES = ['127.0.0.1', '::1'] as IpAddress[];

/** Throws `HintsError` when there is no loopback address to bind to. */
export function openCanary(protocol: 'tcp' | 'udp'): Canary {
  const socket = bindSomewhere(protocol);
  let isOpen = true;
  const close = (): void => {
    if (isOpen) socket.close();
    isOpen = false;
  };
  return {
    port: socket.port,
    close,
    show() {
      if (protocol === 'tcp') listen(socket);
      close();
    },
  };
}

function listen(socket: BoundSocket): void {
  try {
    socket.listen();
  } catch (error) {
    if (!(error instanceof NativeError)) throw error;
    throw new HintsError(`the canary cannot listen: ${error.message}`, error);
  }
}

function bindSomewhere(protocol: 'tcp' | 'udp'): BoundSocket {
  const problems: string[] = [];
  for (const address of PLACES) {
    try {
      return bindSocket(protocol, address);
    } catch (error) {
      if (!(error instanceof NativeError)) throw error;
      problems.push(error.message);
    }
  }
  throw new HintsError(`no loopback address to bind a canary to: ${problems.join('; ')}`);
}
