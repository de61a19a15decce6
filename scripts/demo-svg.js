/**
 * Records `ha2bgp demo` and writes docs/demo.svg: a real run on a pseudo terminal of script(1), frame by frame as a strip that
 * CSS moves on. `node scripts/demo-svg.js [FILE]`, after a build.
 *
 * Text is text; the marks of the tracks are drawn, since fonts do not agree on the width of block elements. Whoever does
 * not play animations, or would rather not see one, gets one frame that has most of it.
 */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const COLUMNS = 84;
const ROWS = 36;
/** One frame of the picture for each so many milliseconds. */
const EVERY = 500;
/** How long the last words stand. */
const LAST = 7_000;
const CHAR = { width: 7.8, height: 18, size: 13 };
const PADDING = 14;
const TITLE = 26;

/** SGR codes as `src/cli/demo/line.ts` has them, on a dark ground. */
const CLASSES = { 1: 'b', 2: 'f', 31: 'r', 32: 'g', 33: 'y', 36: 'c' };
const STYLE = `
text{font:${CHAR.size}px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#c9d1d9;white-space:pre}
.b{fill:#f0f6fc;font-weight:700}.f{fill:#7d8590}.r{fill:#ff7b72}.g{fill:#56d364}.y{fill:#e3b341}.c{fill:#58a6ff}`;

/** What of them the demo writes: `src/cli/demo/screen.ts`. */
const ESC = '\u001b';
const HOME = new RegExp(`${ESC}\\[H`, 'g');
const LEAVE = `${ESC}[?1049l`;
const MOVES = new RegExp(`${ESC}\\[[?\\d]*[A-Zhl]`, 'g');
const TONES = new RegExp(`${ESC}\\[(\\d+)m|([^${ESC}]+)`, 'g');
/** How high the marks of a track are, of a line. */
const HEIGHTS = { '▇': 0.7, '▄': 0.4, '▁': 0.1 };

const frames = framesOf(await record());
const file = path.resolve(process.argv[2] ?? path.join(root, 'docs/demo.svg'));
fs.writeFileSync(file, svg(frames));
console.log(`${path.relative('', file)}: ${frames.length} frames, ${fs.statSync(file).size} bytes`);

/** What came on the terminal, with its time. */
function record() {
  const command = `stty cols ${COLUMNS} rows ${ROWS}; exec ${process.execPath} bin/ha2bgp.js demo`;
  const { NO_COLOR: _none, ...environment } = process.env;
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    cwd: root,
    env: { ...environment, TERM: 'xterm-256color' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks = [];
  child.stdout.setEncoding('utf8').on('data', (text) => chunks.push({ at: performance.now(), text }));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) =>
      status === 0 ? resolve(chunks) : reject(new Error(`the demo ended with ${status}`)),
    );
  });
}

/** Screens and how long each stands, in milliseconds. */
function framesOf(chunks) {
  const text = chunks.map((chunk) => chunk.text).join('');
  const [before, after = ''] = text.split(LEAVE);
  const starts = [...before.matchAll(HOME)].map(({ index }) => index);
  const screens = starts.map((start, index) => ({
    at: timeAt(chunks, start),
    lines: linesOf(before.slice(start, starts[index + 1])),
  }));
  const first = screens[0].at;
  const slots = new Map();
  for (const screen of screens) slots.set(Math.floor((screen.at - first) / EVERY), screen.lines);
  const chosen = [...slots.entries()].map(([slot, lines], index, all) => ({
    lines,
    length: ((all[index + 1]?.[0] ?? slot + 1) - slot) * EVERY,
  }));
  return [...chosen, { lines: linesOf(after.trimEnd()), length: LAST }];
}

function timeAt(chunks, offset) {
  let passed = 0;
  for (const { at, text } of chunks) {
    passed += text.length;
    if (passed > offset) return at;
  }
  return chunks.at(-1).at;
}

