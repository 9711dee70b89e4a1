/**
 * Drives the built chat page in Chromium against the stand-in: takes pictures of each screen in both themes and three
 * sizes, runs axe on them, and checks what only a browser can show (reload, two tabs, a lost receipt, a broken upload,
 * a strict policy on the embedding page). Run from `ui/` after building the page:
 *
 *   node ../src-tauri/crates/server/chat/dev/look.mjs [folder for pictures]
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { standin } from './standin.mjs';

const require = createRequire(join(process.cwd(), 'package.json'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const folder = process.argv[2] ?? join(process.cwd(), '..', 'target', 'chat-pictures');
const browserAt = process.env.CHROMIUM ?? '/usr/bin/chromium';
mkdirSync(folder, { recursive: true });

const listen = (server) => new Promise((done) => server.listen(0, '127.0.0.1', () => done(server.address().port)));
const desk = standin();
const port = await listen(desk.server);
const origin = `http://127.0.0.1:${port}`;

// A plain page of another origin (another host name), with a strict policy of its own.
const site = createServer((request, response) => {
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; script-src ${origin}/chat/embed.js; frame-src ${origin}; style-src 'none'`,
  });
  response.end(`<!doctype html><html lang="fr"><head><meta name="viewport" content="width=device-width"><title>Boutique</title></head><body>
<h1>Maison Alba</h1><p>${'Une page comme une autre. '.repeat(60)}</p><input aria-label="Recherche">
<script src="${origin}/chat/embed.js" data-workspace="alba" data-queue="delivery" data-language="fr" async></script></body></html>`);
});
const siteAt = `http://localhost:${await listen(site)}`;

const dev = async (what, body = {}) =>
  (await fetch(`${origin}/dev/${what}`, { method: 'POST', body: JSON.stringify(body) })).json();
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const browser = await chromium.launch({ executablePath: browserAt, args: flags });
const problems = [];

/** `kept`: a browser that gives frames of other sites a storage of their own; without it they have none. */
async function context({ kept = false, ...options } = {}) {
  const wanted = { viewport: { width: 900, height: 700 }, locale: 'en-GB', ...options };
  const made = kept
    ? await chromium.launchPersistentContext('', { executablePath: browserAt, args: flags, ...wanted })
    : await browser.newContext(wanted);
  made.on('page', (page) => {
    page.on('console', (message) => {
      if (message.type() === 'error' && !/Failed to load resource|WebSocket connection|net::ERR/.test(message.text())) problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(String(error)));
  });
  return made;
}

async function accessible(page, name) {
  const run = async (frame) => {
    await frame.evaluate(axe);
    const { violations } = await frame.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } }));
    for (const one of violations) problems.push(`axe ${name}: ${one.id} ${one.nodes.map((node) => node.target.join(' ')).join(', ')}`);
  };
  // axe is put in by the debugger, past the page's policy.
  await run(page.mainFrame());
}

async function picture(page, name, check = true) {
  await wait(120);
  await page.screenshot({ path: join(folder, `${name}.png`) });
  if (check) await accessible(page, name);
}

/** An uncompressed little painting, so that there is a picture to send. */
function painting(width, height) {
  const rows = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = y * (width * 3 + 1) + 1 + x * 3;
      const hill = y > height * (0.62 + 0.12 * Math.sin(x / 37));
      rows[at] = hill ? 96 : 226 - y / 4;
      rows[at + 1] = hill ? 122 : 206 - y / 6;
      rows[at + 2] = hill ? 92 : 176 + y / 5;
    }
  }
  const crcTable = Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    return c >>> 0;
  });
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    let crc = 0xffffffff;
    for (const byte of body) crc = crcTable[(crc ^ byte) & 255] ^ (crc >>> 8);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE((crc ^ 0xffffffff) >>> 0, body.length + 4);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

const png = { name: 'parcel at the door.png', mimeType: 'image/png', buffer: painting(480, 320) };
const pdf = { name: 'a very long name of an invoice that does not fit anywhere 2026.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 not really') };

