/**
 * `ha2bgp bundle`: one archive with all there is to see, for whoever has to help.
 *
 * What it holds the daemon itself says through its API, where secrets are left out, and its recording, which never has any.
 * What cannot be had is named in the archive instead of keeping the rest away. tar(1) makes it: recordings are large, and
 * it is there on every host that unpacks packages.
 */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { BUNDLE_OPTIONS } from '../../config/options/operate.ts';
import { visible } from '../../config/quote.ts';
import type { ServiceView, Status } from '../../model/view.ts';
import type { Answer } from '../call.ts';
import { complain, STATUS } from '../output.ts';
import { span, textOf } from '../terminal/line.ts';
import { type Client, RefusedError } from './client.ts';
import { NoDaemonError } from './find-daemon.ts';
import { paper, printLines, readJson, withDaemon, withPart } from './session.ts';
import { serviceLines, surroundingLines } from './status-text.ts';
import { isAnnounced, plural } from './words.ts';

/** Of those that are not announced: more are alike. */
const MOST_EXPLAINED = 100;
const MOST_HISTORY = 10_000;

export const answer: Answer<typeof BUNDLE_OPTIONS> = async (call) =>
  withDaemon('bundle', call, async (client) => {
    const status = readJson<Status>(await client.get('/v1/status'));
    const output = call.values.output === '' ? nameOf(status) : call.values.output;
    const target = create(output);
    if (typeof target !== 'number') {
      complain([{ place: visible(output), text: target.problem }]);
      return STATUS.bad;
    }
    const place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-bundle-'));
    try {
      const folder = path.join(place, stemOf(output));
      fs.mkdirSync(folder);
      const collected = await collect(client, status, folder, call.version);
      const failed = await pack(folder, target);
      if (failed !== undefined) {
        fs.rmSync(output, { force: true });
        complain([{ place: 'bundle', text: failed }]);
        return STATUS.bad;
      }
      await printLines(
        [
          [
            span(visible(output), 'strong'),
            span(`: ${plural(fs.statSync(output).size, 'byte')}, readable by you alone`),
          ],
          ...collected.map((line) => [span(`  ${line}`)]),
          [span('Secrets are left out; addresses, names and what people wrote are not.')],
        ],
        paper(call.environment),
      );
      return STATUS.ok;
    } finally {
      fs.closeSync(target);
      fs.rmSync(place, { recursive: true, force: true });
    }
  });

/** `ha2bgp-web-20261120T030000Z.tar.gz`. */
const nameOf = ({ at, process: { name } }: Status): string =>
  `ha2bgp-${name.replace(/[^\w.-]/g, '_')}-${at.replace(/[-:]|\.\d+/g, '')}.tar.gz`;

/** What is unpacked is in one folder, called as the archive is. */
const stemOf = (output: string): string => path.basename(output).replace(/\.(tar\.gz|tgz)$/, '') || 'ha2bgp';

/** A file that is ours alone, and was not there before; its descriptor. */
function create(file: string): number | { readonly problem: string } {
  try {
    return fs.openSync(file, 'wx', 0o600);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return {
      problem: code === 'EEXIST' ? 'is there already, and is not overwritten' : `cannot be written: ${message}`,
    };
  }
}

