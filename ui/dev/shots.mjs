// Pictures of the screens in both themes and two sizes, and the rules of axe over each of them.
//   npm run shots                 all of them
//   npm run shots -- desk palette only those whose name begins so
//   npm run shots -- --axe        the rules alone, in one size
//   npm run shots -- --fast       the pictures alone, in one size
//   npm run shots -- --no-build   the page as it was built last

import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch } from './browser.mjs';
import { screens } from './screens.mjs';
import { demo } from './serve.mjs';

const out = join(dirname(fileURLToPath(import.meta.url)), '../../target/shots');
const args = process.argv.slice(2);
const [pictures, rules] = [!args.includes('--axe'), !args.includes('--fast')];
const names = args.filter((arg) => !arg.startsWith('--'));
const wanted = screens.filter((screen) => names.length === 0 || names.some((name) => screen.name.startsWith(name)));
const sizes = pictures && rules ? [[1280, 800], [1440, 900]] : [[1440, 900]];
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
await mkdir(out, { recursive: true });
const server = await demo({ build: !args.includes('--no-build') });
const browser = await launch();
let bad = 0;

/** Opens a screen and brings it to where it is looked at; answers what the page complained of on the way. */
async function open(page, screen, theme) {
  const said = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && said.push(message.text()));
  page.on('pageerror', (error) => said.push(String(error)));
  await page.clock.setFixedTime(new Date(2026, 10, 24, 14, 6, 40));
  await page.goto(`${server.url}?theme=${theme}&${screen.query}`);
  await page.waitForFunction(() => !document.querySelector('#app > .boot[aria-hidden]'));
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(150);
  await screen.then?.(page);
  return said;
}

/** What the rules find. */
async function broken(page) {
  // The policy forbids scripts of others in the page; axe comes in through the debugger instead.
  await page.evaluate(axe);
  const { violations } = await page.evaluate((tags) => axe.run(document, { runOnly: tags }), RULES);
  return violations.map(({ id, impact, help, nodes }) =>
    [`${id} (${impact}) ${help}`, ...nodes.slice(0, 4).map((node) => `    ${node.html.slice(0, 160)}\n    ${node.failureSummary?.split('\n')[1] ?? ''}`)].join('\n'));
}

try {
  for (const theme of ['light', 'dark']) {
    for (const screen of wanted) {
      for (const [width, height] of screen.size ? [screen.size] : sizes) {
        const page = await browser.newPage({ viewport: { width, height } });
        const name = `${screen.name}-${theme}-${width}`;
        const said = await open(page, screen, theme);
        if (pictures) await page.screenshot({ path: join(out, `${name}.png`) });
        if (rules) said.push(...(await broken(page)));
        for (const line of said) console.log(`${name}: ${line.slice(0, 900)}`);
        bad += said.length;
        await page.close();
      }
    }
  }
} finally {
  await browser.close();
  server.close();
}
console.log(`${wanted.length} screens${pictures ? ` into ${out}` : ''}; ${bad} complaints`);
process.exitCode = bad > 0 ? 1 : 0;
