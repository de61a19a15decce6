/**
 * The status page in a real Chromium. A play (`helpers/stage`) stands for the daemon where a state has to be just so; the
 * API before it is the real one, and the last tests are about a daemon that runs.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ServiceId } from '../../src/model/service.ts';
import { launchBrowser, openPage, overhang, stickingOut, tooFaint, type Watched } from '../helpers/browser.ts';
import { type Daemon, root, startDaemon } from '../helpers/daemon.ts';
import { createNight } from '../helpers/night.ts';
import { OWN_ADDRESS, type PageServer, servePage, TOKEN } from '../helpers/page-server.ts';
import { describeBrowser } from '../helpers/peers.ts';
import { sizeOf, withoutFilters } from '../helpers/png.ts';
import { listen, type Started, stopAll } from '../helpers/processes.ts';
import { createStage, instant, overrideOf, peerOf, type Stage, serviceOf } from '../helpers/stage.ts';
import { until } from '../helpers/until.ts';

const PICTURE = path.join(root, 'docs/status-page.png');

let browser: Browser;
const servers: PageServer[] = [];
const opened: Watched[] = [];

async function show(stage: Stage, options: BrowserContextOptions = {}): Promise<{ page: Page; server: PageServer }> {
  const server = await servePage(stage);
  servers.push(server);
  const watched = await openPage(browser, server.url, options);
  opened.push(watched);
  await watched.page.goto(server.url);
  await watched.page.getByText('live', { exact: true }).waitFor();
  await rowOf(watched.page, [...stage.services.keys()][0] ?? '').waitFor();
  return { page: watched.page, server };
}

const rowOf = (page: Page, prefix: string) => page.locator(`tr[data-prefix="${prefix}"]`);
const stateOf = (page: Page, prefix: string) => rowOf(page, prefix).locator('.state-cell');
const textOf = async (page: Page, selector: string): Promise<string> =>
  (await page.locator(selector).innerText()).replaceAll(/\s+/g, ' ');

/** Buttons that change something. */
const ACTIONS = { name: /^(Drain|Undrain)( all)?…/ };

async function giveToken(page: Page, token: string): Promise<void> {
  await page.getByRole('button', { name: 'Token' }).click();
  await page.locator('#token').fill(token);
  await page.keyboard.press('Enter');
}

