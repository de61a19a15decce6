/** SHELL: the network namespace that is looked at (ip-netns(8), setns(2)). Our own when none is named. */
import fs from 'node:fs';
import { inNetworkNamespace } from '../runtime/native.ts';

/** The namespace cannot be found. */
export class NamespaceError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NamespaceError';
  }
}

export interface Namespace {
  /** Carries `act` out inside; sockets that it opens stay inside for good. Throws `NativeError`, `NamespaceError`. */
  enter<T>(act: () => T): T;
  /**
   * Another text when the name has come to mean another namespace. Throws `NamespaceError` when it means none: a socket
   * keeps a namespace alive that nobody can reach any more.
   */
  identity(): string;
}

export const OWN_NAMESPACE: Namespace = { enter: (act) => act(), identity: () => '' };

/** `name`: of ip-netns(8), or the path of a namespace file such as /proc/PID/ns/net. */
export function namespaceOf(name: string): Namespace {
  if (name === '') return OWN_NAMESPACE;
  const file = name.startsWith('/') ? name : `/run/netns/${name}`;
  return {
    enter: (act) => inNetworkNamespace(file, act),
    identity() {
      try {
        const { dev, ino } = fs.statSync(file);
        return `${dev}:${ino}`;
      } catch (error) {
        throw new NamespaceError(`network namespace ${name}: ${(error as NodeJS.ErrnoException).code} ${file}`);
      }
    },
  };
}
