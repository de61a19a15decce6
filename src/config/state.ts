/** Where an instance keeps its state, and under which name. */
import { createHash } from 'node:crypto';
import type { Option } from './option.ts';
import { SERVICE_OPTIONS } from './options/services.ts';
import { OPTIONS, type OptionName, type Settings } from './options.ts';
import type { Origins, Problem } from './place.ts';
import { quote } from './quote.ts';

export const NO_STATE = 'none';

/** The directory; undefined for none. RUNTIME_DIRECTORY is systemd's, and may be a list: systemd.exec(5). */
export function stateDirectory(
  { stateDir }: Settings,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (stateDir === NO_STATE) return undefined;
  if (stateDir !== '') return stateDir;
  return runtimeDirectory(environment);
}

export function runtimeDirectory(environment: Readonly<Record<string, string | undefined>>): string {
  const [runtime = ''] = (environment['RUNTIME_DIRECTORY'] ?? '').split(':');
  return runtime === '' ? '/run/ha2bgp' : runtime;
}

export interface DataPlace {
  readonly directory: string;
  /** Whether somebody chose it, rather than nobody. */
  readonly isChosen: boolean;
}

/** Where drains and the like are kept; undefined for nowhere. STATE_DIRECTORY is systemd's, and may be a list. */
export function dataPlace(
  { dataDir }: Settings,
  environment: Readonly<Record<string, string | undefined>>,
): DataPlace | undefined {
  if (dataDir === NO_STATE) return undefined;
  if (dataDir !== '') return { directory: dataDir, isChosen: true };
  const [state = ''] = (environment['STATE_DIRECTORY'] ?? '').split(':');
  return state === '' ? { directory: '/var/lib/ha2bgp', isChosen: false } : { directory: state, isChosen: true };
}

/** What two instances beside each other differ in, besides the routes' words: what they announce. */
const TELLING = (Object.keys(SERVICE_OPTIONS) as OptionName[]).filter((name) => name !== 'service');

export function instanceName(settings: Settings): string {
  if (settings.name !== '') return settings.name;
  const told = [
    ...TELLING.map((name) => [name, (OPTIONS[name] as Option<unknown>).format(settings[name])]),
    // How they are checked makes no other instance.
    ...settings.service.map(({ name, prefixes }) => [name, prefixes.join(' ')]),
  ];
  return createHash('sha256').update(JSON.stringify(told)).digest('hex').slice(0, 12);
}

/** Why it is no name of a file. */
export const nameProblem = (name: string): string | undefined =>
  name === '' || /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(name)
    ? undefined
    : 'expected letters, digits, ".", "_" and "-", and none of the last three but "_" at the beginning';

/** Why it is no directory to keep anything in. A relative one would depend on where ExaBGP was started, and 4.2 moves to /. */
const directoryProblem = (directory: string): string | undefined =>
  directory === '' || directory === NO_STATE || directory.startsWith('/')
    ? undefined
    : `expected a path that begins with "/", or "${NO_STATE}"`;

/** Adds what would be kept for nobody, and what has no effect without a state. */
export function checkState(
  settings: Settings,
  origins: Origins,
  placeOf: (name: OptionName) => string,
  problems: Problem[],
  warnings: Problem[],
): void {
  const refuse = (name: OptionName, text: string): void => void problems.push({ place: placeOf(name), text });
  const text = nameProblem(settings.name);
  if (text !== undefined) refuse('name', `${quote(settings.name)}: ${text}`);
  const badDirectory = directoryProblem(settings.stateDir);
  if (badDirectory !== undefined) refuse('stateDir', `${quote(settings.stateDir)}: ${badDirectory}`);
  const badData = directoryProblem(settings.dataDir);
  if (badData !== undefined) refuse('dataDir', `${quote(settings.dataDir)}: ${badData}`);
  const hasNoState = settings.stateDir === NO_STATE;
  if (settings.bgpBackend.includes('test') && settings.stateDir !== '' && !hasNoState) {
    const text = `has no effect with ${placeOf('bgpBackend')} test: there is nobody to whom a successor could speak`;
    refuse('stateDir', text);
  }
  if (settings.onExit === 'keep' && hasNoState) {
    refuse('onExit', `keep: nobody would know of what is kept, with ${placeOf('stateDir')} none`);
  } else if (settings.onExit === 'keep' && settings.dryRun) {
    warnings.push({ place: placeOf('onExit'), text: `keep: has no effect with ${placeOf('dryRun')}` });
  } else if (settings.onExit === 'keep' && origins.name === 'default' && settings.bgpBackend.includes('exabgp')) {
    const text = 'keep: give a --name, so that a successor with other settings knows what is its own';
    warnings.push({ place: placeOf('onExit'), text });
  }
}
