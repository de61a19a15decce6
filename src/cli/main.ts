/** The command line's door: finds the command, and reports what is wrong with it. */
import fs from 'node:fs';
import { loadSettings } from '../config/load.ts';
import { REPLAY_OPTIONS } from '../config/options/replay.ts';
import { OPTIONS } from '../config/options.ts';
import type { Problem } from '../config/place.ts';
import { type Resolved, resolveOption } from '../config/settings.ts';
import { createDescriptorWriter } from '../runtime/descriptor-writer.ts';
import type { Lifecycle } from '../runtime/lifecycle.ts';
import { type Invocation, parseArguments } from './arguments.ts';
import type { DecodeWords } from './decode-words.ts';

/** Exit status: 1 for bad settings, 2 for a flag or a word that is unknown, whatever else is wrong. */
const STATUS = { ok: 0, bad: 1, unknown: 2 } as const;

export async function main(
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  lifecycle: Lifecycle,
): Promise<void> {
  const version = readVersion();
  if (words[0] === 'healthcheck' || words[0] === 'help') lifecycle.onHangup(undefined);
  if (words[0] === 'healthcheck') return healthcheckMain(words.slice(1), version, lifecycle);
  if (words[0] === 'help' && words[1] === 'healthcheck') return healthcheckMain(['--help'], version, lifecycle);
  const parsed = parseArguments(words, version);
  // Whoever has no file to read again is ended by SIGHUP.
  const hasFile = (environment[OPTIONS.config.environment] ?? '') !== '';
  if (!('command' in parsed && parsed.command === 'run' && (parsed.flags.config !== undefined || hasFile))) {
    lifecycle.onHangup(undefined);
  }
  if ('print' in parsed) {
    print(parsed.print);
    return;
  }
  if (parsed.doctor !== undefined) {
    lifecycle.servesExabgp(false);
    const { doctor } = await import('./doctor.ts');
    if (parsed.problems.length > 0) {
      complain([...parsed.problems, seeHelp('doctor')]);
      process.exitCode = STATUS.unknown;
      return;
    }
    const { report, problems, hasErrors } = doctor(parsed.doctor);
    complain(problems);
    print(report);
    process.exitCode = problems.length > 0 ? STATUS.unknown : hasErrors ? STATUS.bad : STATUS.ok;
    return;
  }
  if (parsed.decode !== undefined) {
    lifecycle.servesExabgp(false);
    process.exitCode = await answerDecode(parsed.decode, parsed.problems);
    return;
  }
  if (parsed.command === 'demo') {
    lifecycle.servesExabgp(false);
    await answerDemo(parsed.problems, environment, lifecycle);
    return;
  }
  if (parsed.command === 'config-schema') {
    lifecycle.servesExabgp(false);
    const { jsonSchema } = await import('../config/file-schema.ts');
    complain(parsed.problems.length > 0 ? [...parsed.problems, seeHelp('config-schema')] : []);
    if (parsed.problems.length > 0) process.exitCode = STATUS.unknown;
    else print(`${JSON.stringify(jsonSchema(), null, 2)}\n`);
    return;
  }
  if (parsed.command === 'replay') {
    lifecycle.servesExabgp(false);
    process.exitCode = await answerReplay(parsed);
    return;
  }
  const given = { ...environment };
  const resolved = await loadSettings(parsed.flags, given);
  const problems = [...parsed.problems, ...resolved.problems];
  const status = parsed.problems.length > 0 ? STATUS.unknown : problems.length > 0 ? STATUS.bad : STATUS.ok;
  lifecycle.servesExabgp(parsed.command === 'run' && resolved.settings.bgpBackend.includes('exabgp'));
  if (parsed.command === 'check') {
    await answerCheck(resolved, problems, status);
    return;
  }
  if (status !== STATUS.ok) {
    complain(problems);
    if (status === STATUS.unknown) complain([seeHelp('run')]);
    lifecycle.fail(status);
    return;
  }
  const { run } = await import('./run.ts');
  await run(resolved, version, lifecycle, () => loadSettings(parsed.flags, given, true));
}

