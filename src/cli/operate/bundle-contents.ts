/** SHELL: what a bundle holds: what the daemon says of itself, and what it left on this host. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { SettingView } from '../../api/ports.ts';
import type { ServiceView, Status } from '../../model/view.ts';
import { textOf } from '../terminal/line.ts';
import { type Contents, leftBehind } from './bundle-files.ts';
import { type Client, RefusedError } from './client.ts';
import { NoDaemonError } from './find-daemon.ts';
import { withPart } from './session.ts';
import { serviceLines, surroundingLines } from './status-text.ts';
import { hasEffect, plural } from './words.ts';

/** Those without effect first: more of them are alike. */
const MOST_EXPLAINED = 100;
/** Each looks at the processes of the host, of which there may be many. */
const EXPLAIN_WITHIN_MS = 20_000;
const MOST_HISTORY = 10_000;
const ASKED = [
  ['settings.json', '/v1/settings', 'what is in force, and where it comes from'],
  ['peers.json', '/v1/peers', 'BGP sessions'],
  ['overrides.json', '/v1/overrides', 'what was done by hand'],
  ['history.json', `/v1/history?most=${MOST_HISTORY}`, 'the last changes, each with its time and its reason'],
  ['metrics.txt', '/metrics', 'what Prometheus is told'],
] as const;

/** Writes the files. Throws what keeps one from being written. */
export async function collect(client: Client, status: Status, place: string, version: string): Promise<Contents> {
  const lines: string[] = [];
  const missing: string[] = [];
  const write = (name: string, content: string | Buffer): void => {
    fs.mkdirSync(path.dirname(path.join(place, name)), { recursive: true });
    fs.writeFileSync(path.join(place, name), content);
  };
  write('status.json', JSON.stringify(status));
  write('status.txt', statusText(status));
  lines.push(`status.json: ${plural(status.services.length, 'service')}`, 'status.txt: the same for people');

  let isGone = false;
  const ask = async (url: string): Promise<Buffer | undefined> => {
    // One that does not answer any more is not waited for again and again.
    if (isGone) return undefined;
    try {
      return await client.get(url);
    } catch (error) {
      if (!(error instanceof RefusedError) && !(error instanceof NoDaemonError)) throw error;
      isGone = error instanceof NoDaemonError;
      missing.push(`${url}${isGone ? ', and what is asked after it' : ''}: ${error.message}`);
      return undefined;
    }
  };
  let settings: readonly SettingView[] = [];
  for (const [name, url, what] of ASKED) {
    const body = await ask(url);
    if (body === undefined) continue;
    write(name, body);
    lines.push(`${name}: ${what}`);
    if (name === 'settings.json') ({ settings } = JSON.parse(body.toString()) as { settings: readonly SettingView[] });
  }
  const { services } = status;
  const inNeed = services.filter((each) => !hasEffect(each));
  const until = performance.now() + EXPLAIN_WITHIN_MS;
  let explained = 0;
  for (const { prefix } of [...inNeed, ...services.filter(hasEffect)].slice(0, MOST_EXPLAINED)) {
    const body = performance.now() > until ? undefined : await ask(withPart('/v1/explain', prefix));
    if (body === undefined) continue;
    write(path.join('explain', fileOf(prefix)), body);
    explained++;
  }
  if (explained > 0)
    lines.push(`explain/: why ${explained} of ${plural(services.length, 'service')} are announced, or not`);

  const left = await leftBehind(status.process.pid, settings, place);
  lines.push(...left.lines);
  missing.push(...left.missing);
  write('README.txt', about(status, version, { lines, missing }));
  return { lines, missing };
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

const about = (
  { at, process: { version: theirs, node } }: Status,
  version: string,
  { lines, missing }: Contents,
): string =>
  [
    `ha2bgp ${theirs}, asked by ha2bgp ${version}, at ${at}`,
    `Node.js ${node}, ${os.type()} ${os.release()} ${os.machine()}`,
    ...['', ...lines, ''],
    ...missing.map((each) => `not there: ${each}`),
    '',
    'Why was an address not announced at some time? history.json has each change of it, with the reason; the log has what',
    'peers and sinks were told meanwhile, and why sessions ended; ha2bgp replay plays a recording. All times are UTC.',
    '',
  ].join('\n');
