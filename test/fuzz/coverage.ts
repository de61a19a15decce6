/** What of some files was run: V8's own count of blocks, brought back to the lines of the source. */
import fs from 'node:fs';
import { type Profiler, Session } from 'node:inspector/promises';
import { SourceMap } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Coverage {
  /** How many blocks were run that never were before. */
  take(): Promise<number>;
  /** Of each file, by its path under the root. */
  reached(): FileCoverage[];
}

export interface FileCoverage {
  readonly file: string;
  readonly functions: Share;
  readonly lines: Share;
  /** Each stretch that was not run: where it begins, and with what words. */
  readonly missed: readonly Missed[];
}

export interface Missed {
  readonly line: number;
  readonly words: string;
}

export interface Share {
  readonly reached: number;
  readonly all: number;
}

/** Behind it stands what the compiler wants to be there for an index that is never out of range. */
const NEEDLESS = /(\?\?|\w =) $/;
/** What the compiler knows not to be run. */
const NEVER = /^\s*default:$|satisfies never/;

/** Of the compiled files whose path has `part`. What was loaded before it is not counted. */
export async function startCoverage(root: string, part: string): Promise<Coverage> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  const scripts = new Map<string, Script>();

  return {
    async take() {
      const { result } = await session.post('Profiler.takePreciseCoverage');
      let news = 0;
      for (const script of result) if (script.url.includes(part)) news += scriptOf(scripts, script.url).add(script);
      return news;
    },
    reached: () =>
      [...scripts.values()].map((script) => script.report(root)).sort((a, b) => a.file.localeCompare(b.file)),
  };
}

interface Script {
  add(script: Profiler.ScriptCoverage): number;
  report(root: string): FileCoverage;
}

function scriptOf(scripts: Map<string, Script>, url: string): Script {
  const script = scripts.get(url) ?? createScript(url);
  scripts.set(url, script);
  return script;
}

function createScript(url: string): Script {
  const file = fileURLToPath(url);
  const text = fs.readFileSync(file, 'utf8');
  const covered = new Uint8Array(text.length);
  const functions = new Map<string, boolean>();
  const blocks = new Set<string>();

  return {
    add(script) {
      const now = new Uint8Array(text.length);
      let news = 0;
      for (const { ranges } of script.functions) {
        const [whole] = ranges;
        if (whole === undefined) continue;
        const name = `${whole.startOffset}-${whole.endOffset}`;
        functions.set(name, functions.get(name) === true || whole.count > 0);
        // The ranges of a function lie inside one another, the outermost first; and so do the functions.
        for (const { startOffset, endOffset, count } of ranges) {
          now.fill(count > 0 ? 1 : 0, startOffset, endOffset);
          const block = `${startOffset}-${endOffset}`;
          if (count === 0 || blocks.has(block)) continue;
          blocks.add(block);
          news++;
        }
      }
      for (const [at, isCovered] of now.entries()) covered[at] = (covered[at] ?? 0) | isCovered;
      return news;
    },
    report(root) {
      const map = new SourceMap(JSON.parse(fs.readFileSync(`${file}.map`, 'utf8')));
      const [name = ''] = map.payload.sources;
      const source = path.resolve(path.dirname(file), name);
      const sourceLines = fs.readFileSync(source, 'utf8').split('\n');
      const { lines, missed } = linesOf(text, covered, map, sourceLines);
      return {
        file: path.relative(root, source),
        functions: { reached: [...functions.values()].filter(Boolean).length, all: functions.size },
        lines: { reached: [...lines.values()].filter(Boolean).length, all: lines.size },
        missed,
      };
    },
  };
}

/** Lines of the source that have code, and whether all of it was run; and each stretch that was not. */
function linesOf(text: string, covered: Uint8Array, map: SourceMap, source: readonly string[]): Lines {
  const lines = new Map<number, boolean>();
  const missed: Missed[] = [];
  let offset = 0;
  let isInside = false;
  for (const [row, content] of text.split('\n').entries()) {
    for (const { index } of content.matchAll(/[\w$]+|["'`]/g)) {
      const entry = map.findEntry(row, index);
      if (!('originalLine' in entry)) continue;
      const { originalLine, originalColumn } = entry;
      const here = source[originalLine] ?? '';
      // Some of what is mapped is not said in the source.
      if (!/^[\w$"'`]/.test(here.slice(originalColumn)) || here.startsWith('import ')) continue;
      const isCovered =
        covered[offset + index] === 1 || NEEDLESS.test(here.slice(0, originalColumn)) || NEVER.test(here);
      lines.set(originalLine, isCovered && lines.get(originalLine) !== false);
      if (!isCovered && !isInside) missed.push({ line: originalLine + 1, words: here.slice(originalColumn).trim() });
      isInside = !isCovered;
    }
    offset += content.length + 1;
  }
  return { lines, missed };
}

interface Lines {
  readonly lines: ReadonlyMap<number, boolean>;
  readonly missed: readonly Missed[];
}
