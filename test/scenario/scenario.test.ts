/**
 * Scenarios: a directory each, with what happens to a host (`scenario.txt`) and what ha2bgp makes of it (`expected.txt`).
 *
 *     ha2bgp --network 10.0.0.0/24           the command line; first of all
 *     0s device eth0 other up                loopback | dummy | other; up | down. lo is there from the start, and up
 *     0s address 10.0.0.1/32 lo [tentative]  and `no address …`; `local 127.0.0.0/8 lo` for a local route of the kernel's
 *     1s listen 10.0.0.1:80 [device]         and `close …`
 *     2s stall 10s                           ha2bgp stands still; what happens meanwhile, it finds out afterwards
 *     2s hint                                a notification; during a stall, the first thing that is seen after it
 *     2s fail REASON                         the kernel cannot be read, until `heal`; `fail-host`: devices and addresses
 *     3s reply error                         what ExaBGP says on stdin
 *     4s explain 10.0.0.1                    the standing of an address goes into the expected text
 *     9s wait                                nothing; the last step is followed by `end`, and that by a SIGTERM
 *
 * `UPDATE_SCENARIOS=1 npm test -- --project scenario` writes the expected side anew, for a person to read and judge.
 */
import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { type IpAddress, parseAddress, parsePrefix } from '../../src/model/address.ts';
import {
  type AssignedAddress,
  type Device,
  hostAddressKey,
  type Listener,
  listenerKey,
  type Port,
} from '../../src/model/facts.ts';
import { formatDuration, type Millis, ms, parseDuration } from '../../src/model/millis.ts';
import { type Simulation, simulate } from '../helpers/simulation.ts';
import { settled } from '../helpers/virtual-clock.ts';

const directories = fs
  .readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => path.join(import.meta.dirname, name));

it('finds its scenarios', () => {
  expect(directories.length).toBeGreaterThan(0);
});

it.each(directories.map((directory) => [path.basename(directory), directory]))('%s', async (_name, directory) => {
  const expected = path.join(directory, 'expected.txt');
  const found = await play(fs.readFileSync(path.join(directory, 'scenario.txt'), 'utf8'));
  if (process.env['UPDATE_SCENARIOS'] === '1') fs.writeFileSync(expected, found);
  expect(found).toBe(fs.readFileSync(expected, 'utf8'));
});

async function play(text: string): Promise<string> {
  const [command = '', ...steps] = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const [program, ...words] = command.split(/\s+/);
  expect(program).toBe('ha2bgp');
  const simulation = simulate(words);
  const { clock, kernel } = simulation;
  let output = '';
  const say = (what: string): void => {
    output += `${formatDuration(clock.now())} ${what}\n`;
  };
  simulation.onCommand(say);
  kernel.set({ name: 'lo', up: true, kind: 'loopback' });
  await settled();

  let stalledUntil = ms(0);
  for (const step of steps) {
    const [time = '', verb = '', ...rest] = step.trim().split(/\s+/);
    const at = parseDuration(time);
    if (at === undefined) throw new Error(`no time: ${step}`);
    if (at >= stalledUntil) await clock.advance(at);
    if (verb === 'stall') {
      stalledUntil = stallUntil(at, rest[0] ?? '', simulation);
    } else if (verb === 'explain') {
      say(`explain ${simulation.explain(address(rest[0] ?? ''))}`);
    } else {
      change(simulation, verb, rest, step, at < stalledUntil);
      await settled();
    }
  }
  say('end');
  await simulation.close();
  expect(clock.pending()).toEqual([]);
  return output;
}

/** The clock jumps at once: nothing of ours runs before its end, but the kernel changes on the way. */
function stallUntil(at: Millis, length: string, { clock }: Simulation): Millis {
  const end = ms(at + (parseDuration(length) ?? Number.NaN));
  clock.stall(end);
  return end;
}

function change(simulation: Simulation, verb: string, rest: readonly string[], step: string, isStalled: boolean): void {
  const { kernel, sink } = simulation;
  const [first = '', second = '', third = ''] = rest;
  switch (verb) {
    case 'device':
      kernel.set({ name: first, kind: second as Device['kind'], up: third === 'up' });
      if (!isStalled) kernel.hint();
      return;
    case 'address':
      kernel.set(assigned(first, second, third === '' ? 'usable' : (third as AssignedAddress['state'])));
      if (!isStalled) kernel.hint();
      return;
    case 'local': {
      const prefix = parsePrefix(first);
      if (typeof prefix !== 'string') throw new Error(`${step}: ${prefix.expected}`);
      kernel.set({ origin: 'local-route', prefix, device: second });
      if (!isStalled) kernel.hint();
      return;
    }
    case 'no':
      if (!kernel.addresses.delete(hostAddressKey(assigned(second, third, 'usable'))))
        throw new Error(`nothing: ${step}`);
      if (!isStalled) kernel.hint();
      return;
    case 'listen':
      kernel.set(listener(first, second));
      return;
    case 'close':
      if (!kernel.listeners.delete(listenerKey(listener(first, second)))) throw new Error(`nothing to close: ${step}`);
      return;
    case 'fail':
      kernel.failure = rest.join(' ');
      return;
    case 'fail-host':
      kernel.hostFailure = rest.join(' ');
      return;
    case 'heal':
      kernel.failure = undefined;
      kernel.hostFailure = undefined;
      return;
    case 'reply':
      sink.hear(Buffer.from(`${rest.join(' ')}\n`));
      return;
    case 'hint':
      kernel.hint();
      return;
    case 'wait':
      return;
    default:
      throw new Error(`unknown step: ${step}`);
  }
}

function address(text: string): IpAddress {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(`no address: ${text}`);
  return parsed;
}

function assigned(text: string, device: string, state: AssignedAddress['state']): AssignedAddress {
  const [base = '', length] = text.split('/');
  return { origin: 'assigned', address: address(base), length: Number(length), device, label: device, state };
}

/** `10.0.0.1:80`, `[::1]:80`; `[::]:80 v6only` and `10.0.0.1:80 eth0` with a word behind. */
function listener(text: string, extra: string): Listener {
  const [, host = '', port] = /^\[?(.*?)\]?:(\d+)$/.exec(text) ?? [];
  const v6only = extra === 'v6only';
  return {
    protocol: 'tcp',
    family: host.includes(':') ? 'ipv6' : 'ipv4',
    address: address(host),
    port: Number(port) as Port,
    v6only,
    device: v6only ? '' : extra,
  };
}
