/** A reader that answers at once, made of two functions that a test gives. */
import { attempt } from '../../src/discovery/read-error.ts';
import type { HostFacts, Reader } from '../../src/discovery/reader.ts';
import type { Listener } from '../../src/model/facts.ts';

export function readAtOnce(readHost: () => HostFacts, readListeners: () => readonly Listener[]): Reader['read'] {
  return ({ host: isHostWanted }, answer) => {
    const failures: string[] = [];
    const host = isHostWanted ? attempt(readHost, failures) : undefined;
    const listeners = attempt(readListeners, failures);
    answer({ ...(host && { host }), ...(listeners && { listeners }), failures });
  };
}
