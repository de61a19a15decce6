/** SHELL: ip(8), by itself or through sudo(8), with a time limit and without a shell in between. */
import { execFile } from 'node:child_process';

export interface IpCommand {
  /** What it printed. Throws `IpError`. */
  run(...words: string[]): Promise<string>;
}

/** ip(8) did not do it; the message is what it said of that. */
export class IpError extends Error {
  override readonly name = 'IpError';
}

/** Netlink answers at once; sudo may ask a directory service who we are. */
const LONGEST_MS = 10_000;
/** Where ip(8) lives, for a PATH that leaves them out. */
const PLACES = '/usr/sbin:/sbin';

/** `viaSudo`: what changes something goes through `sudo -n`, which never asks for a password: nobody is there to type it. */
export function createIpCommand(viaSudo: boolean): IpCommand {
  return {
    run: (...words) =>
      new Promise((resolve, reject) => {
        const isChange = words.includes('add') || words.includes('delete');
        const [command = '', ...rest] = viaSudo && isChange ? ['sudo', '-n', 'ip', ...words] : ['ip', ...words];
        const env = { ...process.env, PATH: `${process.env['PATH'] ?? '/usr/bin:/bin'}:${PLACES}`, LC_ALL: 'C' };
        const options = { env, timeout: LONGEST_MS, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 * 1024 } as const;
        execFile(command, rest, options, (error, stdout, stderr) => {
          if (error === null) resolve(stdout);
          else reject(new IpError(stderr.trim().split('\n', 1)[0] || error.message));
        });
      }),
  };
}

/** What is on one device, or on all of them. */
export const showWords = (device?: string): string[] => [
  ...['-o', 'address', 'show'],
  ...(device === undefined ? [] : ['dev', device]),
];
