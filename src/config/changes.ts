/** What is other in the settings of a reload, for people. Nothing in a setting is a secret: passwords are in files of their own. */
import type { SettingChange } from '../model/reload.ts';
import { type Option, textsIn } from './option.ts';
import { OPTION_NAMES, OPTIONS } from './options.ts';
import { isSameSetting } from './restart.ts';
import { textOf } from './setting-text.ts';
import type { Resolved } from './settings.ts';

/** Characters of a value that are shown: of a hundred thousand prefixes the first will do. */
const LONGEST = 1_000;
/** Characters of a list that is shown as a whole. */
const SHORT = 120;

export function changesOf(before: Resolved, after: Resolved): readonly SettingChange[] {
  return OPTION_NAMES.filter((name) => !isSameSetting(name, before, after)).map((name) => {
    const option = OPTIONS[name] as Option<unknown>;
    const [was, is] = [before, after].map(({ settings }) => textOf(option, settings[name])) as [string, string];
    const isShort = was.length <= SHORT && is.length <= SHORT;
    if (option.kind !== 'list' || isShort) return { key: option.flag, before: cut(was), after: cut(is) };
    const [had, has] = [textsIn(option, was), textsIn(option, is)];
    const without = (texts: readonly string[], others: readonly string[]): string => {
      const known = new Set(others);
      return texts.filter((text) => !known.has(text)).join(option.separator ?? ',');
    };
    const [gone, come] = [without(had, has), without(has, had)];
    // The same in another order.
    if (gone === '' && come === '') return { key: option.flag, before: cut(was), after: cut(is) };
    return { key: option.flag, before: cut(gone), after: cut(come), isDifference: true };
  });
}

const cut = (text: string): string =>
  text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}… (${text.length} characters)`;
