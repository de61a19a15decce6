/** Text from outside, for a message: control characters made visible, since it goes to a terminal, and cut when long. */
export const quote = (text: string): string => JSON.stringify(shorten(text));

/** The same without quotation marks, for names. */
export const visible = (text: string): string => quote(text).slice(1, -1);

const MOST = 200;
const shorten = (text: string): string => (text.length > MOST ? `${text.slice(0, MOST)}…` : text);

/** A line that somebody is to copy: whole, its quotes as they are, and no character that a terminal would act upon. */
export const plain = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
