/**
 * SHELL: hints from the tracepoint sock:inet_sock_set_state: births and deaths of TCP listeners, at the transition itself,
 * of every network namespace of the host. Needs root and a mounted tracefs (Documentation/trace/ftrace.rst).
 *
 * An instance is a directory that the kernel fills; ours has its own ring buffer, event and filter, and nobody else's
 * tracing notices. It outlives the process that made it: a process that was killed leaves one behind, and the next one to
 * start removes it. Which one is in use only the kernel knows: it refuses to remove an instance (EBUSY) while
 * somebody has its trace_pipe open. That holds across every kind of namespace, where a process id in a name would mislead.
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import type { PortRange } from '../../model/port-ranges.ts';
import { closeDescriptor, NativeError } from '../../runtime/native.ts';
import { type Subscription, subscribeTo } from '../subscription.ts';
import { HintsError } from './hints-error.ts';
import { traceFilter } from './trace-filter.ts';

export interface TracefsOptions {
  readonly ports: readonly PortRange[];
  readonly hint: () => void;
  readonly lost: (reason: Error) => void;
}

const PLACES = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'];
const PREFIX = 'ha2bgp-';
const EVENT = 'events/sock/inet_sock_set_state';
/**
 * For each CPU. It need not fill up: poll(2) on the one pipe of all CPUs wakes for any event, whatever buffer_percent says
 * (ring_buffer_poll_wait). A hint that is overwritten is one of many that nobody has read yet.
 */
const BUFFER_KIB = 16;
/** How often an instance may be taken for a left-behind one between mkdir(2) and open(2). */
const MOST_ATTEMPTS = 10;
/** What an open(2) gets then: no file, no instance any more, or another one's pipe, which has its reader already. */
const TAKEN = ['ENOENT', 'ENODEV', 'EBUSY'];

interface Instance {
  readonly path: string;
  /** Its trace_pipe. */
  readonly fd: number;
}

/** Throws `HintsError`. */
export function openTracefs({ ports, hint, lost }: TracefsOptions): Subscription {
  try {
    const instances = findInstances();
    const instance = makeInstance(instances);
    configure(instance, ports);
    const subscription = subscribe(instance, hint, lost);
    tolerate(() => removeLeftBehind(instances));
    return subscription;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new HintsError(explain(error), error);
  }
}

/** Where instances are made. tracefs is looked for, never mounted: that is the administrator's to decide. */
function findInstances(): string {
  const problems: SystemError[] = [];
  for (const place of PLACES) {
    const instances = `${place}/instances`;
    try {
      fs.statSync(instances);
      return instances;
    } catch (error) {
      if (!isSystemError(error)) throw error;
      problems.push(error);
    }
  }
  const refused = problems.find(({ code }) => code !== 'ENOENT');
  if (refused !== undefined) throw refused;
  throw new HintsError(`tracefs is not mounted (mount -t tracefs tracefs ${PLACES[0]})`);
}

/** Whoever starts at the same time may take ours for one left behind, until its trace_pipe is open. Then we make another. */
function makeInstance(instances: string): Instance {
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    const path = `${instances}/${PREFIX}${process.pid}-${randomBytes(4).toString('hex')}`;
    fs.mkdirSync(path);
    try {
      const fd = fs.openSync(`${path}/trace_pipe`, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
      if (fs.existsSync(path)) return { path, fd };
      closeDescriptor(fd);
    } catch (error) {
      removeInstance(path);
      if (!isSystemError(error) || !TAKEN.includes(error.code)) throw error;
    }
  }
  throw new HintsError(`tracefs: ${MOST_ATTEMPTS} instances were removed by others before they could be opened`);
}

/** After ours is open: it is in use like all that must not be removed. */
function removeLeftBehind(instances: string): void {
  for (const name of fs.readdirSync(instances)) {
    if (name.startsWith(PREFIX)) removeInstance(`${instances}/${name}`);
  }
}

function configure({ path, fd }: Instance, ports: readonly PortRange[]): void {
  try {
    write(`${path}/buffer_size_kb`, String(BUFFER_KIB));
    write(`${path}/${EVENT}/filter`, traceFilter(ports));
    write(`${path}/${EVENT}/enable`, '1');
  } catch (error) {
    closeDescriptor(fd);
    end(path);
    throw error;
  }
}

function subscribe({ path, fd }: Instance, hint: () => void, lost: (reason: Error) => void): Subscription {
  try {
    const subscription = subscribeTo(fd, 'trace_pipe', hint, (reason) => {
      end(path);
      lost(reason);
    });
    return {
      close() {
        // Closes trace_pipe in the same step; while it is open the instance could not go.
        subscription.close();
        end(path);
      },
    };
  } catch (error) {
    end(path);
    throw error;
  }
}

/** Should somebody else hold the instance open, it at least costs nothing any more. */
function end(path: string): void {
  tolerate(() => write(`${path}/${EVENT}/enable`, '0'));
  removeInstance(path);
}

/** One in use (EBUSY) stays, and so does what we may not remove (any more). The next start tries again. */
function removeInstance(path: string): void {
  tolerate(() => fs.rmdirSync(path));
}

function tolerate(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

/** Into a file that is there: a mode that could create one gets EACCES for a missing file instead of ENOENT. */
function write(path: string, text: string): void {
  fs.writeFileSync(path, text, { flag: 'r+' });
}

type SystemError = Error & { readonly code: string };

const isSystemError = (error: unknown): error is SystemError =>
  error instanceof NativeError || (error instanceof Error && 'syscall' in error && 'code' in error);

function explain({ code, message }: SystemError): string {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return `tracefs is not permitted, root is needed: ${message}`;
    case 'EROFS':
      return `tracefs is mounted read-only: ${message}`;
    default:
      return `tracefs: ${message}`;
  }
}
