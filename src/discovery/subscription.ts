/** SHELL: a descriptor that has something to read whenever the kernel hints; what it says is not looked at. */
import type net from 'node:net';
import { closeDescriptor } from '../runtime/native.ts';
import { readable } from '../runtime/readable.ts';

export interface Subscription {
  /** Nothing is called any more once it returns. */
  close(): void;
}

/**
 * Takes `fd` over, also when it throws (`NativeError`). Calls `hint` for whatever comes, and `lost` once when nothing more
 * comes. `what` names it in the reason.
 */
export function subscribeTo(fd: number, what: string, hint: () => void, lost: (reason: Error) => void): Subscription {
  const stream = openStream(fd);
  let isOver = false;
  const end = (reason: Error): void => {
    if (isOver) return;
    isOver = true;
    stream.destroy();
    lost(reason);
  };
  stream.on('data', () => {
    if (!isOver) hint();
  });
  stream.on('error', end);
  stream.on('close', () => end(new Error(`${what} closed`)));
  return {
    close() {
      isOver = true;
      stream.destroy();
    },
  };
}

function openStream(fd: number): net.Socket {
  try {
    return readable(fd);
  } catch (error) {
    closeDescriptor(fd);
    throw error;
  }
}