async function screens(look, options, lang) {
  const made = await context(options);
  const page = await made.newPage();
  const at = `${origin}/chat?workspace=alba&lang=${lang}`;
  await dev('world', { open: true });
  await page.goto(at);
  await page.getByRole('heading', { level: 2 }).waitFor();
  await picture(page, `${look}-1-welcome`);
  await page.getByLabel(lang === 'fr' ? 'Comment pouvons-nous' : 'What may we call').fill('Léa Bernard');
  await page.getByLabel(lang === 'fr' ? 'Votre e-mail' : 'Your e-mail').fill('lea');
  const message = page.getByLabel(lang === 'fr' ? 'Votre message' : 'Your message');
  await message.fill('Hello, my parcel is marked delivered since Tuesday but I never got it.');
  await message.press('Enter');
  await picture(page, `${look}-2-wrong-email`);
  assert.equal(desk.counters.says, look.says ?? desk.counters.says, 'nothing is sent with an e-mail that cannot be one');
  await page.getByLabel(lang === 'fr' ? 'Votre e-mail' : 'Your e-mail').fill('lea@example.com');
  await message.press('Enter');
  await page.locator('.tail-card.queue').waitFor();
  await picture(page, `${look}-3-waiting`);
  await dev('queue', { position: 1 });
  await dev('state', { phase: 'open', advisor: 'Inès Keller' });
  await dev('state', { seen_by_advisor: 99 });
  await dev('line', { text: 'Hi Léa, I am sorry, that is worrying. I can see 48-2291 was scanned at your building’s reception on Tuesday at 10:41.' });
  await dev('line', { text: 'Could you check with them while I ask the carrier? Details: https://www.example.com/help/delivered-not-received.' });
  await page.locator('input[type=file]').setInputFiles([png, pdf]);
  await page.locator('.tray .chip').nth(1).waitFor();
  await message.fill('Nobody told me! This is the door, nothing there.');
  await picture(page, `${look}-4-attaching`);
  await message.press('Enter');
  await page.locator('.picture img[src^=blob]').waitFor();
  await dev('typing', { ms: 6_000 });
  await page.locator('.typing').waitFor();
  await picture(page, `${look}-5-talking`);
  await page.getByRole('button', { name: lang === 'fr' ? /Image/ : /Picture/ }).click();
  await page.locator('dialog.lightbox').waitFor();
  await picture(page, `${look}-6-picture`);
  await page.keyboard.press('Escape');
  await dev('world', { posts: 0, refuseDials: true });
  await dev('drop');
  await message.fill('Is somebody still there?');
  await message.press('Enter');
  await wait(3_200);
  await picture(page, `${look}-7-line-down`);
  await dev('world', { posts: 200, refuseDials: false });
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await page.locator('.banner').waitFor({ state: 'hidden' });
  const { visitor } = await dev('look');
  assert.equal(visitor.said.filter((text) => text === 'Is somebody still there?').length, 1, 'sent once');
  assert.equal(visitor.email, 'lea@example.com');
  assert.ok(visitor.typed >= 1, 'the advisor is told that somebody writes');
  await page.getByRole('button', { name: lang === 'fr' ? 'Terminer' : 'End chat' }).click();
  await page.locator('dialog.confirm').waitFor();
  await picture(page, `${look}-8-confirm`);
  await dev('asks', { asks: look.includes('mobile') ? 'nps' : look.includes('dark') ? 'ces' : 'csat' });
  await page.locator('dialog.confirm .main').click();
  await page.locator('form.score').waitFor();
  await page.locator('.answer label').nth(3).click();
  await page.locator('#score-comment').fill('Quick and kind.');
  await picture(page, `${look}-9-score`);
  await page.locator('form.score .main').click();
  await page.locator('.tail-card.thanks').waitFor();
  await picture(page, `${look}-10-thanks`);
  const after = await dev('look');
  assert.equal(after.visitor.scores.length, 1, 'the score arrives once');
  assert.equal(after.visitor.scores[0].comment, 'Quick and kind.');
  await made.close();
}

