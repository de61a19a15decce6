/** Settings with those of the file that `--config` names, if it names one. What reads it is loaded only then. */
import { OPTIONS } from './options.ts';
import { type GivenFlags, type Resolved, resolveOption, resolveSettings } from './settings.ts';

/** `isRunning`: a daemon is at work meanwhile, and is not to be held up. */
export async function loadSettings(
  flags: GivenFlags,
  environment: Readonly<Record<string, string | undefined>>,
  isRunning = false,
): Promise<Resolved> {
  // What is wrong with the flag itself is told with all the rest.
  const { value: file } = resolveOption(OPTIONS.config, flags.config, environment[OPTIONS.config.environment], []);
  if (file === '') return resolveSettings(flags, environment);
  if (isRunning) {
    const { readApart } = await import('./read-apart.ts');
    return readApart({ file, flags, environment });
  }
  const { readConfigFile } = await import('./config-file.ts');
  return resolveSettings(flags, environment, readConfigFile(file));
}