/** Writes the files, and says what there is. */
async function collect(client: Client, status: Status, place: string, version: string): Promise<string[]> {
  const lines: string[] = [];
  const missing: string[] = [];
  const write = (name: string, content: string | Buffer, what: string): void => {
    fs.mkdirSync(path.dirname(path.join(place, name)), { recursive: true });
    fs.writeFileSync(path.join(place, name), content);
    lines.push(`${name}: ${what}`);
  };
  const fetch = async (url: string): Promise<Buffer | undefined> => {
    try {
      return await client.get(url);
    } catch (error) {
      if (!(error instanceof RefusedError) && !(error instanceof NoDaemonError)) throw error;
      missing.push(`${url}: ${error.message}`);
      return undefined;
    }
  };
  write('status.json', JSON.stringify(status), plural(status.services.length, 'service'));
  write('status.txt', statusText(status), 'the same for people');
  for (const [name, url, what] of [
    ['settings.json', '/v1/settings', 'what is in force, and where it comes from'],
    ['peers.json', '/v1/peers', 'BGP sessions'],
    ['overrides.json', '/v1/overrides', 'what was done by hand'],
    ['history.json', `/v1/history?most=${MOST_HISTORY}`, 'the last changes'],
    ['metrics.txt', '/metrics', 'what Prometheus is told'],
  ] as const) {
    const body = await fetch(url);
    if (body !== undefined) write(name, body, what);
  }
  const unannounced = status.services.filter(({ state }) => !isAnnounced(state));
  const explained = unannounced.slice(0, MOST_EXPLAINED);
  for (const { prefix } of explained) {
    const body = await fetch(withPart('/v1/explain', prefix));
    if (body !== undefined) fs.mkdirSync(path.join(place, 'explain'), { recursive: true });
    if (body !== undefined) fs.writeFileSync(path.join(place, 'explain', fileOf(prefix)), body);
  }
  if (explained.length > 0) lines.push(`explain/: why ${explained.length} of ${unannounced.length} are not announced`);
  lines.push(...linkRecording(place, missing));
  const about = [
    `ha2bgp ${status.process.version}, asked by ha2bgp ${version}, at ${status.at}`,
    `Node.js ${status.process.node}, ${os.type()} ${os.release()} ${os.machine()}`,
    ...['', ...lines, ''],
    ...missing.map((each) => `not there: ${each}`),
    'not there: the log; journalctl -u ha2bgp, or the log of ExaBGP, has it',
  ];
  fs.writeFileSync(path.join(place, 'README.txt'), `${about.join('\n')}\n`);
  return [...lines, ...missing.map((each) => `not there: ${each}`)];
}

const fileOf = (prefix: ServiceView['prefix']): string => `${prefix.replace('/', '_')}.json`;

function statusText(status: Status): string {
  const now = Date.parse(status.at);
  const lines = [
    ...serviceLines(status.services, now, Number.POSITIVE_INFINITY),
    ...surroundingLines(status, now, Number.POSITIVE_INFINITY),
  ];
  return lines.map((line) => `${textOf(line).trimEnd()}\n`).join('');
}

/** The files of --record, where they are ours to read: tar(1) follows the links. */
function linkRecording(place: string, missing: string[]): string[] {
  const { settings } = JSON.parse(readOr(path.join(place, 'settings.json'), '{"settings":[]}')) as {
    readonly settings: readonly { readonly name: string; readonly value: string }[];
  };
  const file = settings.find(({ name }) => name === 'record')?.value ?? '';
  if (file === '') return [];
  const lines: string[] = [];
  try {
    const base = path.basename(file);
    const names = fs.readdirSync(path.dirname(file)).filter((name) => name === base || isOlder(name, base));
    fs.mkdirSync(path.join(place, 'recording'));
    for (const name of names) {
      const found = path.resolve(path.dirname(file), name);
      fs.accessSync(found, fs.constants.R_OK);
      fs.symlinkSync(found, path.join(place, 'recording', name));
      lines.push(`recording/${visible(name)}: ${plural(fs.statSync(found).size, 'byte')}`);
    }
  } catch (error) {
    missing.push(`the recording ${visible(file)}: ${(error as Error).message}`);
  }
  return lines;
}

const isOlder = (name: string, base: string): boolean =>
  name.startsWith(`${base}.`) && /^\d+$/.test(name.slice(base.length + 1));

function readOr(file: string, otherwise: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}

/** Returns why there is no archive. A recording that goes on meanwhile is no reason: tar(1) ends with 1 then. */
function pack(folder: string, target: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    // The folder alone: an entry for what it stands in would give that one's owner and mode to wherever it is unpacked.
    const words = ['-czhf', '-', '-C', path.dirname(folder), '--', path.basename(folder)];
    const child = spawn('tar', words, { stdio: ['ignore', target, 'pipe'] });
    let said = '';
    child.stderr?.on('data', (text) => {
      said += text;
    });
    child.on('error', ({ message }) => resolve(`tar(1) cannot be run: ${message}`));
    child.on('close', (status) =>
      resolve(status === 0 || status === 1 ? undefined : `tar(1) failed with ${status}: ${visible(said.trim())}`),
    );
  });
}