async function away() {
  const made = await context();
  const page = await made.newPage();
  await dev('world', { open: false });
  await page.goto(`${origin}/chat?workspace=alba&lang=en`);
  await page.getByRole('heading', { level: 2 }).waitFor();
  await picture(page, 'away-1-form');
  await page.getByLabel('Your message').fill('Please call my order 48-2291 back into the shop.');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.locator('.tail-card.left').waitFor();
  await picture(page, 'away-2-left');
  await page.reload();
  await page.locator('.tail-card.left').waitFor();
  await dev('world', { open: true });
  await made.close();
}

/** Words that want to be markup, to turn the line round, or to fill the page. */
async function hostile() {
  const made = await context();
  const page = await made.newPage();
  const hits = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith('blob:')) hits.push(request.url());
  });
  await page.goto(`${origin}/chat?workspace=alba&lang=en`);
  const message = page.getByLabel('Your message');
  await message.fill('<img src=http://127.0.0.2:9/canary onerror=alert(1)><script>alert(2)</script>');
  await message.press('Enter');
  await page.locator('.line').first().waitFor();
  await dev('state', { phase: 'open', advisor: '<b>Inès</b> \u202Eretsella' });
  for (const text of [
    'invoice\u202Efdp.exe and \u2066isolated',
    'javascript:alert(1) data:text/html,x file:///etc/passwd https://user:pass@evil.example/ https://аpple.com/login mailto:help@example.com help@example.org https://ok.example/a_(b).',
    'ẕ̸̡̛̭̪̫̲͎̳͔̓̃̄͌̄̑͆͊̚͠a̷̢̧̛̛̜̻̩͈̟̬̤̐̂̎̄̕͜͝l̷̡̰̳̪͙̦̺̩̙̊̓̉̉̌̈́͌͘g̴̨̛̙͔̘̺̰̥̖̃͆͑̿̏͝ọ̴̡̝̝̻̭̳͛̊̀̊͌̓̆̕͝͝',
    'مرحبا، أين طلبي رقم 48-2291؟ 👩‍👩‍👧‍👦 שלום',
    'w'.repeat(3_000),
    'long '.repeat(20_000),
  ]) await dev('line', { text, from: { from: 'advisor', name: '\u202EInès <i>' } });
  await page.locator('.line').nth(6).waitFor();
  await picture(page, 'hostile-1-end');
  await page.locator('.scroll').evaluate((scroll) => scroll.scrollTo(0, 0));
  await picture(page, 'hostile-2-top');
  assert.equal(await page.locator('.log img, .log script, .log b, .log i').count(), 0, 'no markup came through');
  const links = await page.locator('.log .theirs a').evaluateAll((all) => all.map((a) => [a.getAttribute('href'), a.textContent, a.rel]));
  assert.deepEqual(links.map(([href]) => href), ['https://xn--pple-43d.com/login', 'mailto:help@example.com', 'mailto:help@example.org', 'https://ok.example/a_(b)']);
  assert.ok(links.every(([, , rel]) => rel === 'noopener noreferrer'));
  assert.ok(links[0][1].startsWith('https://xn--'), 'a host in other letters shows what it is');
  assert.equal(await page.locator('.mark').count(), 2);
  const wide = await page.locator('.scroll').evaluate((scroll) => scroll.scrollWidth > scroll.clientWidth);
  assert.equal(wide, false, 'nothing pushes the page wide');
  assert.deepEqual(hits, [], 'nothing was asked from anywhere else');
  await made.close();
}

