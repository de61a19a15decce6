/** The files of the API on TCP, as settings name them: what is wrong with one is a bad setting. */
import type { ApiKeys, KeyFiles, ReadKeys } from '../api/keys.ts';
import type { OptionName, Settings } from '../config/options.ts';
import { OPTIONS } from '../config/options.ts';
import type { Problem } from '../config/place.ts';
import { HIDDEN, type SettingChange } from '../model/reload.ts';

export class ApiKeysError extends Error {}

const OPTION_OF = {
  token: 'apiTokenFile',
  cert: 'apiTlsCert',
  key: 'apiTlsKey',
  clientCa: 'apiTlsClientCa',
} as const satisfies Record<keyof KeyFiles, OptionName>;

/** What is other in the files. */
export function keyChanges(before: ApiKeys, after: ApiKeys): readonly SettingChange[] {
  const files = Object.keys(OPTION_OF) as (keyof KeyFiles)[];
  return files
    .filter((file) => contentOf(before, file) !== contentOf(after, file))
    .map((file) => ({ key: `${OPTIONS[OPTION_OF[file]].flag}: content`, before: HIDDEN, after: HIDDEN }));
}

function contentOf({ token, tls }: ApiKeys, file: keyof KeyFiles): string | undefined {
  if (file === 'token') return token?.reveal();
  return tls?.[file === 'clientCa' ? 'ca' : file]?.toString();
}

/** Throws `ApiKeysError`, which names all that is wrong. */
export async function readApiKeys(settings: Settings, warn: (problem: Problem) => void): Promise<ApiKeys> {
  const { keys, problems, warnings } = await tryApiKeys(settings, (name) => `--${OPTIONS[name].flag}`);
  for (const warning of warnings) warn(warning);
  if (keys !== undefined) return keys;
  throw new ApiKeysError(problems.map(({ place, text }) => `${place}: ${text}`).join('; '));
}

export async function tryApiKeys(
  settings: Settings,
  placeOf: (name: OptionName) => string,
): Promise<Pick<ReadKeys, 'keys'> & { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] }> {
  if (settings.apiListen.length === 0)
    return { keys: { token: undefined, tls: undefined }, problems: [], warnings: [] };
  const { readKeys } = await import('../api/keys.ts');
  const { apiTokenFile: token, apiTlsCert: cert, apiTlsKey: key, apiTlsClientCa: clientCa } = settings;
  const { keys, problems, warnings } = await readKeys({ token, cert, key, clientCa });
  const named = ({ file, text }: (typeof problems)[number]): Problem => ({ place: placeOf(OPTION_OF[file]), text });
  return { keys, problems: problems.map(named), warnings: warnings.map(named) };
}
