/** The text that gives a setting again, PURE. */
import type { Option } from './option.ts';

const known = new WeakMap<object, WeakMap<object, string>>();

/** Kept for as long as the value is: of a hundred thousand prefixes it is asked for several times in a reload. */
export function textOf(option: Option<unknown>, value: unknown): string {
  if (typeof value !== 'object' || value === null) return option.format(value);
  const texts = known.get(option) ?? new WeakMap<object, string>();
  known.set(option, texts);
  const text = texts.get(value) ?? option.format(value);
  texts.set(value, text);
  return text;
}
