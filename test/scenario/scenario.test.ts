/**
 * Scenarios: a directory each, with what happens to a host (`scenario.txt`) and what ha2bgp makes of it (`expected.txt`).
 *
 *     ha2bgp --network 10.0.0.0/24           the command line; first of all
 *     0s device eth0 other up [no-carrier]   loopback | dummy | vrf | other; up | down. lo is there from the start, and up;
 *                                            `port`: of a bridge
 *     0s device red vrf up [takes=tcp,udp]   what it lets unbound sockets serve; `vrf=red` for a device that is in it
 *     0s address 10.0.0.1/32 lo [tentative]  and `no address …`
 *     0s local 127.0.0.0/8 lo [admin]        a local route, of the kernel's own or of an administrator; `no local …`;
 *                                            `vrf=red` when it is in the table of that VRF
 *     1s listen 10.0.0.1:80 [device,udp,full,v6only]   and `close …`; full: its accept queue is
 *     2s stall 10s                           ha2bgp stands still; what happens meanwhile, it finds out afterwards
 *     2s hint                                a notification; during a stall, the first thing that is seen after it
 *     2s fail REASON                         the kernel cannot be read, until `heal`; `fail-host`: devices and addresses
 *     3s reply error                         what ExaBGP says on stdin
 *     4s explain 10.0.0.1                    the standing of an address or a prefix goes into the expected text
 *     9s wait                                nothing; the last step is followed by `end`, and that by a SIGTERM
 *
 * Instead of `scenario.txt` there may be `recording.jsonl`, one run as `ha2bgp run --record` wrote it; see docs/recording.md.
 *
 * `UPDATE_SCENARIOS=1 npm test -- --project scenario` writes the expected side anew, for a person to read and judge.
 */
import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { hostPrefix, type IpAddress, type Prefix, parseAddress, parsePrefix } from '../../src/model/address.ts';
import {
  type AssignedAddress,
  type Device,
  type HostAddress,
  hostAddressKey,
  type Listener,
  type LocalRoute,
  listenerKey,
  type Protocol,
} from '../../src/model/facts.ts';
import { formatDuration, type Millis, ms, parseDuration } from '../../src/model/millis.ts';
import * as facts from '../helpers/facts.ts';
import { playRecording } from '../helpers/play-recording.ts';
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
  const recording = path.join(directory, 'recording.jsonl');
  const found = fs.existsSync(recording)
    ? await playRecording(recording)
    : await play(fs.readFileSync(path.join(directory, 'scenario.txt'), 'utf8'));
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
  kernel.set(facts.device('lo'));
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
      say(`explain ${simulation.explain(prefixOf(rest[0] ?? ''))}`);
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
      kernel.set(device(first, second as Device['kind'], rest));
      if (!isStalled) kernel.hint();
      return;
    case 'address':
      kernel.set(assigned(first, second, third === '' ? 'usable' : (third as AssignedAddress['state'])));
      if (!isStalled) kernel.hint();
      return;
    case 'local': {
      kernel.set(localRoute(rest));
      if (!isStalled) kernel.hint();
      return;
    }
    case 'no':
      if (!kernel.addresses.delete(hostAddressKey(unassigned(rest)))) throw new Error(`nothing: ${step}`);
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

/** `192.0.2.0/24`, or an address for its host prefix. */
function prefixOf(text: string): Prefix {
  if (!text.includes('/')) return hostPrefix(address(text));
  const prefix = parsePrefix(text);
  if (typeof prefix !== 'string') throw new Error(`${text}: ${prefix.expected}`);
  return prefix;
}

/** `no address 10.0.0.1/32 lo`, `no local 10.0.0.0/24 lo admin`. */
function unassigned([what = '', ...rest]: readonly string[]): HostAddress {
  const [text = '', device = ''] = rest;
  return what === 'address' ? assigned(text, device, 'usable') : localRoute(rest);
}

const localRoute = ([text = '', device = '', ...words]: readonly string[]): LocalRoute =>
  facts.localRoute(prefixOf(text), {
    device,
    vrf: optionOf('vrf', words),
    by: words.includes('admin') ? 'admin' : 'kernel',
  });

const device = (name: string, kind: Device['kind'], words: readonly string[]): Device =>
  facts.device(name, {
    kind,
    up: words.includes('up'),
    carrier: !words.includes('no-carrier'),
    isPort: words.includes('port'),
    vrf: kind === 'vrf' ? name : optionOf('vrf', words),
    takesUnbound: optionOf('takes', words)
      .split(',')
      .filter((word) => word !== '') as Protocol[],
  });

/** Of `name=value`. */
const optionOf = (name: string, words: readonly string[]): string =>
  words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';

function assigned(text: string, device: string, state: AssignedAddress['state']): AssignedAddress {
  const [base = '', length] = text.split('/');
  return { origin: 'assigned', address: address(base), length: Number(length), device, label: device, state };
}

/** `10.0.0.1:80`, `[::1]:80`; with words behind as in `[::]:80 v6only,udp` and `10.0.0.1:80 eth0,full`. */
function listener(text: string, extra: string): Listener {
  const [, host = '', port] = /^\[?(.*?)\]?:(\d+)$/.exec(text) ?? [];
  const words = extra.split(',');
  const device = words.find((word) => !['', 'v6only', 'udp', 'full'].includes(word)) ?? '';
  return facts.listener(address(host), Number(port), {
    protocol: words.includes('udp') ? 'udp' : 'tcp',
    v6only: words.includes('v6only'),
    queueFull: words.includes('full'),
    device,
  });
}
