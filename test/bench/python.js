// The helpers in Python: what Node cannot do without a compiler (fork, raw sockets, rtnetlink), or not as fast.
import fs from 'node:fs';
import path from 'node:path';
import { start } from './processes.js';

/** Debian's own, on which ExaBGP runs too: another one of the user's may be a wrapper that costs time at each start. */
export const PYTHON = '/usr/bin/python3';
export const hasPython = () => fs.existsSync(PYTHON);

/** The words for Python that run one of our scripts, without leaving anything compiled behind. */
export const script = (name, ...words) => [
  '-B',
  path.join(import.meta.dirname, 'python', `${name}.py`),
  ...words.map(String),
];

/** `ask(...words)` gives one command and resolves to its answer; they are answered in order. */
export function startHelper(name, ...words) {
  const asked = [];
  const helper = start(PYTHON, script(name, ...words), {
    hear: (lines) => {
      for (const line of lines) asked.shift()(JSON.parse(line));
    },
  });
  return {
    ...helper,
    async ask(...command) {
      const answer = new Promise((resolve) => asked.push(resolve));
      helper.say(`${command.join(' ')}\n`);
      const value = await Promise.race([answer, helper.ended.then((how) => Promise.reject(new Error(how)))]);
      if (value !== null && typeof value === 'object' && 'error' in value) throw new Error(`${name}: ${value.error}`);
      return value;
    },
  };
}

/** The helpers' nanoseconds as milliseconds, as `now()` tells them. */
export const fromHelper = (nanoseconds) => nanoseconds / 1e6;
