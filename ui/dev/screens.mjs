// Every screen that is looked at: how the stand-in begins, and what the reader then does.

const wait = (ms) => (page) => page.waitForTimeout(ms);
const key = (keys) => async (page) => { await page.keyboard.press(keys); await page.waitForTimeout(120); };
const many = (...steps) => async (page) => { for (const step of steps) await step(page); };
const type = (text) => async (page) => { await page.keyboard.type(text); await page.waitForTimeout(250); };
const click = (role, name) => async (page) => { await page.getByRole(role, { name }).first().click(); await page.waitForTimeout(200); };
const loop = (words) => async (page) => { await page.locator('[data-pane="list"] [data-row]', { hasText: words }).first().click(); await page.waitForTimeout(150); };
const go = (keys, ...steps) => many(key(keys), wait(300), ...steps);

export const screens = [
  { name: 'desk', query: '' },
  { name: 'desk-typing', query: '', then: many(key('Alt+r'), type('I have just spoken with the depot, L')) },
  { name: 'desk-note', query: '', then: many(key('Alt+n'), type('Could you have a look, @am')) },
  { name: 'desk-macro', query: '', then: many(key('Alt+r'), type('/')) },
  { name: 'desk-handover', query: '', then: key('Alt+h') },
  { name: 'desk-reason', query: '', then: key('Alt+w') },
  { name: 'desk-snooze', query: '', then: key('Alt+s') },
  { name: 'desk-transfer', query: '', then: key('Alt+t') },
  { name: 'desk-more', query: '', then: key('Alt+m') },
  { name: 'desk-end', query: '', then: many(key('Alt+m'), click('menuitem', 'End it…')) },
  { name: 'desk-link', query: '', then: many(key('Alt+m'), click('menuitem', 'Link to a customer…'), type('omar')) },
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
  { name: 'desk-colleague', query: 'open=c-amirs' },
  { name: 'desk-offline', query: 'scene=offline&open=c-omar' },
  { name: 'desk-reconnecting', query: 'scene=reconnecting' },
  { name: 'desk-crowd', query: 'scene=crowd', then: wait(600) },
  { name: 'desk-fr', query: 'lang=fr' },
  { name: 'desk-fr-wrapup', query: 'lang=fr&open=c-margaux' },
  { name: 'desk-fr-offline', query: 'lang=fr&scene=offline&open=c-omar' },
  { name: 'desk-wide', query: '', size: [1920, 1080] },
  { name: 'desk-narrow', query: '', size: [1000, 740] },
  { name: 'desk-narrow-customer', query: '', size: [1000, 740], then: key('Alt+c') },
  { name: 'desk-smallest', query: 'lang=fr', size: [880, 560] },
  { name: 'empty', query: 'scene=empty' },
  { name: 'empty-away', query: 'scene=empty', then: key('Control+Shift+3') },
  { name: 'attention', query: 'scene=attention', then: key('Alt+q') },
  { name: 'attention-offline', query: 'scene=offline', then: key('Alt+q') },
  { name: 'attention-waiting', query: 'scene=offline', then: many(key('Alt+q'), async (page) => { await page.locator('dialog section').last().scrollIntoViewIfNeeded(); await page.locator('dialog li').last().scrollIntoViewIfNeeded(); await page.waitForTimeout(150); }) },
  { name: 'attention-fr', query: 'lang=fr&scene=offline', then: key('Alt+q') },
  { name: 'palette', query: '', then: key('Control+k') },
  { name: 'palette-search', query: '', then: many(key('Control+k'), type('blan')) },
  { name: 'palette-none', query: '', then: many(key('Control+k'), type('zzzz')) },
  { name: 'help', query: '', then: key('F1') },
  { name: 'followups', query: '', then: go('Control+2') },
  { name: 'followups-none', query: 'scene=empty', then: go('Control+2') },
  { name: 'followups-offline', query: 'scene=offline', then: go('Control+2') },
  { name: 'followups-fr', query: 'lang=fr', then: go('Control+2') },
  { name: 'followups-changed', query: 'scene=offline', then: go('Control+2', loop('Switch on delivery'), wait(300)) },
  { name: 'followups-said', query: 'scene=offline', then: go('Control+2', loop('Call Léa'), wait(300), async (page) => { await page.locator('.detail').evaluate((node) => node.scrollTo(0, 9_999)); await page.waitForTimeout(100); }) },
  { name: 'followups-team', query: 'scene=offline', then: go('Control+2', key('Alt+2'), loop('Take back the store'), wait(300)) },
  ...['outcome:Take back', 'due:Ring the courier', 'status:Confirm the new card', 'priority:Check the exchange', 'cause:Ask the depot for the second', 'title:Call Léa on Thursday', 'note:Give back the delivery', 'hostile:Bold'].flatMap((one) => {
    const [field, words] = one.split(':');
    const steps = [loop(words), wait(300)];
    return [
      { name: `conflict-${field}`, query: 'scene=conflicts', then: go('Control+2', ...steps) },
      ...(field === 'title' ? [{ name: 'conflict-before', query: 'scene=conflicts', then: go('Control+2', ...steps, async (page) => { await page.locator('summary').first().click(); await page.waitForTimeout(150); }) }] : []),
      ...(field === 'due' || field === 'note' ? [{ name: `conflict-fr-${field}`, query: 'lang=fr&scene=conflicts', then: go('Control+2', ...steps) }] : []),
    ];
  }),
  { name: 'conflict-settled', query: 'scene=conflicts', then: go('Control+2', key('3'), wait(200)) },
  { name: 'conflict-narrow', query: 'lang=fr&scene=conflicts', size: [1000, 740], then: go('Control+2') },
  { name: 'supervise', query: '', then: go('Control+3') },
  { name: 'supervise-reassign', query: '', then: go('Control+3', click('button', /^Reassign/)) },
  { name: 'library', query: '', then: go('Control+4') },
  { name: 'library-macro', query: '', then: go('Control+4', async (page) => { await page.locator('[data-pane="list"] .row', { hasText: 'Depot confirms' }).click(); await page.waitForTimeout(200); }) },
  { name: 'library-reader', query: 'scene=advisor', then: go('Control+4', async (page) => { await page.locator('[data-pane="list"] .row').first().click(); await page.waitForTimeout(200); }) },
  { name: 'settings', query: '', then: go('Control+,') },
  { name: 'settings-shortcuts', query: '', then: go('Control+,', click('link', 'Shortcuts'), click('button', /^Show all shortcuts/), key('Control+k')) },
  { name: 'settings-workspaces', query: '', then: go('Control+,', click('link', 'Workspaces')) },
  { name: 'settings-practice', query: '', then: go('Control+,', click('link', 'Practice customers')) },
  { name: 'settings-fr', query: 'lang=fr', then: go('Control+,') },
  { name: 'opening', query: 'scene=opening' },
  { name: 'locked', query: 'scene=locked' },
  { name: 'signed-out', query: 'scene=signed_out' },
  { name: 'signing-in', query: 'scene=signing_in' },
];
