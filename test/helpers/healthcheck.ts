/**
 * ExaBGP's own healthcheck and ours, each with the same options and the same results of its checks, in the same order.
 * What both say is made comparable: white space and the order of attributes don't count, and a line that says of its
 * prefix what the last one said is left out.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { bin, cleanEnvironment } from './daemon.ts';
import { type Started, start } from './processes.ts';
import { until } from './until.ts';

export const ORIGINAL = ['/usr/bin/python3', '-m', 'exabgp', 'healthcheck'];
export const OURS = [process.execPath, bin, 'healthcheck'];

/** `pass`, `fail`, `hang` until the timeout, or `disable`: pass, and touch the disable file, which goes once that was seen. */
export type Result = 'pass' | 'fail' | 'hang' | 'disable';

export interface Scenario {
  readonly options: readonly string[];
  readonly results: readonly Result[];
  /** A shell command whose output is kept at each check. */
  readonly watch?: string;
}

export interface Outcome {
  /** What was said while the checks ran, and then at SIGTERM. */
  readonly lines: readonly string[];
  /** The states in the order in which hooks heard of them. */
  readonly states: readonly string[];
  /** What `watch` printed, one text a check, without repeats. */
  readonly watched: readonly string[];
  readonly status: number | string;
  readonly stderr: string;
}

/** Reads the next result from a file; when there is none left it waits, so that the end comes while a check runs. */
const CHECK = `#!/bin/sh
cd "$(dirname "$0")" || exit 9
n=$(($(cat count) + 1))
echo $n > count
if test -e watch; then { sh ./watch; echo --; } >> watched; fi
case $(sed -n "\${n}p" results) in
  pass) exit 0;;
  fail) echo failed; exit 1;;
  hang) exec sleep 9;;
  disable) touch disabled; exit 0;;
  *) touch done; exec sleep 2;;
esac
`;

export async function play(
  command: readonly string[],
  scenario: Scenario,
  via: readonly string[] = [],
): Promise<Outcome> {
  const place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-hc-'));
  const file = (name: string): string => path.join(place, name);
  const read = (name: string): string => (fs.existsSync(file(name)) ? fs.readFileSync(file(name), 'utf8') : '');
  fs.writeFileSync(file('results'), `${scenario.results.join('\n')}\n`);
  fs.writeFileSync(file('count'), '0');
  if (scenario.watch !== undefined) fs.writeFileSync(file('watch'), scenario.watch);
  fs.writeFileSync(file('check'), CHECK, { mode: 0o755 });
  const usesHooks = !scenario.options.some((option) => option.startsWith('--execute'));
  const words = [
    ...[...via, ...command, '-c', file('check'), '-i', '0.02', '-f', '0.02', '--disable', file('disabled')],
    ...(usesHooks ? ['--execute', `echo $STATE >> ${file('states')}`] : []),
    ...scenario.options,
  ];
  const started = startAnswered(words);
  let removed = 0;
  try {
    await until(`the end of the results\n${words.join(' ')}`, () => {
      if (started.child.exitCode !== null) throw new Error(`ended before: ${words.join(' ')}\n${started.stderr()}`);
      // Once for each time that it was seen: the next one may be there before the end of this one is told.
      if (fs.existsSync(file('disabled')) && read('states').split('DISABLED').length - 1 > removed) {
        removed++;
        fs.rmSync(file('disabled'));
      }
      return fs.existsSync(file('done'));
    });
    const status = await started.stop();
    return {
      lines: comparable(started.stdout()),
      watched: read('watched')
        .split('--\n')
        .filter((text, index, all) => text !== '' && text !== all[index - 1]),
      states: read('states')
        .split('\n')
        .filter((line) => line !== ''),
      status,
      stderr: started.stderr(),
    };
  } finally {
    await started.stop('SIGKILL');
    fs.rmSync(place, { recursive: true, force: true });
  }
}

/** Answers each command with `done`, as ExaBGP does. */
export function startAnswered(words: readonly string[]): Started {
  const [command = '', ...rest] = words;
  const started = start(command, rest, { env: cleanEnvironment() });
  started.child.stdout?.on('data', (chunk: Buffer) => {
    started.child.stdin?.write('done\n'.repeat(String(chunk).split('\n').length - 1));
  });
  return started;
}

/** The lines without repeats, in one way of writing. */
export function comparable(text: string): string[] {
  const last = new Map<string, string>();
  return text.split('\n').flatMap((line) => {
    if (line.trim() === '') return [];
    const { key, said } = parse(line);
    if (last.get(key) === said) return [];
    last.set(key, said);
    return [said];
  });
}

function parse(line: string): { readonly key: string; readonly said: string } {
  const spaced = line.replace(/\s+/g, ' ').trim();
  const [, target = '', verb = '', prefix = '', rest = ''] =
    /^(.*?)(announce|withdraw) route (\S+) ?(.*)$/.exec(spaced) ?? [];
  if (verb === '') return { key: spaced, said: spaced };
  const attributes = [...rest.matchAll(/(\S+) (\[[^\]]*\]|\S+)/g)].map(([, name, value]) => `${name} ${value}`);
  // A withdraw of ours repeats all that was announced: ExaBGP may sort it behind the announce else.
  const kept =
    verb === 'announce' ? attributes : attributes.filter((each) => /^(next-hop|path-information) /.test(each));
  const path = attributes.find((each) => each.startsWith('path-information')) ?? '';
  return { key: `${target}${prefix}${path}`, said: [`${target}${verb} ${prefix}`, ...kept.sort()].join('; ') };
}