describeBrowser('the status page', () => {
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    const faults = opened.flatMap((each) => each.faults);
    for (const { context } of opened.splice(0)) await context.close();
    for (const server of servers.splice(0)) server.close();
    await stopAll();
    // Whatever a test is about: no script fails, nothing offends the policy, nothing is asked for elsewhere.
    expect(faults).toEqual([]);
  });

  describe('how it looks', () => {
    const VARIANTS = (['light', 'dark'] as const).flatMap((colorScheme) =>
      [1_280, 360].map((width) => [colorScheme, width] as const),
    );

    it.each(VARIANTS)('is legible, and is not scrolled sideways: %s, %i pixels wide', async (colorScheme, width) => {
      const { page } = await show(createNight(), { colorScheme, viewport: { width, height: 800 } });
      await page.getByRole('button', { name: '192.0.2.53/32' }).click();
      await page.getByText('What each was told').first().waitFor();
      expect(await overhang(page)).toBe(0);
      expect(await stickingOut(page)).toEqual([]);
      expect(await tooFaint(page)).toEqual([]);
      await page.keyboard.press('?');
      await page.getByText('Keys and signs').waitFor();
      expect(await tooFaint(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await giveToken(page, TOKEN);
      await page.locator('#overrides').getByRole('button', { name: 'Undrain' }).waitFor();
      expect(await overhang(page)).toBe(0);
      await giveToken(page, 'not the token');
      await page.getByText('A token has no spaces').waitFor();
      expect(await tooFaint(page)).toEqual([]);
      expect(await overhang(page)).toBe(0);
    });

    it('says each state in a word and a shape, those first that ask for attention', async () => {
      const { page } = await show(createNight());
      const rows = page.locator('tr[data-prefix]');
      const states = (await rows.locator('.state').allInnerTexts()).map((text) => text.trim());
      expect(states).toEqual([
        ...['down', 'down', 'suppressed', 'held', 'leaving', 'rising', 'drained'],
        ...Array.from({ length: 5 }, () => 'announced'),
        'down',
      ]);
      const shapes = await rows.evaluateAll((all) =>
        all.map((row) => [...row.querySelectorAll('.state-cell path')].map((path) => path.getAttribute('d')).join()),
      );
      const pairs = new Set(states.slice(0, -1).map((state, index) => `${state} ${shapes[index]}`));
      expect(new Set(shapes.slice(0, -1)).size).toBe(pairs.size);
      expect(await textOf(page, '#glance')).toContain('6 of 12 announced');
      expect(await textOf(page, '#alerts')).toBe('rr2 has no session: hold timer expired.');
      expect(await page.title()).toBe('4 down · ha2bgp anycast');
    });

    it('is in the docs as it is (UPDATE_DOCS=1 writes it)', async () => {
      const { page } = await show(createNight(), { viewport: { width: 1_280, height: 780 } });
      const picture = withoutFilters(await page.screenshot());
      if (process.env['UPDATE_DOCS'] === '1') fs.writeFileSync(PICTURE, picture);
      expect(sizeOf(fs.readFileSync(PICTURE))).toEqual(sizeOf(picture));
      expect(fs.statSync(PICTURE).size).toBeLessThan(150_000);
    });

    it('warns where something is announced and nobody has it', async () => {
      const stage = createStage();
      stage.put(serviceOf('192.0.2.1', 'announced', 0, { told: { told: 0, of: 2, except: [] } }));
      const { page } = await show(stage);
      expect(await rowOf(page, '192.0.2.1/32').locator('.told-cell').innerText()).toBe('nobody');
      expect(await textOf(page, '#glance')).toContain('1 of them told to nobody');
    });

    it('says in the title of the tab what is not well, and above all what somebody has to look after', async () => {
      const stage = createStage();
      stage.put(serviceOf('192.0.2.1', 'announced', 0, { told: { told: 0, of: 2, except: [] } }));
      stage.put(serviceOf('192.0.2.2', 'down', 0));
      stage.process = {
        ...stage.process,
        lost: 'line 3 is damaged',
        lastReload: { at: instant(Date.now()), ok: false, problems: 2 },
      };
      const { page } = await show(stage);
      expect(await page.title()).toBe('1 down, 1 told to nobody · ha2bgp stage');
      const alerts = await textOf(page, '#alerts');
      expect(alerts).toMatch(/The last reload, at .* UTC, was refused: 2 problems, see the log\./);
      expect(alerts).toContain('Something that was said by hand before is lost: line 3 is damaged.');
      stage.discovery = { ...stage.discovery, failingSince: instant(Date.now()) };
      await until('the title', async () => (await page.title()).startsWith('kernel unreadable, 1 down'));
    });

    it('has no service to be announced where there is none', async () => {
      const server = await servePage(createStage());
      servers.push(server);
      const watched = await openPage(browser, server.url);
      opened.push(watched);
      await watched.page.goto(server.url);
      await watched.page.getByText('There is no service yet.').waitFor();
      await until('the title', async () => (await watched.page.title()) === 'no service · ha2bgp stage');
    });

    it('moves nothing for whoever asked for that', async () => {
      const stage = createNight();
      const { page } = await show(stage, { reducedMotion: 'reduce' });
      stage.move('192.0.2.1', 'down');
      await page.locator('tr.changed').waitFor();
      const running = await page.evaluate(() => document.getAnimations().length);
      expect(running).toBe(0);
    });

    it('says in words what the timeline draws', async () => {
      const { page } = await show(createNight());
      const label = await rowOf(page, '2001:db8::389/128').locator('svg.timeline').getAttribute('aria-label');
      // Announced from 340 to 180 and from 172 to 47 minutes ago: 285 of 360 minutes. What is drawn ends a little later than now.
      expect(label).toMatch(/^last 6 hours: announced 79 %; down 2 times, 4[78] min at most$/);
    });
  });

  describe('what happens', () => {
    it('is shown as it happens, and said to a screen reader', async () => {
      const stage = createStage();
      stage.put(serviceOf('192.0.2.1', 'announced', 60_000), serviceOf('192.0.2.2', 'announced', 60_000));
      const { page } = await show(stage);
      const sentence = 'nothing that --listen-filter matches listens on 192.0.2.1';
      stage.move('192.0.2.1', 'down', { reason: { code: 'no-listener', stage: 'health', sentence } });
      await stateOf(page, '192.0.2.1/32').getByText('down').waitFor();
      expect(await rowOf(page, '192.0.2.1/32').locator('.why-cell').innerText()).toBe(sentence);
      await until('said', async () => (await page.locator('#announcer').innerText()).includes('192.0.2.1/32 down'));
      stage.put(serviceOf('192.0.2.3', 'down', 0));
      stage.move('192.0.2.3', 'rising');
      await stateOf(page, '192.0.2.3/32').getByText('rising').waitFor();
      stage.push({
        type: 'overrides',
        at: instant(Date.now()),
        overrides: [overrideOf('all', 'anna', 'moving', undefined)],
      });
      stage.sinks = [{ name: 'speaker', told: 0, leaving: 0, waiting: 0, refused: 0, peers: [peerOf('rr1')] }];
      stage.push({ type: 'peer', at: instant(Date.now()), peer: peerOf('rr1') });
      await page.locator('#peers').getByText('rr1').waitFor();
    });

    it('counts down once a second, and nothing moves by it', async () => {
      const stage = createStage();
      stage.put(serviceOf('192.0.2.1', 'rising', 1_000, { until: instant(Date.now() + 75_400) }));
      const server = await servePage(stage);
      servers.push(server);
      const watched = await openPage(browser, server.url);
      opened.push(watched);
      const { page } = watched;
      await page.clock.install({ time: Date.now() });
      await page.goto(server.url);
      const countdown = page.locator('.countdown');
      await until('a countdown', async () => {
        await page.clock.runFor(100);
        return (await countdown.count()) === 1;
      });
      // So that the summary, which is asked for now and then, brings no other time with it.
      await page.context().route('**/v1/summary', () => {});
      const seen: string[] = [];
      const boxes = new Set<string>();
      for (let second = 0; second < 4; second++) {
        await page.clock.runFor(1_000);
        seen.push(await countdown.innerText());
        boxes.add(JSON.stringify(await countdown.boundingBox()));
      }
      const [first = ''] = seen;
      const seconds = Number(first.split(':')[0]) * 60 + Number(first.split(':')[1]);
      const words = (of: number): string => `${Math.floor(of / 60)}:${String(of % 60).padStart(2, '0')}`;
      expect(seen).toEqual([0, 1, 2, 3].map((passed) => words(seconds - passed)));
      expect(seconds).toBeGreaterThan(60);
      expect(boxes.size).toBe(1);
    });

    it('is old when the daemon is gone, says so, and is live again by itself', async () => {
      const stage = createNight();
      const { page, server } = await show(stage);
      await giveToken(page, TOKEN);
      await rowOf(page, '192.0.2.1/32').getByRole('button', { name: 'Drain' }).waitFor();
      server.close();
      await page
        .locator('#banner')
        .getByText(/^Disconnected: .* What stands here is from \d\d:\d\d:\d\d UTC, /)
        .waitFor();
      expect(await stateOf(page, '192.0.2.1/32').innerText()).toBe('was announced');
      expect(await page.locator('.services .countdown').allInnerTexts()).toEqual(expect.arrayContaining(['?']));
      expect(await page.locator('#glance').innerText()).toContain('was 6 of 12 announced');
      expect(await page.getByRole('button', ACTIONS).count()).toBe(0);
      expect(await page.title()).toContain('disconnected');
      expect(await page.locator('#banner').innerText()).toMatch(
        /^Disconnected: the (connection broke|daemon [a-z ]+)\. /,
      );
      expect(await page.locator('#glance').innerText()).toContain('was readable');
      expect(await tooFaint(page)).toEqual([]);
      expect(await stickingOut(page)).toEqual([]);
      stage.put(serviceOf('192.0.2.1', 'down', 0));
      servers.push(await servePage(stage));
      await page.getByText('live', { exact: true }).waitFor();
      expect(await stateOf(page, '192.0.2.1/32').innerText()).toBe('down');
      expect(await page.locator('#banner').isVisible()).toBe(false);
    });
  });

  describe('who is not answered', () => {
    it('sees within ten seconds that the daemon is silent', async () => {
      const server = await servePage(createNight());
      servers.push(server);
      const watched = await openPage(browser, server.url);
      opened.push(watched);
      const { page, context } = watched;
      await page.clock.install({ time: Date.now() });
      // By the clock that is wound here; the browser's own limit goes by another.
      await page.addInitScript(() => {
        AbortSignal.timeout = (ms) => {
          const controller = new AbortController();
          setTimeout(() => controller.abort(new DOMException('', 'TimeoutError')), ms);
          return controller.signal;
        };
      });
      await page.goto(server.url);
      await until('live', async () => {
        await page.clock.runFor(100);
        return page.getByText('live', { exact: true }).isVisible();
      });
      await context.route('**/v1/**', () => {});
      const banner = page.locator('#banner').getByText('Disconnected: the daemon does not answer.');
      // Ten, and what drawing it takes.
      for (let second = 0; second < 12 && !(await banner.isVisible()); second++) await page.clock.runFor(1_000);
      expect(await banner.isVisible()).toBe(true);
      expect(await stateOf(page, '192.0.2.1/32').innerText()).toBe('was announced');
    });

    it('is asked for a token where reading needs one, and reads with it', async () => {
      const server = await servePage(createNight());
      servers.push(server);
      const watched = await openPage(browser, server.url);
      opened.push(watched);
      const { page, context } = watched;
      // As beyond loopback.
      await context.route('**/v1/**', (route) => {
        if (route.request().headers()['authorization'] === `Bearer ${TOKEN}`) return route.fallback();
        const problem = { type: 'about:blank', title: 'Unauthorized', status: 401, detail: 'It needs the token.' };
        return route.fulfill({ status: 401, contentType: 'application/problem+json', body: JSON.stringify(problem) });
      });
      await page.goto(server.url);
      await page.getByText('The daemon tells only those with a token: It needs the token.').waitFor();
      await page.getByRole('button', { name: 'Enter a token' }).click();
      await page.locator('#token').fill(TOKEN);
      await page.keyboard.press('Enter');
      await page.getByText('live', { exact: true }).waitFor();
      await page.reload();
      await rowOf(page, '192.0.2.1/32').getByRole('button', { name: 'Drain' }).waitFor();
    });

    it('has let go of the stream when nobody looked for a minute, and is live when somebody does', async () => {
      const stage = createNight();
      const server = await servePage(stage);
      servers.push(server);
      const watched = await openPage(browser, server.url);
      opened.push(watched);
      const { page } = watched;
      await page.clock.install({ time: Date.now() });
      const seen = (text: string) =>
        until(text, async () => {
          await page.clock.runFor(100);
          return page.locator('#connection').getByText(text, { exact: true }).isVisible();
        });
      const look = (visibility: 'hidden' | 'visible') =>
        page.evaluate((state) => {
          Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
          document.dispatchEvent(new Event('visibilitychange'));
        }, visibility);
      await page.goto(server.url);
      await seen('live');
      await look('hidden');
      await page.clock.runFor(61_000);
      await seen('paused');
      expect(await page.locator('#banner').innerText()).toContain('Paused while nobody looked.');
      stage.put(serviceOf('192.0.2.1', 'down', 0));
      await look('visible');
      await seen('live');
      expect(await stateOf(page, '192.0.2.1/32').innerText()).toBe('down');
    });
  });

  describe('by keyboard alone', () => {
    it('finds, walks, opens and closes', async () => {
      const { page } = await show(createNight());
      const focus = () => page.evaluate(() => document.activeElement?.textContent ?? '');
      await page.keyboard.press('/');
      await page.keyboard.type('dns 192');
      await until('found', async () => (await page.locator('tr[data-prefix]').count()) === 2);
      await page.keyboard.press('Enter');
      expect(await focus()).toBe('192.0.2.1/32');
      await page.keyboard.press('ArrowDown');
      expect(await focus()).toBe('192.0.2.2/32');
      const outline = await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle);
      expect(outline).toBe('solid');
      await page.keyboard.press('Enter');
      await page.locator('.details .stages').waitFor();
      expect(await page.locator('button[aria-expanded="true"]').innerText()).toBe('192.0.2.2/32');
      await page.keyboard.press('Escape');
      expect(await page.locator('.details').count()).toBe(0);
      expect(await focus()).toBe('192.0.2.2/32');
      await page.keyboard.press('Escape');
      await until('all', async () => (await page.locator('tr[data-prefix]').count()) === 13);
      await page.keyboard.press('End');
      expect(await focus()).toBe('10.20.30.40/32');
      await page.keyboard.press('?');
      await page.getByRole('dialog').getByText('Keys and signs').waitFor();
      await page.keyboard.press('Escape');
      expect(await focus()).toBe('10.20.30.40/32');
      // What has no key is come by with Tab, and one row is one stop.
      const stops = await page.evaluate(() => document.querySelectorAll('table.services .open[tabindex="0"]').length);
      expect(stops).toBe(1);
    });

    it('keeps its place when rows come, go and move', async () => {
      const stage = createNight();
      const { page } = await show(stage);
      await page.getByRole('button', { name: '192.0.2.2/32' }).focus();
      stage.move('192.0.2.2', 'down');
      await until(
        'moved',
        async () => (await page.locator('tr[data-prefix]').first().getAttribute('data-prefix')) === '192.0.2.2/32',
      );
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('192.0.2.2/32');
    });
  });

  describe('by hand', () => {
    it('has no button without a token', async () => {
      const { page } = await show(createNight());
      await page.getByRole('button', { name: '192.0.2.1/32' }).click();
      await page.locator('.details .stages').waitFor();
      await page.keyboard.press('d');
      expect(await page.getByRole('button', ACTIONS).count()).toBe(0);
      expect(await page.getByRole('dialog').count()).toBe(0);
    });

    it('says clearly that a token is wrong, and forgets it', async () => {
      const { page } = await show(createNight());
      await giveToken(page, 'a-token-that-is-wrong');
      await page.getByText('The daemon does not take this token: The token is not good.').waitFor();
      expect(await page.evaluate(() => [sessionStorage.length, localStorage.length, document.cookie])).toEqual([
        0,
        0,
        '',
      ]);
      await page.keyboard.press('Escape');
      expect(await rowOf(page, '192.0.2.1/32').getByRole('button', { name: 'Drain' }).count()).toBe(0);
    });

    it('drains after it was said what that means, and undrains', async () => {
      const stage = createNight();
      const { page, server } = await show(stage);
      const addresses: string[] = [];
      page.on('request', (request) => addresses.push(request.url()));
      await giveToken(page, TOKEN);
      await rowOf(page, '192.0.2.1/32').getByRole('button', { name: 'Drain' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('Drain 192.0.2.1/32 (dns)?').waitFor();
      await dialog.getByText('This prefix alone: 2 other prefixes of dns stay as they are.').waitFor();
      await dialog.getByText('Then, after 1m, withdrawn.').waitFor();
      await dialog.getByLabel('For how long').selectOption('1h');
      await dialog.getByLabel('Why').fill('new disks');
      const confirm = dialog.getByRole('button', { name: /^Drain 1 service until (\d{4}-\d\d-\d\d )?\d\d:\d\d UTC$/ });
      expect(stage.orders).toEqual([]);
      await confirm.click();
      await page.getByText('Drained 1 service.').waitFor();
      expect(stage.orders).toEqual([
        {
          drain: { target: { type: 'prefix', prefix: '192.0.2.1/32' }, by: 'token', why: 'new disks', for: 3_600_000 },
        },
      ]);
      await stateOf(page, '192.0.2.1/32').getByText('drained').waitFor();
      await rowOf(page, '192.0.2.1/32').getByRole('button', { name: 'Undrain' }).click();
      await dialog.getByText('new disks').waitFor();
      await dialog.getByRole('button', { name: 'Undrain 1 service now' }).click();
      await stateOf(page, '192.0.2.1/32').getByText('announced').waitFor();
      expect(stage.orders.slice(1)).toEqual([
        { undrain: { target: { type: 'prefix', prefix: '192.0.2.1/32' }, by: 'token' } },
      ]);
      expect(addresses.filter((address) => address.includes(TOKEN))).toEqual([]);
      expect(await page.context().cookies(server.url)).toEqual([]);
    });

    it('drains everything, by number and name, and nothing when that is cancelled', async () => {
      const stage = createNight();
      const { page } = await show(stage);
      await giveToken(page, TOKEN);
      await page.getByRole('button', { name: 'Drain all' }).click();
      await page.getByText('Drain all 13 services?').waitFor();
      await page.getByText('6 services of them announced now').waitFor();
      await page.keyboard.press('Escape');
      expect(stage.orders).toEqual([]);
      await page.getByRole('button', { name: 'Drain all' }).click();
      await page.getByLabel('For how long').selectOption('until somebody undrains');
      await page.getByRole('button', { name: 'Drain all 13 services until undrained' }).click();
      await page.getByText('Drained 13 services.').waitFor();
      expect(stage.orders).toEqual([{ drain: { target: { type: 'all' }, by: 'token', why: '', for: undefined } }]);
    });

    it('says that a drain ends those inside it, and which others hold', async () => {
      const stage = createStage();
      const drains = ['192.0.2.0/24', '192.0.2.1/32', 'all'].map((target) => overrideOf(target, 'anna', '', undefined));
      stage.put(serviceOf('192.0.2.1', 'drained', 0, { overrides: drains }));
      stage.put(serviceOf('192.0.3.1', 'drained', 0, { overrides: drains.slice(2) }));
      const { page } = await show(stage);
      await giveToken(page, TOKEN);
      const dialog = page.getByRole('dialog');
      await page.locator('#overrides').getByRole('button', { name: 'Undrain… 192.0.2.0/24' }).click();
      await dialog.getByText('What lies inside it ends too: 192.0.2.1/32.').waitFor();
      await dialog.getByText('1 service of them stay drained: another drain covers them.').waitFor();
      await page.keyboard.press('Escape');
      await page.locator('#overrides').getByRole('button', { name: 'Undrain… all' }).click();
      await dialog.getByText('What lies inside it ends too: 192.0.2.0/24, 192.0.2.1/32.').waitFor();
      expect(await dialog.getByText('another drain covers').count()).toBe(0);
      await dialog.getByRole('button', { name: 'Undrain 2 services now' }).waitFor();
    });

    it('says what the daemon refused', async () => {
      const stage = createNight();
      const { page } = await show(stage);
      await giveToken(page, TOKEN);
      await page.getByRole('button', { name: 'Undrain… 192.0.2.123/32' }).first().click();
      for (const each of stage.services.values()) stage.services.set(each.prefix, { ...each, overrides: [] });
      await page.getByRole('button', { name: 'Undrain 1 service now' }).click();
      await page.getByText('Nothing was changed: there is no drain of 192.0.2.123/32').waitFor();
    });
  });

  describe('hostile words', () => {
    it('stay words, in every field', async () => {
      const MARKUP = `<img src=x onerror=alert(1)><script>alert(2)</script>"'--><svg onload=alert(3)>javascript:alert(4)\u202e&lt;`;
      const stage = createStage();
      const why = overrideOf(MARKUP, MARKUP, MARKUP, undefined);
      const reason = { code: MARKUP, stage: 'health' as const, sentence: MARKUP };
      stage.put({
        ...serviceOf('192.0.2.1', 'down', 1_000, {
          name: MARKUP as ServiceId,
          kind: MARKUP as never,
          reason,
          overrides: [why],
        }),
        told: { told: 0, of: 1, except: [{ to: MARKUP, state: 'refused', detail: MARKUP }] },
      });
      stage.put({
        ...serviceOf('192.0.2.2', 'announced', 1_000),
        prefix: MARKUP as never,
        state: MARKUP as never,
        since: MARKUP as never,
        until: MARKUP as never,
      });
      stage.history.push({
        at: MARKUP as never,
        number: 1,
        prefix: '192.0.2.1/32' as never,
        from: MARKUP as never,
        to: 'down',
        reason,
      });
      const peer = peerOf(MARKUP, {
        last: MARKUP,
        state: 'idle',
        unsaid: [MARKUP],
        families: [MARKUP],
        as: MARKUP as never,
      });
      stage.sinks = [
        { name: MARKUP, told: 0, leaving: 0, waiting: 0, refused: 1, peers: [peer, { ...peer, state: 'established' }] },
      ];
      stage.discovery = {
        ...stage.discovery,
        source: MARKUP as never,
        hints: MARKUP as never,
        failingSince: instant(0),
        failure: MARKUP,
      };
      stage.process = {
        ...stage.process,
        name: MARKUP,
        version: MARKUP,
        node: MARKUP,
        notKept: MARKUP,
        startedAt: MARKUP as never,
      };
      const { page } = await show(stage);
      await giveToken(page, TOKEN);
      await page.getByRole('button', { name: '192.0.2.1/32', exact: true }).click();
      await page.locator('.details .stages').waitFor();
      stage.push({ type: MARKUP } as never);
      stage.push({
        type: 'transition',
        at: MARKUP as never,
        number: 2,
        prefix: MARKUP as never,
        from: MARKUP as never,
        to: MARKUP as never,
      });
      await page.getByRole('button', { name: 'Undrain…' }).first().click();
      await page.getByRole('dialog').waitFor();
      expect(await page.locator('img, main script, [onerror], [onload]').count()).toBe(0);
      expect((await page.locator('body').innerText()).split('<img src=x onerror=alert(1)>').length).toBeGreaterThan(15);
      expect(await overhang(page)).toBe(0);
    });
  });

  describe('five thousand services', () => {
    it('are listed in part, searched as a whole, and may all go at once', async () => {
      const stage = createStage();
      const prefix = (index: number): string => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
      stage.put(...Array.from({ length: 5_000 }, (_, index) => serviceOf(prefix(index), 'announced', 60_000)));
      const { page } = await show(stage);
      expect(await textOf(page, '#services-caption')).toBe('5,000 services, the first 100 shown');
      expect(await page.locator('tr[data-prefix]').count()).toBe(100);
      await page.getByRole('button', { name: 'Show 200 more' }).click();
      expect(await page.locator('tr[data-prefix]').count()).toBe(300);
      await page.getByLabel('Find a service').fill(prefix(4_321));
      await until('found', async () => (await page.locator('tr[data-prefix]').count()) === 1);
      await page.getByLabel('Find a service').fill('');
      for (let index = 0; index < 5_000; index++) stage.move(prefix(index), 'down');
      await page.locator('#glance').getByText('0 of 5,000 announced').waitFor();
      await page.locator('#states').getByText('down').getByText('5,000').waitFor();
      expect(await page.locator('tr[data-prefix]').count()).toBe(100);
      expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(5_000);
    });
  });

  describe('a daemon that runs', () => {
    let folder = '';
    beforeAll(() => {
      folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-page-'));
    });
    afterAll(() => fs.rmSync(folder, { recursive: true }));

    async function look(
      ...more: readonly string[]
    ): Promise<{ daemon: Daemon; page: Page; serve: () => Promise<Started> }> {
      const tokenFile = path.join(folder, 'token');
      fs.writeFileSync(tokenFile, `${TOKEN}\n`, { mode: 0o600 });
      const at = `${OWN_ADDRESS}:7781`;
      const daemon = startDaemon([
        ...['--network', '127.78.0.0/16', '--listen-filter', 'sport = :7782', '--interval', '20ms', '--no-dampening'],
        ...['--announce-delay', '300ms', '--withdraw-delay', '0', '--control-socket', 'none'],
        ...['--api-listen', at, '--api-token-file', tokenFile, ...more],
      ]);
      await daemon.logged('first facts read');
      await daemon.logged('asked here');
      const watched = await openPage(browser, `http://${at}/`);
      opened.push(watched);
      await watched.page.goto(`http://${at}/`);
      await watched.page.getByText('live', { exact: true }).waitFor();
      return { daemon, page: watched.page, serve: () => listen([`${SERVED}:7782`]) };
    }
    const SERVED = OWN_ADDRESS.replace('127.77.', '127.78.');
    const PREFIX = `${SERVED}/32`;

    it('is shown as it is: a service that comes and goes, and why', async () => {
      const { daemon, page, serve } = await look();
      const listener = await serve();
      await stateOf(page, PREFIX).getByText('announced').waitFor();
      await daemon.announces(PREFIX);
      await page.getByRole('button', { name: PREFIX }).click();
      await page.locator('.details .stage').getByText('routes', { exact: true }).waitFor();
      await listener.stop();
      await stateOf(page, PREFIX).getByText('down').waitFor();
      expect(await rowOf(page, PREFIX).locator('.why-cell').innerText()).toContain('listens on');
      await daemon.announces();
      expect(await daemon.stop()).toBe(0);
      await page
        .locator('#banner')
        .getByText(/^Disconnected: /)
        .waitFor();
    });

    it('drains what people ask for, and says who drained it and why', async () => {
      const { daemon, page, serve } = await look('--drain-time', '1s', '--data-dir', 'none');
      await serve();
      await stateOf(page, PREFIX).getByText('announced').waitFor();
      await giveToken(page, TOKEN);
      await rowOf(page, PREFIX).getByRole('button', { name: 'Drain' }).click();
      await page.getByText('Then, after 1s, withdrawn.').waitFor();
      await page.getByLabel('Why').fill('new disks');
      await page.getByRole('button', { name: /^Drain 1 service until/ }).click();
      await stateOf(page, PREFIX).getByText('drained').waitFor();
      await daemon.announces();
      expect(await rowOf(page, PREFIX).locator('.why-cell').innerText()).toContain('new disks');
      await page.locator('#overrides').getByText(PREFIX).waitFor();
      await rowOf(page, PREFIX).getByRole('button', { name: 'Undrain' }).click();
      await page.getByRole('button', { name: 'Undrain 1 service now' }).click();
      await stateOf(page, PREFIX).getByText('announced').waitFor();
      await daemon.announces(PREFIX);
    });
  });
});