async function answerCheck(resolved: Resolved, problems: readonly Problem[], status: number): Promise<void> {
  complain([...problems, ...resolved.warnings]);
  process.exitCode = status;
  if (status === STATUS.unknown) complain([seeHelp('check')]);
  if (status !== STATUS.ok) return;
  const { check } = await import('./check.ts');
  const { tryHost } = await import('./host.ts');
  const host = tryHost(resolved);
  complain([...host.problems, ...host.warnings]);
  print(check(resolved));
  if (host.problems.length > 0) process.exitCode = STATUS.bad;
}

const seeHelp = (command: string): Problem => ({ place: 'usage', text: `see ha2bgp ${command} --help` });

/** Returns the exit status. */
async function answerReplay({ flags, own = {}, operand: file = '', problems: strange }: Invocation): Promise<number> {
  const problems = [...strange];
  const { value: format } = resolveOption(REPLAY_OPTIONS.format, own['format'], undefined, problems);
  if (problems.length > 0) {
    complain(problems);
    if (strange.length > 0) complain([seeHelp('replay')]);
    return strange.length > 0 ? STATUS.unknown : STATUS.bad;
  }
  const { replay, SettingsError } = await import('./replay.ts');
  const { RecordingError } = await import('../runtime/recording-reader.ts');
  process.stdout.on('error', () => {}); // said by the write itself
  try {
    for await (const text of replay({ file, format, instead: flags, warn: (problem) => complain([problem]) })) {
      if (!(await printed(text))) break;
    }
    return STATUS.ok;
  } catch (error) {
    if (error instanceof RecordingError) complain([{ place: 'replay', text: error.message }]);
    else if (error instanceof SettingsError) complain(error.problems);
    else throw error;
    return STATUS.bad;
  }
}

async function answerDemo(
  problems: readonly Problem[],
  environment: Readonly<Record<string, string | undefined>>,
  lifecycle: Lifecycle,
): Promise<void> {
  if (problems.length > 0) {
    complain([...problems, seeHelp('demo')]);
    process.exitCode = STATUS.unknown;
    return;
  }
  const { demo } = await import('./demo/demo.ts');
  const { DemoError } = await import('./demo/demo-error.ts');
  try {
    await demo(environment, lifecycle);
  } catch (error) {
    if (!(error instanceof DemoError)) throw error;
    complain([{ place: 'demo', text: error.message }]);
    lifecycle.fail(STATUS.bad);
  }
}

/** Returns the exit status. */
async function answerDecode(words: DecodeWords, problems: readonly Problem[]): Promise<number> {
  if (problems.length > 0) {
    complain([...problems, seeHelp('decode')]);
    return STATUS.unknown;
  }
  const { readInput } = await import('./decode-input.ts');
  const { decode } = await import('./decode.ts');
  const input = await readInput(words.words, process.stdin);
  if (!(input instanceof Uint8Array)) {
    complain([input]);
    return STATUS.bad;
  }
  process.stdout.on('error', () => {}); // said by the write itself
  let status: number = STATUS.ok;
  for (const { text, isMalformed } of decode(input, words)) {
    if (isMalformed) status = STATUS.bad;
    if (!(await printed(text))) break;
  }
  return status;
}

/** When stdout has taken it; false when nobody reads any more. */
function printed(text: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (!error) resolve(true);
      else if ((error as NodeJS.ErrnoException).code === 'EPIPE') resolve(false);
      else reject(error);
    });
  });
}

/** Has options of its own: those of ExaBGP's healthcheck. */
async function healthcheckMain(words: readonly string[], version: string, lifecycle: Lifecycle): Promise<void> {
  const { resolveHealthcheck } = await import('../config/healthcheck/settings.ts');
  const { settings, isHelpWanted, unknown, problems } = resolveHealthcheck(words);
  const bad = [...unknown, ...problems];
  if (isHelpWanted && bad.length === 0) {
    const { healthcheckHelp } = await import('./healthcheck-help.ts');
    print(healthcheckHelp());
    return;
  }
  if (bad.length > 0) {
    complain([...bad, seeHelp('healthcheck')]);
    lifecycle.fail(unknown.length > 0 ? STATUS.unknown : STATUS.bad);
    return;
  }
  const { BadSettings, healthcheck } = await import('./healthcheck.ts');
  try {
    await healthcheck(settings, version, lifecycle);
  } catch (error) {
    if (!(error instanceof BadSettings)) throw error;
    complain(error.problems);
    lifecycle.fail(STATUS.bad);
  }
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
