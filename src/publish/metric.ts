/**
 * What a metric is, PURE. Each answers one question, and is read from the view when somebody asks.
 *
 * Labels are bounded by what is configured or stands on this host: a prefix, a service's name, a sink, a peer, a word of a
 * closed list. Never a reason in words, an error or a time. None begins with `process_`: in a textfile node_exporter would
 * find them twice, beside its own.
 */
import type { ServiceView, Summary } from '../model/view.ts';

/** What is read: of the view, and beside it. */
export interface Seen extends Summary {
  readonly beside: Beside;
}

/** What the view has no place for. */
export interface Beside {
  /** Of this process, since its start. */
  readonly processorSeconds: number;
  /** Services that have no lines of their own (--metrics-max-services). */
  readonly leftOut: number;
  /** Events that a recording lacks, because its disk was full or slow; left out where nothing is recorded. */
  readonly unrecorded?: number;
  readonly reloads: Reloads;
  /** Files that are written for others. */
  readonly files: readonly FileStatus[];
}

export interface Reloads {
  /** Settings that were read anew, */
  readonly done: number;
  /** and refused. */
  readonly refused: number;
  readonly isLastRefused: boolean;
}

export const NO_RELOADS: Reloads = { done: 0, refused: 0, isLastRefused: false };

export interface FileStatus {
  readonly file: string;
  /** Times that it could not be written, ever. */
  readonly failures: number;
}

export interface Sample {
  /** Of a histogram: what of it. */
  readonly suffix?: '_bucket' | '_sum' | '_count';
  readonly labels: Labels;
  readonly value: number;
}
export type Labels = Readonly<Record<string, string>>;

export interface MetricHead {
  /** A counter's ends with `_total`. */
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  /** One sentence. Durations are seconds, times seconds since 1970. */
  readonly help: string;
  readonly labels: readonly string[];
}

/** Read once. */
export interface DaemonMetric extends MetricHead {
  readonly read: (seen: Seen) => readonly Sample[];
}

/** Read for each service; `undefined`: there is no such value. `transitions`: since metrics were asked for first. */
export interface ServiceMetric extends MetricHead {
  readonly read: (service: ServiceView, transitions: number) => number | undefined;
}

export const metric = (
  name: string,
  type: MetricHead['type'],
  help: string,
  labels: readonly string[],
  read: (seen: Seen) => readonly Sample[],
): DaemonMetric => ({ name, type, help, labels, read });

/** One that has no labels. */
export const single = (
  name: string,
  type: MetricHead['type'],
  help: string,
  read: (seen: Seen) => number | undefined,
): DaemonMetric =>
  metric(name, type, help, [], (seen) => {
    const value = read(seen);
    return value === undefined ? [] : [{ labels: {}, value }];
  });

/** One of several words is true: a line for each, 1 for that one. */
export const oneOf = (words: readonly string[], label: string, now: string, labels: Labels = {}): readonly Sample[] =>
  words.map((word) => ({ labels: { ...labels, [label]: word }, value: word === now ? 1 : 0 }));

/** Seconds since 1970. */
export const secondsOf = (instant: string): number => Date.parse(instant) / 1_000;
