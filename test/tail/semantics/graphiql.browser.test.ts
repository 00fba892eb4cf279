import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM, HAS_NO_BROWSER, openBrowser } from '../../browser.ts';
import type { TestBrowser } from '../../browser.ts';
import { simulateNemo } from '../../../src/sandbox/nemo/index.ts';
import { eventually, follow } from '../follower.ts';
import { fresh } from '../vendors.ts';
import { polled, untilAllHave } from './followers.ts';
import { stand } from './swift-stand.ts';

function subscription(job: string, from: string): string {
  return `subscription Follow {
    logEntries(jobs: ["${job}"], ${from}) { ... on LogBatch { edges { late node { message } } } }
  }`;
}

/** In the page: tells the test what streams of events bring. */
const tellEvents = `{
  const ask = window.fetch;
  window.fetch = async (...given) => {
    const response = await ask(...given);
    if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return response;
    const tell = new TransformStream({
      transform(chunk, controller) {
        window.received(new TextDecoder().decode(chunk));
        controller.enqueue(chunk);
      },
    });
    return new Response(response.body.pipeThrough(tell), response);
  };
}`;

describe.skipIf(HAS_NO_BROWSER)(`a tail in a browser (${CHROMIUM})`, () => {
  let browser: TestBrowser;

  beforeAll(async () => {
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser.close();
  });

  /** Opens GraphiQL with the subscription and presses its button until the job has a subscriber. */
  async function run(url: string, query: string, begun: () => boolean): Promise<{ page: Page; messages: string[] }> {
    const page = await browser.context.newPage();
    const messages: string[] = [];
    await page.exposeFunction('received', (text: string) => {
      for (const [, message] of text.matchAll(/"message":"([^"]*)"/g)) messages.push(message ?? '');
    });
    await page.addInitScript(tellEvents);
    const address = new URL(`${url}/graphql`);
    address.searchParams.set('query', query);
    await page.goto(address.href);
    const button = page.locator('.graphiql-execute-button');
    await button.waitFor();
    await expect
      .poll(
        async () => {
          if (!((await button.getAttribute('aria-label')) ?? '').startsWith('Stop')) await button.click();
          return begun();
        },
        { interval: 500 },
      )
      .toBe(true);
    return { page, messages };
  }

  /** Waits until the page shows the event with that line. */
  async function shows(page: Page, message: string, late: boolean): Promise<void> {
    const edge = `"late": ${late}, "node": { "message": "${message}" }`;
    await expect
      .poll(async () => (await page.locator('.graphiql-response .view-lines').innerText()).replaceAll(/\s+/g, ' '))
      .toContain(edge);
  }

  test('is given the last lines, shows one of now and one that is late, and is given what follows a cursor', async () => {
    const service = await stand({
      vendors: { one: simulateNemo() },
      tail: { overlapMilliseconds: 30_000 },
      server: { graphiql: true, graceMilliseconds: 20 },
    });
    const { simulation } = service.vendors.one;
    const key = simulation.createJob();
    const job = service.id('one', key);
    const write = (age = 0): string => {
      const lines = fresh(1, age);
      simulation.write(key, lines);
      return lines[0]!.message;
    };
    const subscribers = (count: number) => (): boolean => service.federation.tailStatistics().subscribers === count;

    const first = write();
    const { page, messages } = await run(service.url, subscription(job, 'tail: 10'), subscribers(1));
    await expect.poll(() => messages).toEqual([first]);
    await shows(page, write(), false);
    await shows(page, write(5_000), true);
    await page.close();
    await eventually(subscribers(0), 'the closed page is gone');

    const follower = follow('SSE', service.url, { jobs: [job], tail: 10 });
    await untilAllHave([follower], 3);
    const { cursor } = follower;
    await follower.leave();
    const missed = write();
    const resumed = await run(service.url, subscription(job, `after: "${cursor}"`), subscribers(1));
    await expect.poll(() => resumed.messages).toEqual([missed]);
    const next = write();
    await shows(resumed.page, next, false);
    await polled(service, 3);
    expect(resumed.messages).toEqual([missed, next]);
    await resumed.page.close();
    await eventually(subscribers(0), 'that page is gone, too');
  });
});
