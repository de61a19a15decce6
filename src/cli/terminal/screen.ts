/**
 * SHELL: where a command shows itself: frames in place of one another on a terminal, lines everywhere else.
 *
 * Frames are on the terminal's alternate screen (as of xterm), so that what stood there before is there again afterwards,
 * whatever its size does meanwhile. One that cannot be written because the terminal is stopped is left out.
 */
import type { Writable } from 'node:stream';
import { isTerminal } from '../../runtime/descriptors.ts';
import { nonBlockingStream } from '../../runtime/non-blocking.ts';
import { type Line, render, type Size } from './line.ts';

export interface Screen {
  /** Whether it takes frames, and nothing but frames until it is left. */
  readonly isLive: boolean;
  draw(frame: (size: Size) => readonly Line[]): void;
  /** How wide the terminal is; what is usual where there is none. */
  columns(): number;
  size(): Size;
  /** Hears when the terminal has another size. */
  onResize(hear: () => void): void;
  /** The terminal is as it was, until the next frame. */
  suspend(): void;
  /** Below what was said before; resolves when it is written. */
  say(...lines: readonly Line[]): Promise<void>;
  /** The terminal is as it was. No more frames are taken. */
  leave(): void;
}

const CSI = '\x1b[';
/** Alternate screen, cursor hidden (DEC private modes 1049 and 25, as of xterm). */
const ENTER = `${CSI}?1049h${CSI}?25l`;
const LEAVE = `${CSI}?25h${CSI}?1049l`;
const HOME = `${CSI}H`;
const CLEAR_LINE = `${CSI}K`;
const CLEAR_BELOW = `${CSI}J`;
/** Where the terminal does not say. */
const USUAL: Size = { columns: 80, rows: 24 };

/** `gone`: nobody reads it any more, or it cannot be written. */
export function openScreen(
  environment: Readonly<Record<string, string | undefined>>,
  gone: (error: NodeJS.ErrnoException) => void,
): Screen {
  const isShown = isTerminal(1);
  // terminfo(5): a dumb terminal moves no cursor.
  const isLive = isShown && environment['TERM'] !== 'dumb';
  // no-color.org: present, and not empty.
  const hasColor = isLive && (environment['NO_COLOR'] ?? '') === '';
  // Node writes to a terminal synchronously: one that is stopped with Ctrl-S would stop us.
  const output: Writable = isShown ? nonBlockingStream(1) : process.stdout;
  // A stream to a file has an error for each write.
  output.once('error', gone).on('error', () => {});
  let isEntered = false;
  let isLeft = false;
  // Some say that they have none at all.
  const columnsNow = (): number => process.stdout.columns || USUAL.columns;
  const size = (): Size => ({ columns: columnsNow(), rows: process.stdout.rows || USUAL.rows });
  const suspend = (): void => {
    if (isEntered) output.write(LEAVE);
    isEntered = false;
  };

  return {
    isLive,
    columns: columnsNow,
    size,
    onResize: (hear) => void process.stdout.on('resize', hear),
    suspend,
    draw(frame) {
      if (!isLive || isLeft || output.writableLength > 0) return;
      const lines = frame(size());
      const text = lines.map((line) => `${render(line, hasColor)}${CLEAR_LINE}`).join('\r\n');
      output.write(`${isEntered ? '' : ENTER}${HOME}${text}${CLEAR_BELOW}`);
      isEntered = true;
    },
    say: (...lines) =>
      new Promise((resolve) => {
        if (lines.length === 0) {
          resolve();
          return;
        }
        // A stopped terminal is waited for, and nothing else keeps this process then.
        const wait = setInterval(() => {}, 1_000);
        output.write(lines.map((line) => `${render(line, hasColor)}\n`).join(''), () => {
          clearInterval(wait);
          resolve();
        });
      }),
    leave() {
      suspend();
      isLeft = true;
    },
  };
}
