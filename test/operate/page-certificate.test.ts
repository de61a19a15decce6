/** The status page over TLS, in a real Chromium that has a client's certificate: what it lets its owner do, and nobody else. */
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContextOptions, Request } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { readKeys } from '../../src/api/keys.ts';
import { launchBrowser, openPage, type Watched } from '../helpers/browser.ts';
import { createAuthority } from '../helpers/certificates.ts';
import { createNight } from '../helpers/night.ts';
import { OWN_ADDRESS, type PageServer, servePage } from '../helpers/page-server.ts';
import { describeBrowser } from '../helpers/peers.ts';
import type { Stage } from '../helpers/stage.ts';
import { until } from '../helpers/until.ts';

const PREFIX = '192.0.2.1/32';

describeBrowser('the status page over TLS', () => {
  let folder = '';
  let browser: Browser;
  let serve: (stage: Stage) => Promise<PageServer>;
  /** Of a browser with Anna's certificate, which it sends by itself. */
  let withCertificate: (url: string) => BrowserContextOptions;
  const closing: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-page-tls-'));
    const authority = await createAuthority(folder, 'ours');
    const { certFile: cert, keyFile: key } = await authority.sign('ha2bgp', `IP:${OWN_ADDRESS}`);
    const anna = await authority.sign('anna');
    const { keys } = await readKeys({ token: '', cert, key, clientCa: authority.file });
    serve = (stage) => servePage(stage, keys);
    withCertificate = (url) => ({
      ignoreHTTPSErrors: true,
      clientCertificates: [{ origin: new URL(url).origin, certPath: anna.certFile, keyPath: anna.keyFile }],
    });
    browser = await launchBrowser();
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });
  afterAll(async () => {
    await browser.close();
    fs.rmSync(folder, { recursive: true });
  });

  async function open(stage: Stage, options: (url: string) => BrowserContextOptions): Promise<Watched> {
    const server = await serve(stage);
    closing.push(async () => server.close());
    const watched = await openPage(browser, server.url, options(server.url));
    closing.push(() => watched.context.close());
    await watched.page.goto(server.url);
    await watched.page.getByText('live', { exact: true }).waitFor();
    return watched;
  }

  it('drains for who has a certificate and no token, under the name in it, after a confirmation', async () => {
    const stage = createNight();
    const { page, faults } = await open(stage, withCertificate);
    await page.getByText('as anna', { exact: true }).waitFor();
    await page.locator(`tr[data-prefix="${PREFIX}"]`).getByRole('button', { name: 'Drain' }).click();
    const confirm = page.getByRole('button', { name: /^Drain 1 service until/ });
    await confirm.waitFor();
    expect(stage.orders).toEqual([]);
    await confirm.click();
    await page.getByText('Drained 1 service.').waitFor();
    expect(stage.orders).toMatchObject([{ drain: { by: 'anna', target: { prefix: PREFIX } } }]);
    expect(faults).toEqual([]);
  });

  it('has no button for who has neither', async () => {
    const { page } = await open(createNight(), () => ({ ignoreHTTPSErrors: true }));
    await page.locator(`tr[data-prefix="${PREFIX}"]`).waitFor();
    expect(await page.getByRole('button', { name: /^(Drain|Undrain)( all)?…/ }).count()).toBe(0);
    expect(await page.locator('#caller').innerText()).toBe('');
  });

  it('changes nothing for a page from elsewhere, though the browser sends the certificate with what that asks', async () => {
    const night = createNight();
    let reloads = 0;
    const reload = async () => {
      reloads++;
      return { ok: true as const, changed: [] };
    };
    const { page, context } = await open({ ...night, operator: { ...night.operator, reload } }, withCertificate);
    const ours = page.url();
    const failed: string[] = [];
    const answered: string[] = [];
    const isPost = (request: Request): boolean => request.method() === 'POST' && request.url().startsWith(ours);
    context.on('requestfailed', (request) => {
      if (isPost(request)) failed.push(new URL(request.url()).pathname);
    });
    context.on('response', (response) => {
      if (isPost(response.request())) answered.push(`${response.request().url()} ${response.status()}`);
    });
    const elsewhere = http.createServer((_, response) => {
      response.setHeader('content-type', 'text/html');
      response.end('<iframe name="frame"></iframe>');
    });
    const host = OWN_ADDRESS.replace('127.77.', '127.76.');
    await new Promise<void>((resolve) => elsewhere.listen(7_790, host, resolve));
    closing.push(async () => {
      elsewhere.closeAllConnections();
      elsewhere.close();
    });
    const other = await context.newPage();
    await other.goto(`http://${host}:7790/`);
    await other.evaluate(async (url) => {
      const body = '{"target":"all"}';
      const send = (how: RequestInit, to = 'v1/drain') =>
        fetch(`${url}${to}`, { method: 'POST', body, credentials: 'include', ...how }).catch(() => {});
      const submit = (to: string, name: string) => {
        const form = document.createElement('form');
        Object.assign(form, { method: 'post', action: `${url}${to}`, enctype: 'text/plain', target: 'frame' });
        if (name !== '') {
          const field = document.createElement('input');
          Object.assign(field, { name, value: 'x"}' });
          form.append(field);
        }
        document.body.append(form);
        form.submit();
        return new Promise((resolve) =>
          document.querySelector('iframe')?.addEventListener('load', resolve, { once: true }),
        );
      };
      await send({ mode: 'no-cors', headers: { 'content-type': 'text/plain' } });
      await send({ headers: { 'content-type': 'application/json' } });
      await send({ mode: 'no-cors', body: null }, 'v1/reload');
      await submit('v1/drain', '{"target":"all","why":"');
      await submit('v1/reload', '');
    }, ours);
    // Whatever became of it, the browser tells that page of none. A form may be in the way of the one before it.
    await until('both have failed', () => new Set(failed).size === 2);
    expect(answered.filter((each) => !each.endsWith(' 403'))).toEqual([]);
    expect([night.orders, reloads]).toEqual([[], 0]);
    // The certificate did go with them: to follow a link is let in by it.
    const followed = await other.goto(`${ours}v1/caller`);
    expect(await followed?.json()).toEqual({ by: 'anna', mayChange: true });
  });
});
