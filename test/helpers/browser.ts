/** A real Chromium, and what is to be asked of any page in it. */
import fs from 'node:fs';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';

/** What a page did that it should not. */
export interface Watched {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors of scripts, words on the console, violations of the policy, requests to elsewhere. */
  readonly faults: readonly string[];
}

export function launchBrowser(): Promise<Browser> {
  if (!fs.existsSync(CHROMIUM)) throw new Error(`no ${CHROMIUM}: the package chromium of Debian`);
  // As root, and in a container, it has no sandbox of its own; it opens nothing but our page.
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** What only a failure reaches, as that of `until`. */
const DEADLINE_MS = 60_000;

/** `url`: all that the page may ask for begins so. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1_280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(DEADLINE_MS);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (message) => {
    // A daemon that is gone, or refuses, is what some tests are about; the browser says so by itself.
    if (!message.text().startsWith('Failed to load resource')) faults.push(`${message.type()}: ${message.text()}`);
  });
  context.on('request', (request) => {
    if (!request.url().startsWith(url)) faults.push(`elsewhere: ${request.url()}`);
  });
  await page.exposeFunction('policyViolated', (what: string) => void faults.push(`policy: ${what}`));
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) => {
      const { policyViolated } = window as unknown as { policyViolated: (what: string) => void };
      policyViolated(`${violatedDirective} ${blockedURI} ${sample}`);
    });
  });
  return { context, page, faults };
}

/** By how much it can be scrolled sideways. Pixels. */
export const overhang = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Tables and lists that stick out of the frame that they stand in. */
export const stickingOut = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll('section table, section dl')].flatMap((each) => {
      const frame = each.closest('section')?.getBoundingClientRect().right ?? 0;
      const { right } = each.getBoundingClientRect();
      return right > frame ? [`${each.getAttribute('aria-label') ?? each.id}: ${right - frame} px`] : [];
    }),
  );

/**
 * Each visible text whose contrast with what is behind it is below 4.5, and each sign below 3.
 * Source: WCAG 2.2, 1.4.3 and 1.4.11, and its definitions of contrast ratio and relative luminance.
 */
export function tooFaint(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    type Colour = readonly [number, number, number, number];
    const parse = (text: string): Colour => {
      const [r = 0, g = 0, b = 0, a = 1] = (text.match(/[\d.]+/g) ?? []).map(Number);
      return [r, g, b, a];
    };
    const over = ([r, g, b, a]: Colour, [x, y, z]: Colour): Colour => [
      r * a + x * (1 - a),
      g * a + y * (1 - a),
      b * a + z * (1 - a),
      1,
    ];
    const groundOf = (of: Element | null): Colour => {
      if (of === null) return parse(getComputedStyle(document.documentElement).backgroundColor);
      const own = parse(getComputedStyle(of).backgroundColor);
      return own[3] === 1 ? own : over(own, groundOf(of.parentElement));
    };
    const luminance = (colour: Colour): number => {
      const [r = 0, g = 0, b = 0] = colour
        .slice(0, 3)
        .map((each) => each / 255)
        .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (one: Colour, other: Colour): number => {
      const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
      return (high + 0.05) / (low + 0.05);
    };
    const found: string[] = [];
    const check = (what: string, colour: string, of: Element, least: number): void => {
      const ground = groundOf(of);
      const ratio = contrast(over(parse(colour), ground), ground);
      if (ratio < least) found.push(`${what}: ${ratio.toFixed(2)}, ${colour} on ${ground.slice(0, 3).join()}`);
    };
    let looked = 0;
    for (const element of document.body.querySelectorAll('*')) {
      if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      const style = getComputedStyle(element);
      if (element.matches('.sign path')) {
        check(
          `sign of ${element.closest('.sign')?.parentElement?.textContent}`,
          style.fill === 'none' ? style.stroke : style.fill,
          element.closest('.sign')?.parentElement ?? element,
          3,
        );
      }
      if (element.matches('.unseen, svg, svg *, option')) continue;
      const text = [...element.childNodes]
        .filter(({ nodeType }) => nodeType === Node.TEXT_NODE)
        .map((node) => node.textContent?.trim())
        .join(' ')
        .trim();
      if (text !== '') {
        looked++;
        check(`"${text.slice(0, 40)}"`, style.color, element, 4.5);
      }
      if (element instanceof HTMLInputElement)
        check('placeholder', getComputedStyle(element, '::placeholder').color, element, 4.5);
    }
    return looked < 20 ? [`only ${looked} texts found`] : found;
  });
}
