/** What a terminal sends for keys, PURE: ECMA-48 and what xterm made of it. */
export type Key =
  | { readonly type: 'char'; readonly char: string }
  | { readonly type: 'up' | 'down' | 'pageUp' | 'pageDown' | 'home' | 'end' }
  | { readonly type: 'enter' | 'escape' | 'backspace' | 'interrupt' | 'suspend' | 'redraw' };

/** CSI and SS3, and what may stand between them and the letter. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const SEQUENCE = /^\x1b(?:\[([0-9;]*)([A-Za-z~])|O([A-Za-z]))/;
const LETTERS: Readonly<Record<string, Key['type']>> = { A: 'up', B: 'down', H: 'home', F: 'end' };
const NUMBERS: Readonly<Record<string, Key['type']>> = {
  1: 'home',
  4: 'end',
  5: 'pageUp',
  6: 'pageDown',
  7: 'home',
  8: 'end',
};
const CONTROLS: Readonly<Record<string, Key['type']>> = {
  '\x03': 'interrupt',
  '\x0c': 'redraw',
  '\x1a': 'suspend',
  '\r': 'enter',
  '\n': 'enter',
  '\x7f': 'backspace',
  '\b': 'backspace',
  '\x1b': 'escape',
};

/** Of what came at once: terminals send a key's sequence in one piece. What is unknown is no key. */
export function keysOf(text: string): Key[] {
  const keys: Key[] = [];
  let rest = text;
  while (rest !== '') {
    const [sequence, parameters = '', letter, single] = SEQUENCE.exec(rest) ?? [];
    if (sequence !== undefined) {
      const type = letter === '~' ? NUMBERS[parameters.split(';')[0] ?? ''] : LETTERS[letter ?? single ?? ''];
      if (type !== undefined) keys.push({ type } as Key);
      rest = rest.slice(sequence.length);
      continue;
    }
    const [char = ''] = rest;
    const control = CONTROLS[char];
    if (control !== undefined) keys.push({ type: control } as Key);
    else if (!/\p{Cc}|\p{Cf}/u.test(char)) keys.push({ type: 'char', char });
    rest = rest.slice(char.length);
  }
  return keys;
}
