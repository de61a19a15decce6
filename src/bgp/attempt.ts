/** SHELL: one attempt to connect to a peer, with the protection that was asked for on the socket before it says a word. */
import net from 'node:net';
import { familyOf, needsZone } from '../model/address.ts';
import type { PeerSettings } from '../model/peer.ts';
import { closeDescriptor } from '../runtime/native.ts';
import { openTcp } from '../runtime/tcp-socket.ts';
import { ttlOf } from './ttl.ts';

export interface AttemptEvents {
  /** Nothing of it was read. */
  connected(socket: net.Socket): void;
  /** Also where this host cannot do what was asked for. */
  failed(detail: string): void;
}

export interface Attempt {
  /** Nothing is heard of it any more. */
  abandon(): void;
}

/** Nothing is heard of it before this returns. */
export function openAttempt(settings: PeerSettings, { connected, failed }: AttemptEvents): Attempt {
  let isOver = false;
  const fail = (error: Error): void => {
    if (isOver) return;
    isOver = true;
    failed(error.message);
  };
  let socket: net.Socket;
  try {
    socket = openSocket(settings);
  } catch (error) {
    setImmediate(() => fail(error as Error));
    return {
      abandon() {
        isOver = true;
      },
    };
  }
  socket.on('error', fail);
  socket.connect({ host: hostOf(settings), port: settings.port }, () => {
    if (isOver) return;
    // A peer that has reset it by now has no address any more.
    if (socket.remoteAddress === undefined || socket.localAddress === undefined) {
      socket.destroy();
      fail(new Error('closed by the peer at once'));
      return;
    }
    isOver = true;
    connected(socket);
  });
  return {
    abandon() {
      if (isOver) return;
      isOver = true;
      socket.destroy();
    },
  };
}

/** Throws `NativeError`. */
function openSocket(settings: PeerSettings): net.Socket {
  const { localAddress, device, password, address } = settings;
  const fd = openTcp({
    family: familyOf(address),
    device,
    ...(localAddress && { local: { address: localAddress } }),
    ...(password && { keys: [{ address, password }] }),
    ...ttlOf(settings),
  });
  try {
    return new net.Socket({ fd, readable: true, writable: true, allowHalfOpen: true } as net.SocketConstructorOpts);
  } catch (error) {
    closeDescriptor(fd);
    throw error;
  }
}

const hostOf = ({ address, device }: PeerSettings): string => (needsZone(address) ? `${address}%${device}` : address);
