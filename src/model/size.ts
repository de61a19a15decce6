/** Sizes of files, in bytes. */
declare const bytes: unique symbol;
export type Bytes = number & { readonly [bytes]: true };

export const bytesOf = (value: number): Bytes => value as Bytes;

const UNITS: readonly (readonly [string, number])[] = [
  ['GiB', 2 ** 30],
  ['MiB', 2 ** 20],
  ['KiB', 2 ** 10],
];

/** Reads `64KiB`, `16MiB`, `1GiB`. Returns `undefined` when the text is anything else: no unit, or a fraction. */
export function parseSize(text: string): Bytes | undefined {
  const [, digits = '', unit] = /^(\d{1,9})([KMG]iB)$/.exec(text) ?? [];
  const size = UNITS.find(([name]) => name === unit)?.[1];
  return size === undefined ? undefined : bytesOf(Number(digits) * size);
}

/** The shortest text that `parseSize` reads back. A size of less than whole KiB is shown as the next one below. */
export function formatSize(size: Bytes): string {
  const [name, unit] = UNITS.find(([, each]) => size % each === 0 && size >= each) ?? ['KiB', 2 ** 10];
  return `${Math.floor(size / unit)}${name}`;
}