/** Each a list of pieces: text, class, column. */
function linesOf(screen) {
  return screen
    .replace(MOVES, '')
    .split(/\r?\n/)
    .map((line) => {
      const pieces = [];
      let column = 0;
      let name = '';
      for (const [, code, text] of line.matchAll(TONES)) {
        if (code !== undefined) name = CLASSES[code] ?? '';
        else {
          pieces.push({ text, name, column });
          column += text.length;
        }
      }
      return pieces;
    });
}

function svg(frames) {
  const rows = Math.max(...frames.map(({ lines }) => lines.length));
  const width = Math.round(COLUMNS * CHAR.width + 2 * PADDING);
  const height = Math.round(rows * CHAR.height + 2 * PADDING + TITLE);
  const defs = new Map();
  const idOf = (line) => {
    const drawn = drawLine(line);
    if (!defs.has(drawn)) defs.set(drawn, `l${defs.size.toString(36)}`);
    return defs.get(drawn);
  };
  const strip = frames.map(({ lines }, index) => {
    const uses = lines.flatMap((line, row) =>
      line.every(({ text }) => text.trim() === '')
        ? []
        : [`<use href="#${idOf(line)}" y="${round((row + 1) * CHAR.height - 5)}"/>`],
    );
    return `<g transform="translate(${index * width})">${uses.join('')}</g>`;
  });
  const all = frames.reduce((sum, { length }) => sum + length, 0);
  let at = 0;
  const keyframes = frames.map(({ length }, index) => {
    const percent = round((100 * at) / all, 3);
    at += length;
    return `${percent}%{transform:translateX(${-index * width}px)}`;
  });
  // The last one with a route: nearly all changes are on it.
  const still = frames.findLastIndex(({ lines }) =>
    lines.some((line) => line.some(({ text }) => /next hop/.test(text))),
  );
  const style = `${STYLE}
@keyframes play{${keyframes.join('')}}
#strip{transform:translateX(${-still * width}px)}
@media (prefers-reduced-motion:no-preference){#strip{animation:play ${round(all / 1_000)}s step-end infinite}}`;
  const lines = [...defs].map(([drawn, id]) => `<g id="${id}">${drawn}</g>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="ha2bgp demo in a terminal">
<style>${style}
</style>
<defs>
${lines.join('\n')}
</defs>
<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8" fill="#0d1117" stroke="#30363d"/>
<circle cx="18" cy="16" r="5" fill="#30363d"/><circle cx="34" cy="16" r="5" fill="#30363d"/><circle cx="50" cy="16" r="5" fill="#30363d"/>
<text x="${width / 2}" y="20" class="f" text-anchor="middle">npm start -- demo</text>
<clipPath id="screen"><rect width="${width - 2 * PADDING}" height="${height - TITLE - PADDING}"/></clipPath>
<g transform="translate(${PADDING} ${TITLE + PADDING / 2})" clip-path="url(#screen)">
<g id="strip" transform="translate(${-still * width})">
${strip.join('\n')}
</g>
</g>
</svg>
`;
}

function drawLine(line) {
  return line.map((piece) => (piece.text[0] in HEIGHTS ? drawMarks(piece) : drawText(piece))).join('');
}

/** Not every program that shows pictures keeps spaces together: where there are two, a new text begins. */
function drawText({ text, name, column }) {
  const of = name === '' ? '' : ` class="${name}"`;
  return [...text.matchAll(/\S+(?: \S+)*/g)]
    .map(({ 0: shown, index }) => {
      const x = round((column + index) * CHAR.width);
      const length = round(shown.length * CHAR.width);
      return `<text x="${x}" textLength="${length}" lengthAdjust="spacingAndGlyphs"${of}>${escaped(shown)}</text>`;
    })
    .join('');
}

/** Alike ones beside each other are one. */
function drawMarks({ text, name, column }) {
  const runs = [...text.matchAll(/(.)\1*/gu)].map(({ 0: run, index }) => {
    const height = round(HEIGHTS[run[0]] * (CHAR.height - 3));
    const width = round(run.length * CHAR.width);
    return `M${round((column + index) * CHAR.width)} 3v-${height}h${width}v${height}z`;
  });
  return `<path class="${name}" d="${runs.join('')}"/>`;
}

function round(value, digits = 1) {
  return Number(value.toFixed(digits));
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