async function nothingLost() {
  const made = await context();
  const page = await made.newPage();
  await page.goto(`${origin}/chat?workspace=alba&lang=en`);
  const message = page.getByLabel('Your message');
  await message.waitFor();
  // A receipt that never comes.
  await dev('world', { loseReceipts: 2 });
  await message.fill('receipt lost');
  await message.press('Enter');
  await page.locator('.line .state', { hasText: 'Sent' }).waitFor();
  // A draft and two unsent lines over a reload.
  await dev('world', { posts: 0 });
  await message.fill('unsent one');
  await message.press('Enter');
  await message.fill('unsent two');
  await message.press('Enter');
  await page.locator('input[type=file]').setInputFiles([{ ...png, buffer: painting(900, 700) }]);
  await message.fill('with a picture');
  await page.locator('.tray progress').waitFor({ state: 'hidden' });
  await message.press('Enter');
  await message.fill('half a thought');
  await wait(500);
  await page.reload();
  await page.locator('.line', { hasText: 'unsent two' }).waitFor();
  assert.equal(await message.inputValue(), 'half a thought', 'the draft is there again');
  const other = await made.newPage();
  await other.goto(`${origin}/chat?workspace=alba&lang=en`);
  await other.locator('.line', { hasText: 'unsent two' }).waitFor();
  await other.getByLabel('Your message').fill('from the other tab');
  await other.getByLabel('Your message').press('Enter');
  await page.locator('.line', { hasText: 'from the other tab' }).waitFor();
  await dev('world', { posts: 200 });
  await wait(100);
  await other.evaluate(() => dispatchEvent(new Event('online')));
  await page.locator('.line .picture img[src^=blob]').waitFor();
  for (const tab of [page, other]) await tab.waitForFunction(() => document.querySelector('.line.pending') === null);
  const { visitor, visitors } = await dev('look');
  assert.deepEqual(visitor.said, ['receipt lost', 'unsent one', 'unsent two', 'with a picture', 'from the other tab']);
  const order = (tab) => tab.locator('.line .body').allTextContents();
  assert.deepEqual(await order(page), await order(other));
  // An upload whose line breaks twice in the middle.
  await dev('world', { uploads: 2 });
  const large = Buffer.alloc(3_500_000, 7);
  await page.locator('input[type=file]').setInputFiles([{ name: 'large.bin', mimeType: 'application/octet-stream', buffer: large }]);
  await message.fill('large file');
  await message.press('Enter');
  await page.locator('.line button.chip', { hasText: 'large' }).waitFor({ timeout: 20_000 });
  const stored = [...desk.blobs.values()].find((blob) => blob.attachment?.name === 'large.bin');
  assert.equal(stored.bytes.length, large.length, 'whole, once');
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('.line button.chip', { hasText: 'large' }).click()]);
  assert.equal(download.suggestedFilename(), 'large.bin');
  const [transcript] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save transcript' }).click()]);
  assert.match(transcript.suggestedFilename(), /^chat-.*\.txt$/);
  // Files that may not go.
  await page.locator('input[type=file]').setInputFiles([{ name: 'empty.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) }]);
  await page.locator('.note').waitFor();
  assert.match(await page.locator('.note').textContent(), /empty/);
  await page.locator('input[type=file]').setInputFiles(Array.from({ length: 11 }, (_, n) => ({ name: `${n}.txt`, mimeType: 'text/plain', buffer: Buffer.from(`n${n}`) })));
  await page.locator('.note', { hasText: '10 files' }).waitFor();
  assert.equal(await page.locator('.tray .chip').count(), 10);
  // Paste.
  await page.locator('.tray .chip button').first().click();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(['pasted'], 'pasted.txt', { type: 'text/plain' }));
    document.querySelector('#message').dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await page.locator('.tray', { hasText: 'pasted' }).waitFor();
  // Drop.
  await page.locator('.tray .chip button').first().click();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(['dropped'], 'dropped.txt', { type: 'text/plain' }));
    const chat = document.querySelector('.chat');
    chat.dispatchEvent(new DragEvent('dragover', { dataTransfer: data, bubbles: true, cancelable: true }));
    if (!chat.classList.contains('dropping')) throw new Error('no sign of dropping');
    chat.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  });
  await page.locator('.tray', { hasText: 'dropped' }).waitFor();
  await picture(page, 'files');
  assert.equal(visitors >= 1, true);
  await made.close();
}

