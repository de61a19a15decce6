/**
 * SHELL: the source of facts when what is asked of the kernel changes: one source after another, of which the core sees one.
 *
 * The next one reads at once, and tells all that it found as soon as it could read all of it; until then the facts of the
 * one before stand in the core. So there is no moment without facts, and none in which a part passes for everything.
 */
import type { DiscoveryWish } from './discovery.ts';
import { bothReadings } from './reading-times.ts';
import type { Source, SourceStatus } from './source.ts';

export interface FollowingSource extends Source {
  /** Whether that is what is read. */
  isAsked(wish: DiscoveryWish): boolean;
  /**
   * Opens what reads what is wished; throws what `open` does, and then all is as before. What is returned reads it from then
   * on, and tells all of it anew: where it is never called nothing is to be undone, for a source that has not started holds
   * nothing.
   */
  prepare(wish: DiscoveryWish): () => void;
}

/** `open`: whoever follows another one was tried before, and does not fail when it starts. */
export function createSuccession(
  first: DiscoveryWish,
  open: (wish: DiscoveryWish, isFirst: boolean) => Source,
): FollowingSource {
  let wish = first;
  let current = open(first, true);
  /** What those before counted, and read last. */
  let before: SourceStatus | undefined;
  const isAsked = (other: DiscoveryWish): boolean => JSON.stringify(other) === JSON.stringify(wish);

  function status(): SourceStatus {
    const now = current.status();
    if (before === undefined) return now;
    return {
      ...now,
      failures: before.failures + now.failures,
      readings: bothReadings(before.readings, now.readings),
      readAt: now.readAt ?? before.readAt,
    };
  }

  return {
    start: () => current.start(),
    lookNow: () => current.lookNow(),
    readAnew: () => current.readAnew(),
    status,
    close: () => current.close(),
    isAsked,
    prepare(next) {
      if (isAsked(next)) return () => current.readAnew();
      const source = open(next, false);
      return () => {
        before = status();
        // Their timers have the same names, so that no two of them are at work together.
        current.close();
        current = source;
        wish = next;
        source.readAnew();
        source.start();
      };
    },
  };
}
