/**
 * The `run` of a process: the program, and the words of ha2bgp in it, which may stand behind an interpreter or a wrapper
 * (`/usr/bin/env HA2BGP_INTERVAL=1s nice /usr/bin/ha2bgp …`).
 */
import type { Family, IpAddress } from '../../model/address.ts';
import type { NextHop } from '../../model/route.ts';
import type { Command } from './conf.ts';
import type { Word } from './tokens.ts';
import { runWord } from './written.ts';

/** What ha2bgp makes of its words. The command line is read elsewhere, and handed in. */
export type ReadWords = (words: readonly string[], environment: Readonly<Record<string, string>>) => WordsRead;

export interface WordsRead {
  /** `run`, `check` …; `undefined` when it would only print something and go. */
  readonly command: string | undefined;
  readonly problems: readonly Remark[];
  readonly warnings: readonly Remark[];
  /** What it would announce; `undefined` when that cannot be said. */
  readonly plan: Plan | undefined;
}

interface Remark {
  /** `--network`. */
  readonly place: string;
  readonly text: string;
}

export interface Plan {
  /** Of what is announced, and the next hop of each. */
  readonly families: Readonly<Partial<Record<Family, { readonly nextHop: NextHop | undefined }>>>;
  /** The only neighbors that are told; none means every one. */
  readonly neighbors: readonly IpAddress[];
  readonly hasPathIds: boolean;
}

export interface RunLine {
  readonly line: number;
  readonly program: string;
  readonly words: readonly Word[];
  /** The path of ha2bgp among the words; `undefined` when it is not named. */
  readonly own: string | undefined;
  /** Behind it. */
  readonly ownWords: readonly Word[];
  /** What env(1) sets before it. */
  readonly environment: Readonly<Record<string, string>>;
}

export function runLineOf({ words, line }: Command): RunLine {
  const at = words.findIndex(({ text }) => /(^|\/)ha2bgp(\.js)?$/.test(text));
  const before = at < 0 ? [] : words.slice(0, at);
  return {
    line,
    program: words[0]?.text ?? '',
    words,
    own: words[at]?.text,
    ownWords: at < 0 ? [] : words.slice(at + 1),
    environment: Object.fromEntries(
      before.flatMap(({ text }) => {
        const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
        return name === undefined || value === undefined ? [] : [[name, value]];
      }),
    ),
  };
}

export interface Joined {
  readonly text: string;
  readonly isSplit: boolean;
}

/** The words as they were likely meant: without a space between them, they were one. */
export function joined(words: readonly Word[]): readonly Joined[] {
  const whole: { text: string; isSplit: boolean }[] = [];
  for (const { text, isGlued } of words) {
    const last = whole.at(-1);
    if (isGlued && last !== undefined) {
      last.text += text;
      last.isSplit = true;
    } else whole.push({ text, isSplit: false });
  }
  return whole;
}

/** The run line as it is to be written, with more words behind it. */
export const runWith = ({ words }: RunLine, ...more: readonly string[]): string =>
  `run ${[...joined(words).map(({ text }) => runWord(text)), ...more].join(' ')};`;

/** The words behind ExaBGP's own healthcheck, however it is started; `undefined` when it is something else. */
export function originalHealthcheck({ words }: RunLine): readonly string[] | undefined {
  const texts = joined(words).map(({ text }) => text);
  const module = texts.indexOf('exabgp.application.healthcheck');
  if (module >= 0) return texts.slice(module + 1);
  const at = texts.findIndex((text, index) => /(^|\/)exabgp$/.test(text) && texts[index + 1] === 'healthcheck');
  return at < 0 ? undefined : texts.slice(at + 2);
}
