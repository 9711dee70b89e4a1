// Pictures of the main screens, in both themes and two sizes, and the axe rules over each of them.
//   npm run shots                 all of them
//   npm run shots -- desk palette only those whose name begins so
//   npm run shots -- --fast       one size, no axe

import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch } from './browser.mjs';
import { demo } from './serve.mjs';

const out = join(dirname(fileURLToPath(import.meta.url)), '../../target/shots');
const args = process.argv.slice(2);
const fast = args.includes('--fast');
const wanted = args.filter((arg) => !arg.startsWith('--'));
const sizes = fast ? [[1440, 900]] : [[1280, 800], [1440, 900]];
const themes = ['light', 'dark'];

const key = (keys) => async (page) => { await page.keyboard.press(keys); await page.waitForTimeout(120); };
const many = (...steps) => async (page) => { for (const step of steps) await step(page); };
const type = (text) => async (page) => { await page.keyboard.type(text); await page.waitForTimeout(250); };
const click = (role, name) => async (page) => { await page.getByRole(role, { name }).first().click(); await page.waitForTimeout(200); };

const screens = [
  { name: 'desk', query: '' },
  { name: 'desk-typing', query: '', then: many(key('Alt+r'), type('I have just spoken with the depot, L')) },
  { name: 'desk-note', query: '', then: many(key('Alt+n'), type('Could you have a look, @am')) },
  { name: 'desk-macro', query: '', then: many(key('Alt+r'), type('/')) },
  { name: 'desk-handover', query: '', then: key('Alt+h') },
  { name: 'desk-reason', query: '', then: key('Alt+w') },
  { name: 'desk-snooze', query: '', then: key('Alt+s') },
  { name: 'desk-transfer', query: '', then: key('Alt+t') },
  { name: 'desk-presence', query: '', then: key('Alt+p') },
  { name: 'desk-emoji', query: '', then: key('Alt+e') },
  { name: 'desk-add-loop', query: '', then: key('Alt+f') },
  { name: 'desk-undo', query: 'open=c-omar', then: many(key('Alt+r'), type('A pair in 32 is kept for you at the station shop until Friday.'), key('Enter')) },
  { name: 'desk-resolved', query: 'open=c-sofia', then: key('Control+Enter') },
  { name: 'desk-wrapup', query: 'open=c-margaux' },
  { name: 'desk-visitor', query: 'open=c-visitor' },
  { name: 'desk-rtl', query: 'open=c-yusuf' },
  { name: 'desk-hostile', query: 'open=c-hostile' },
  { name: 'desk-long', query: 'open=c-long', then: async (page) => { await page.locator('.scroller').evaluate((node) => node.scrollBy(0, -700)); await page.waitForTimeout(300); } },
  { name: 'desk-past', query: 'open=c-lea-old' },
  { name: 'desk-offline', query: 'scene=offline&open=c-omar' },
  { name: 'desk-reconnecting', query: 'scene=reconnecting' },
  { name: 'desk-fr', query: 'lang=fr' },
  { name: 'desk-narrow', query: '', size: [1000, 740] },
  { name: 'desk-narrow-customer', query: '', size: [1000, 740], then: key('Alt+c') },
  { name: 'empty', query: 'scene=empty' },
  { name: 'attention', query: 'scene=attention', then: key('Alt+q') },
  { name: 'palette', query: '', then: key('Control+k') },
  { name: 'palette-search', query: '', then: many(key('Control+k'), type('blan')) },
  { name: 'help', query: '', then: key('F1') },
  { name: 'followups', query: '', then: many(key('Control+2'), async (page) => page.waitForTimeout(300)) },
  { name: 'followups-offline', query: 'scene=offline', then: many(key('Control+2'), async (page) => page.waitForTimeout(300)) },
  { name: 'followups-fr', query: 'lang=fr', then: many(key('Control+2'), async (page) => page.waitForTimeout(300)) },
  { name: 'supervise', query: '', then: many(key('Control+3'), async (page) => page.waitForTimeout(300)) },
  { name: 'library', query: '', then: many(key('Control+4'), async (page) => page.waitForTimeout(300)) },
  { name: 'library-macro', query: '', then: many(key('Control+4'), async (page) => { await page.waitForTimeout(300); await page.locator('.list .row', { hasText: 'Depot confirms' }).click(); await page.waitForTimeout(200); }) },
  { name: 'settings', query: '', then: many(key('Control+,'), async (page) => page.waitForTimeout(300)) },
  { name: 'settings-shortcuts', query: '', then: many(key('Control+,'), click('link', 'Shortcuts')) },
  { name: 'settings-workspaces', query: '', then: many(key('Control+,'), click('link', 'Workspaces')) },
  { name: 'settings-practice', query: '', then: many(key('Control+,'), click('link', 'Practice customers')) },
  { name: 'settings-fr', query: 'lang=fr', then: many(key('Control+,'), async (page) => page.waitForTimeout(300)) },
  { name: 'opening', query: 'scene=opening' },
  { name: 'locked', query: 'scene=locked' },
  { name: 'signed-out', query: 'scene=signed_out' },
  { name: 'signing-in', query: 'scene=signing_in' },
].filter((screen) => wanted.length === 0 || wanted.some((name) => screen.name.startsWith(name)));

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
await mkdir(out, { recursive: true });
const server = await demo({ build: !args.includes('--no-build') });
const browser = await launch();
let bad = 0;

try {
  for (const theme of themes) {
    for (const screen of screens) {
      for (const [width, height] of screen.size ? [screen.size] : sizes) {
        const page = await browser.newPage({ viewport: { width, height } });
        const said = [];
        page.on('console', (message) => ['error', 'warning'].includes(message.type()) && said.push(message.text()));
        page.on('pageerror', (error) => said.push(String(error)));
        await page.clock.setFixedTime(new Date(2026, 10, 24, 14, 6, 40));
        await page.goto(`${server.url}?theme=${theme}&${screen.query}`);
        await page.waitForFunction(() => !document.querySelector('#app > .boot[aria-hidden]'));
        await page.evaluate(() => document.fonts.ready);
        await page.waitForTimeout(150);
        await screen.then?.(page);
        const name = `${screen.name}-${theme}-${width}.png`;
        await page.screenshot({ path: join(out, name) });
        if (!fast) {
          // The policy forbids scripts of others in the page; axe comes in through the debugger instead.
          await page.evaluate(axe);
          const found = await page.evaluate(() => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }));
          for (const rule of found.violations) {
            bad += 1;
            console.log(`${name}: ${rule.id} (${rule.impact}) ${rule.help}`);
            for (const node of rule.nodes.slice(0, 4)) console.log(`    ${node.html.slice(0, 160)}\n    ${node.failureSummary?.split('\n')[1] ?? ''}`);
          }
        }
        for (const line of said) { bad += 1; console.log(`${name}: ${line.slice(0, 300)}`); }
        await page.close();
      }
    }
  }
} finally {
  await browser.close();
  server.close();
}
console.log(`${screens.length} screens into ${out}; ${bad} complaints`);
process.exitCode = bad > 0 ? 1 : 0;