async function embedded(look, options) {
  const made = await context({ locale: 'fr-FR', ...options });
  const page = await made.newPage();
  await page.goto(siteAt);
  // The shadow root is closed, so the keyboard finds the button: field, then button.
  await wait(600);
  await page.screenshot({ path: join(folder, `${look}-1-closed.png`) });
  const globals = await page.evaluate(() => Object.keys(window).filter((name) => /loopdesk/i.test(name)));
  assert.deepEqual(globals, ['Loopdesk']);
  assert.deepEqual(await page.evaluate(() => Object.keys(window.Loopdesk)), ['open', 'close', 'identify']);
  await page.locator('input').focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement !== document.body);
  const chat = () => page.frames().find((one) => one.url().startsWith(origin));
  while (!chat()) await wait(50);
  await chat().getByRole('heading', { level: 2 }).waitFor();
  assert.ok(!chat().url().includes('host='), 'what was behind the # is gone from the address');
  await wait(300);
  await page.screenshot({ path: join(folder, `${look}-2-open.png`) });
  await accessible({ mainFrame: () => chat() }, look);
  const message = chat().getByLabel('Votre message');
  await message.fill('Bonjour, où est ma commande ?');
  await message.press('Enter');
  await chat().locator('.tail-card.queue').waitFor();
  await dev('state', { phase: 'open', advisor: 'Amir Saidi' });
  await dev('line', { text: 'Bonjour, je regarde tout de suite.', from: { from: 'advisor', name: 'Amir Saidi' } });
  await chat().locator('.log .line.theirs').waitFor();
  await wait(300);
  await page.screenshot({ path: join(folder, `${look}-3-talking.png`) });
  // Escape inside the frame closes it; news then count on the button.
  await message.press('Escape');
  await wait(200);
  await dev('line', { text: 'Elle part aujourd’hui.', from: { from: 'advisor', name: 'Amir Saidi' } });
  await dev('line', { text: 'Vous la recevez demain.', from: { from: 'advisor', name: 'Amir Saidi' } });
  await wait(500);
  await page.screenshot({ path: join(folder, `${look}-4-news.png`) });
  const { visitor } = await dev('look');
  assert.equal(visitor.seen, 2, 'what is hidden is not seen');
  // Another page of the site: closed stays closed, the news are known again.
  await page.reload();
  await wait(1_200);
  await page.screenshot({ path: join(folder, `${look}-5-next-page.png`) });
  await page.evaluate(() => window.Loopdesk.open());
  while (!chat()) await wait(50);
  await chat().locator('.line', { hasText: 'demain' }).waitFor();
  await wait(400);
  assert.equal((await dev('look')).visitor.seen > 2, true, 'opened is seen');
  await page.evaluate(() => window.Loopdesk.identify({ account: 'A-77', name: 'Chloé Roy', until: 4102444800, signature: 'ab'.repeat(32) }));
  await wait(400);
  assert.equal((await dev('look')).visitor.signed?.account, 'A-77');
  await page.evaluate(() => window.Loopdesk.identify(null));
  await chat().getByRole('heading', { level: 2 }).waitFor();
  assert.equal(await chat().locator('.log .line').count(), 0, 'who signed out leaves nothing behind');
  await made.close();
}

const dark = { colorScheme: 'dark' };
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
const only = process.env.ONLY?.split(',');
const steps = {
  light: () => screens('desktop-light', {}, 'en'),
  dark: () => screens('desktop-dark', dark, 'fr'),
  mobile: async () => {
    await screens('mobile-light', { ...phone, hasTouch: false, isMobile: false }, 'fr');
    await screens('mobile-dark', { ...phone, ...dark, hasTouch: false, isMobile: false }, 'en');
  },
  away,
  hostile,
  lost: nothingLost,
  embed: async () => {
    await embedded('embed-light', {});
    await embedded('embed-dark', dark);
    await embedded('embed-kept', { kept: true });
    await embedded('embed-mobile', { viewport: { width: 390, height: 844 } });
  },
};
try {
  for (const [name, step] of Object.entries(steps)) {
    if (only && !only.includes(name)) continue;
    const before = Date.now();
    await step();
    console.log(`${name}: ${((Date.now() - before) / 1000).toFixed(1)} s`);
  }
} finally {
  await browser.close();
  desk.server.closeAllConnections();
  desk.server.close();
  site.close();
}
for (const problem of new Set(problems)) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
