/** exabgp.env: the settings of ExaBGP itself, in sections such as `[exabgp.daemon]`. */

/** `daemon.user` → `exabgp`: without quotes; of several the last one counts. */
export function parseExabgpEnv(text: string): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  let section = '';
  for (const line of text.split(/\r?\n/)) {
    const [, name] = /^\s*\[exabgp\.([^\]]*)\]/.exec(line) ?? [];
    if (name !== undefined) section = name;
    const [, key, value = ''] = /^\s*([A-Za-z_-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined) settings.set(`${section}.${key}`, value.replace(/^(['"])(.*)\1$/, '$2'));
  }
  return settings;
}
