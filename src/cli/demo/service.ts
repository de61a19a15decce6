/**
 * A service of the demo, as a program of its own: `service.js ADDRESS PORT`. What the daemon holds open itself is no service
 * to it, and this one has to be killed.
 *
 * Reads `open` and `close` on stdin, a line each, and says when it did so: `open 123.456`, in milliseconds of
 * CLOCK_MONOTONIC, taken just before the system call. Ends with its stdin, whoever closes that.
 */
import net from 'node:net';
import readline from 'node:readline';

const [, , host = '', port = ''] = process.argv;
let server: net.Server | undefined;

const monotonic = (): string => (Number(process.hrtime.bigint()) / 1e6).toFixed(3);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

function open(): void {
  const at = monotonic();
  server = net
    .createServer((socket) => socket.end())
    .on('error', (error) => say(`failed ${error.message}`))
    .listen({ host, port: Number(port) }, () => say(`open ${at}`));
}

function close(): void {
  const at = monotonic();
  server?.close(() => say(`close ${at}`));
  server = undefined;
}

process.stdout.on('error', () => {}); // nobody is left to hear it
readline
  .createInterface({ input: process.stdin })
  .on('line', (line) => (line === 'open' ? open() : close()))
  .on('close', () => server?.close());
