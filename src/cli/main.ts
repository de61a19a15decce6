/** The command line's door: finds the command, reports what is wrong with the words, and has the command answer. */
import { OPTIONS } from '../config/options.ts';
import { resolveOption } from '../config/settings.ts';
import type { Lifecycle } from '../runtime/lifecycle.ts';
import { type Invocation, parseArguments } from './arguments.ts';
import type { Call } from './call.ts';
import { type CommandName, describe } from './commands.ts';
import { complain, print, STATUS, StdoutError, seeHelp } from './output.ts';
import { readVersion } from './version.ts';

interface Door {
  /** As `Answer` of `call`, for the options of that command. */
  answer(call: Call): Promise<number | undefined>;
}

/** Each is loaded when it is called for. */
const DOORS: Readonly<Record<CommandName, () => Promise<Door>>> = {
  run: () => import('./doors/run.ts'),
  check: () => import('./doors/check.ts'),
  status: () => import('./operate/status.ts'),
  explain: () => import('./operate/explain.ts'),
  watch: () => import('./operate/watch/watch.ts'),
  history: () => import('./operate/history.ts'),
  peers: () => import('./operate/peers.ts'),
  drain: () => import('./operate/drain.ts'),
  undrain: () => import('./operate/undrain.ts'),
  set: () => import('./operate/set.ts'),
  reload: () => import('./operate/reload.ts'),
  bundle: () => import('./operate/bundle.ts'),
  replay: () => import('./doors/replay.ts'),
  demo: () => import('./doors/demo.ts'),
  doctor: () => import('./doors/doctor.ts'),
  decode: () => import('./doors/decode.ts'),
  'config-schema': () => import('./doors/config-schema.ts'),
  completion: () => import('./completion/completion.ts'),
};

/** They say what is wrong with words and settings together. */
const JUDGE_THEMSELVES: readonly CommandName[] = ['run', 'check'];

export async function main(
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  lifecycle: Lifecycle,
): Promise<void> {
  const version = readVersion();
  if (words[0] === 'healthcheck' || words[0] === 'help') lifecycle.onHangup(undefined);
  if (words[0] === 'healthcheck' || (words[0] === 'help' && words[1] === 'healthcheck')) {
    const { healthcheckMain } = await import('./doors/healthcheck.ts');
    return healthcheckMain(words[0] === 'help' ? ['--help'] : words.slice(1), version, lifecycle);
  }
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
  if (parsed.command !== 'run') lifecycle.servesExabgp(false);
  const status = await answerTo(parsed, { environment, lifecycle, version });
  if (status !== undefined) process.exitCode = status;
}

async function answerTo(
  { command, flags, own = {}, operands = [], problems: strange }: Invocation,
  surroundings: Pick<Call, 'environment' | 'lifecycle' | 'version'>,
): Promise<number | undefined> {
  const { own: options, exits, group } = describe(command);
  const problems = [...strange];
  const values = Object.fromEntries(
    Object.entries(options).map(([name, option]) => {
      const variable = surroundings.environment[option.environment];
      return [name, resolveOption(option, own[name], variable, problems).value];
    }),
  );
  if (problems.length > 0 && !JUDGE_THEMSELVES.includes(command)) {
    complain(strange.length > 0 ? [...problems, seeHelp(command)] : problems);
    // Where 1 is an answer, what is no answer is something else; of a daemon it says that there is none, or that it refused.
    return strange.length > 0 || 1 in exits || group === 'operate' ? STATUS.unknown : STATUS.bad;
  }
  const { answer } = await DOORS[command]();
  try {
    return await answer({ flags, values, operands, problems: strange, ...surroundings });
  } catch (error) {
    if (!(error instanceof StdoutError)) throw error;
    complain([{ place: 'stdout', text: error.message }]);
    return STATUS.bad;
  }
}
