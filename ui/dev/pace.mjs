// How fast the screen is, over the stand-in and without the bridge: `npm run pace`. Quote ratios, not absolutes.

import { launch } from './browser.mjs';
import { demo } from './serve.mjs';

const server = await demo();
const browser = await launch();
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(`${server.url}?scene=full`);
  await page.waitForSelector('[data-composer]');
  await page.waitForTimeout(800);
  const say = (name, spread) => console.log(`${name.padEnd(42)} p50 ${spread.p50} ms, p95 ${spread.p95} ms, max ${spread.max} ms, n ${spread.n}`);
  say('switch, click to painted', await page.evaluate(() => window.pace.switching(60)));
  say('message to painted, 1 a second', await page.evaluate(() => window.pace.arriving(1, 5)));
  say('message to painted, 10 a second', await page.evaluate(() => window.pace.arriving(10, 5)));
  say('message to painted, 50 a second', await page.evaluate(() => window.pace.arriving(50, 5)));
  say('key to painted, quiet', await page.evaluate(() => window.pace.typing(0)));
  say('key to painted, 100 events a second', await page.evaluate(() => window.pace.typing(100)));

  // The same among more than anybody should have: what an event costs must not grow with what is there.
  await page.goto(`${server.url}?scene=crowd&open=c-long`);
  await page.waitForSelector('[data-composer]');
  await page.waitForTimeout(1_500);
  console.log(`10,000 of one's own, 500 waiting: ${await page.evaluate(() => document.querySelectorAll('*').length)} elements in the page`);
  say('switch, click to painted, crowd', await page.evaluate(() => window.pace.switching(30)));
  say('message to painted, 10 a second, crowd', await page.evaluate(() => window.pace.arriving(10, 5)));
  await page.evaluate(() => window.standin.push({ view: 'go', to: { place: 'conversation', id: 'c-long' } }));
  await page.waitForTimeout(500);
  await page.evaluate(() => window.pace.goUp(34));
  say('key to painted, 100 events a second, 2,000 lines', await page.evaluate(() => window.pace.typing(100)));
} finally {
  await browser.close();
  server.close();
}
