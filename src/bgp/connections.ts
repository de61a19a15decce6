/**
 * SHELL: the connections of one peer: one each way, and for as long as the machine needs to choose between them a second one
 * that the peer opened.
 */
import type net from 'node:net';
import type { Clock } from '../runtime/clock.ts';
import { type Connection, openConnection } from './connection.ts';
import type { FsmEvent, Way } from './fsm.ts';
import type { Message } from './wire/message.ts';
import type { Notification } from './wire/notification.ts';

export interface ConnectionsEvents {
  /** Of a connection that is neither closed nor waiting for a choice. */
  message(way: Way, message: Message): void;
  /** What else the machine is to hear. */
  happened(event: FsmEvent): void;
  /** One of them has room again. */
  drained(): void;
}

export interface Connections {
  of(way: Way): Connection | undefined;
  hasAny(): boolean;
  /** The machine hears `connected`, and has answered when this returns. */
  take(way: Way, socket: net.Socket): void;
  /** The place goes to the one that waits for it, if there is one. */
  close(way: Way, notification: Notification | undefined): void;
  /** The connection that came last, and no other. */
  refuse(notification: Notification): void;
  /** When what was closed is gone. */
  allGone(): Promise<unknown>;
}

/** `name`: of the peer, unique among all that use the clock. */
export function createConnections(
  name: string,
  clock: Clock,
  { message, happened, drained }: ConnectionsEvents,
): Connections {
  const current: Partial<Record<Way, Connection>> = {};
  let arriving: Connection | undefined;
  const closing = new Set<Promise<void>>();

  function end(connection: Connection, notification: Notification | undefined): void {
    const gone = connection.close(notification);
    closing.add(gone);
    void gone.then(() => closing.delete(gone));
  }

  function close(way: Way, notification: Notification | undefined): void {
    const connection = current[way];
    delete current[way];
    if (connection !== undefined) end(connection, notification);
    if (way !== 'incoming' || arriving === undefined) return;
    current.incoming = arriving;
    arriving = undefined;
  }

  return {
    of: (way) => current[way],
    hasAny: () => Object.keys(current).length > 0,
    take(way, socket) {
      const isCurrent = (): boolean => current[way] === connection;
      const connection = openConnection(socket, `${name} ${way}`, clock, {
        message(heard) {
          if (isCurrent()) message(way, heard);
        },
        fault({ fault: notification, why: detail }) {
          if (isCurrent()) happened({ type: 'faultReceived', way, notification, detail });
        },
        closed(detail) {
          if (!isCurrent()) return;
          delete current[way];
          happened({ type: 'closed', way, detail });
        },
        drained,
        sendHoldExpired: () => happened({ type: 'sendHoldExpired', way }),
      });
      if (current[way] === undefined) current[way] = connection;
      else arriving = connection;
      happened({ type: 'connected', way });
    },
    close,
    refuse(notification) {
      if (arriving === undefined) close('incoming', notification);
      else end(arriving, notification);
      arriving = undefined;
    },
    allGone: () => Promise.all(closing),
  };
}
