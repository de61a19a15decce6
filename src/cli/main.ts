/** The command line's door: finds the command, and reports what is wrong with it. */
import fs from 'node:fs';
import { type Problem, resolveSettings } from '../config/settings.ts';
import { createDescriptorWriter } from '../runtime/descriptor-writer.ts';
import type { Lifecycle } from '../runtime/lifecycle.ts';
import { parseArguments } from './arguments.ts';
import { check } from './check.ts';

/** Exit status: 1 for bad settings, 2 for a flag or a word that is unknown, whatever else is wrong. */
const STATUS = { ok: 0, bad: 1, unknown: 2 } as const;

export async function main(
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  lifecycle: Lifecycle,
): Promise<void> {
  const version = readVersion();
  const parsed = parseArguments(words, version);
  if ('print' in parsed) {
    print(parsed.print);
    return;
  }
  if (parsed.doctor !== undefined) {
    lifecycle.servesExabgp(false);
    const { doctor } = await import('./doctor.ts');
    if (parsed.problems.length > 0) {
      complain([...parsed.problems, { place: 'usage', text: 'see ha2bgp doctor --help' }]);
      process.exitCode = STATUS.unknown;
      return;
    }
    const { report, problems, hasErrors } = doctor(parsed.doctor);
    complain(problems);
    print(report);
    process.exitCode = problems.length > 0 ? STATUS.unknown : hasErrors ? STATUS.bad : STATUS.ok;
    return;
  }
  const resolved = resolveSettings(parsed.flags, environment);
  const problems = [...parsed.problems, ...resolved.problems];
  const status = parsed.problems.length > 0 ? STATUS.unknown : problems.length > 0 ? STATUS.bad : STATUS.ok;
  lifecycle.servesExabgp(parsed.command === 'run' && resolved.settings.bgpBackend === 'exabgp');
  if (parsed.command === 'check') {
    complain([...problems, ...resolved.warnings]);
    if (status === STATUS.unknown) complain([{ place: 'usage', text: 'see ha2bgp --help' }]);
    if (status === STATUS.ok) print(check(resolved));
    process.exitCode = status;
    return;
  }
  if (status !== STATUS.ok) {
    complain(problems);
    if (status === STATUS.unknown) complain([{ place: 'usage', text: 'see ha2bgp --help' }]);
    lifecycle.fail(status);
    return;
  }
  const { run } = await import('./run.ts');
  run(resolved, version, lifecycle);
}

function readVersion(): string {
  const text = fs.readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** To stdout, all of it, also into a pipe. */
function print(text: string): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return; // `ha2bgp --help | head -1`: the reader has had enough
    complain([{ place: 'stdout', text: error.message }]);
    process.exitCode = STATUS.bad;
  });
  process.stdout.write(text);
}

function complain(problems: readonly Problem[]): void {
  const stderr = createDescriptorWriter({
    fd: 2,
    keepsAlive: true,
    droppedLine: (count) => `ha2bgp: ${count} lines dropped\n`,
  });
  for (const { place, text } of problems) stderr.write(`ha2bgp: ${place}: ${text}\n`);
}
