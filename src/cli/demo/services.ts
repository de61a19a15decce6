/** SHELL: the services of the demo, from outside: programs that listen when they are told to. */
import { type ChildProcess, spawn } from 'node:child_process';
import net from 'node:net';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { IpAddress } from '../../model/address.ts';
import { type Millis, ms } from '../../model/millis.ts';
import { DemoError } from './demo-error.ts';

export interface Service {
  /** Each resolves when it is done, with the moment of its system call, of `performance.now`. Throws `DemoError`. */
  open(): Promise<Millis>;
  close(): Promise<Millis>;
  /** SIGKILL: it has no say in what becomes of its socket. */
  kill(): Promise<Millis>;
  /** Resolves when it is gone. */
  stop(): Promise<void>;
}

/** A moment of CLOCK_MONOTONIC, which all processes share, on our own clock, which counts from our start; never too late. */
function ownTime(monotonic: number): Millis {
  const own = performance.now();
  return ms(monotonic - Number(process.hrtime.bigint()) / 1e6 + own);
}

export function startService(name: string, address: IpAddress, port: number): Service {
  const program = fileURLToPath(new URL('./service.js', import.meta.url));
  const child = spawn(process.execPath, [program, address, String(port)], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true, // what is typed at the terminal is for the demo, which ends them
  });
  let answer: { readonly resolve: (line: string) => void; readonly reject: (error: Error) => void } | undefined;
  let isKilled = false;
  const gone = new Promise<void>((resolve) => {
    child.on('error', () => resolve());
    child.on('close', () => resolve());
  });
  child.on('error', (error) =>
    answer?.reject(new DemoError(`the ${name} service cannot be started: ${error.message}`)),
  );
  child.on('close', () => {
    if (!isKilled) answer?.reject(new DemoError(`the ${name} service ended by itself`));
  });
  child.stdin.on('error', () => {}); // said by its end
  readline.createInterface({ input: child.stdout }).on('line', (line) => answer?.resolve(line));

  async function ask(what: 'open' | 'close'): Promise<Millis> {
    const line = await new Promise<string>((resolve, reject) => {
      answer = { resolve, reject };
      if (isEnded(child)) reject(new DemoError(`the ${name} service ended by itself`));
      else child.stdin.write(`${what}\n`);
    });
    answer = undefined;
    const [said, at = ''] = line.split(' ');
    if (said !== what) throw new DemoError(`the ${name} service cannot listen: ${line.replace('failed ', '')}`);
    return ownTime(Number(at));
  }

  return {
    open: () => ask('open'),
    close: () => ask('close'),
    async kill() {
      isKilled = true;
      const at = ms(performance.now());
      child.kill('SIGKILL');
      await gone;
      return at;
    },
    async stop() {
      isKilled = true;
      if (isEnded(child)) return;
      child.kill('SIGKILL');
      await gone;
    },
  };
}

const isEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

/** The first port from `first` on that nobody listens on at that address. Throws `DemoError`. */
export async function freePort(address: IpAddress, first: number): Promise<number> {
  let last = '';
  for (let port = first; port < first + MOST_PORTS; port++) {
    try {
      await tryPort(address, port);
      return port;
    } catch (error) {
      last = (error as Error).message;
    }
  }
  throw new DemoError(`no service can listen on ${address}, from port ${first} on: ${last}`);
}

const MOST_PORTS = 20;

function tryPort(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = net
      .createServer()
      .on('error', reject)
      .listen({ host, port }, () => server.close(() => resolve()));
  });
}
