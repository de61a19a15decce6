/** A host of ExaBGP with twenty addresses, on each of which something listens. */
import type { Bird } from './bird.ts';
import type { ExabgpRelease } from './exabgp.ts';
import { addExabgpHost, type ExabgpHost, oursOf } from './exabgp-host.ts';
import { listen, type Started } from './processes.ts';

export const ADDRESSES = Array.from({ length: 20 }, (_, index) => `100.64.0.${index + 1}`);
export const PREFIXES = ADDRESSES.map((address) => `${address}/32`).sort();
/** For a ha2bgp that announces them. */
export const WORDS = '--network 100.64.0.0/10 --announce-delay 0 --withdraw-delay 1s --no-dampening --reannounce 2s';

export interface ServedHost extends ExabgpHost {
  /** What listens, on every address. */
  readonly service: Started;
}

export async function addServedHost(name: string, release: ExabgpRelease): Promise<ServedHost> {
  const host = await addExabgpHost(name, release);
  try {
    for (const address of ADDRESSES) await host.namespace.ip('address', 'add', `${address}/32`, 'dev', 'lo');
    return { ...host, service: await listen(['0.0.0.0:80'], host.namespace.enter) };
  } catch (error) {
    await host.close();
    throw error;
  }
}

/** Whether a neighbor has just these prefixes of ha2bgp. */
export const hasJust = async (bird: Bird, wanted: readonly string[] = PREFIXES): Promise<boolean> =>
  JSON.stringify(await oursOf(bird)) === JSON.stringify(wanted);
