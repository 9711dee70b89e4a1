// Every action does something when its keys are pressed where they count. The table has a line for each: an action
// without one fails, and so does one whose keys, or whose entry in the palette, do nothing.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { press, type } from '../../dev/keys';
import { workspace } from '../../dev/demo/people';
import type { Scene } from '../../dev/demo/scenes';
import { countCalls, lastCall, type Stage } from '../../dev/with-standin';
import { composer, dialog, panel, show, text, until } from '../../dev/with-screen';
import type { Choice } from '../ipc/types';
import type { Page } from '../live/desk.svelte';
import { chords, reserved, shown, writes } from '../shared/chord';
import { w, type ActionId } from '../words/words.svelte';
import { actionIds, conflictOf, keysOf, shortcuts } from './shortcuts';

interface Case {
  scene?: Scene;
  open?: string;
  page?: Page;
  /** Brings the reader to where the keys count. */
  before?: (at: Stage) => unknown;
  /** What is so afterwards; asked until it holds. */
  after: (at: Stage) => unknown;
}

const focused = (selector: string) => document.activeElement?.matches(selector) ?? false;
const paneOfFocus = () => document.activeElement?.closest('[data-pane]')?.getAttribute('data-pane');
const set = (at: Stage) => lastCall(at.standin, 'app.settings');
const nine = Array.from({ length: 9 }, (_, i) => ({ id: `end-${i + 1}`, name: `End ${i + 1}` }));
const write = (words: string) => type(composer() as HTMLTextAreaElement, words);

const callPanel = () => document.querySelector('section.call');
const handingOver = () => [...document.querySelectorAll('dialog[open]')].find((one) => text(one.querySelector('h2')).includes('Adèle Fontaine')) ?? null;

const followUps = { page: 'follow_ups' as const, before: () => until(() => document.querySelector('tr.chosen')) };
const library = { page: 'library' as const, before: () => until(() => document.querySelector('[data-pane="list"] .row')) };

function outcome(n: number): Case {
  return {
    open: 'c-margaux',
    before: async (at) => {
      at.desk.take([{ view: 'workspace', workspace: { ...workspace, disposition: nine } }]);
      await until(() => document.querySelectorAll('.outcome').length === 9);
    },
    after: (at) => expect(lastCall(at.standin, 'conversation.wrap_up')).toEqual({ id: 'c-margaux', disposition: `end-${n}` }),
  };
}

function suggestion(n: number): Case {
  return { before: (at) => until(() => at.desk.open?.suggestions.length === 3), after: (at) => expect(composer()?.value).toBe(at.desk.open?.suggestions[n - 1]?.text) };
}

function scope(to: 'mine' | 'team' | 'waiting' | 'done'): Case {
  return {
    ...followUps,
    before: async (at) => {
      await followUps.before();
      if (to === 'mine') await at.desk.followUps.show('team');
    },
    after: (at) => expect(lastCall(at.standin, 'follow_up.show')).toEqual({ scope: to }),
  };
}

function settles(choice: Choice): Case {
  return {
    scene: 'conflicts', page: 'follow_ups',
    before: () => until(() => document.querySelector('.trouble .two')),
    after: (at) => expect(lastCall(at.standin, 'follow_up.settle')).toEqual({ id: 'x-outcome', choice }),
  };
}

function page(to: Page): Case {
  return { page: to === 'desk' ? 'settings' : 'desk', after: (at) => expect([at.desk.page, document.querySelector('main:not([inert] main)') !== null]).toEqual([to, true]) };
}

function scrolls(sign: 1 | -1): Case {
  return {
    before: () => vi.spyOn(Element.prototype, 'scrollBy').mockImplementation(() => {}),
    after: () => expect(Element.prototype.scrollBy).toHaveBeenCalledWith({ top: sign * 595 }),
  };
}

const cases: Record<ActionId, Case> = {
  palette: { after: () => expect([dialog(w().palette.label) !== null, focused('[role="combobox"]')]).toEqual([true, true]) },
  help: { after: () => expect(dialog(w().help.title)).not.toBeNull() },
  undo: {
    before: async (at) => {
      write('too soon');
      press('Enter');
      await until(() => at.desk.open?.timeline.rows.at(-1)?.delivery?.state === 'undo');
    },
    after: (at) => expect([countCalls(at.standin, 'message.undo'), composer()?.value]).toEqual([1, 'too soon']),
  },
  pane_next: { before: () => document.querySelector<HTMLElement>('.rail button')?.focus(), after: () => expect(paneOfFocus()).toBe('queue') },
  pane_previous: { before: () => document.querySelector<HTMLElement>('.rail button')?.focus(), after: () => expect(paneOfFocus()).toBe('customer') },
  theme: { after: (at) => expect([set(at)?.theme, document.documentElement.dataset['theme']]).toEqual(['dark', 'dark']) },
  zoom_in: { after: (at) => expect(set(at)?.zoom).toBe(110) },
  zoom_out: { after: (at) => expect(set(at)?.zoom).toBe(90) },
  zoom_reset: { before: (at) => at.desk.change({ zoom: 150 }), after: (at) => expect(set(at)?.zoom).toBe(100) },
  attention: { scene: 'attention', after: () => expect(text(dialog(w().attention.title))).toContain('a pair in 32') },
  copy_link: {
    before: () => vi.stubGlobal('navigator', { language: 'en', clipboard: { writeText: vi.fn(async () => {}) } }),
    after: (at) => {
      expect(navigator.clipboard.writeText).toHaveBeenCalledWith(at.desk.team.chatLink);
      expect(text()).toContain(w().settings.copiedToast);
    },
  },
  open_chat: { after: (at) => expect(countCalls(at.standin, 'app.open_chat')).toBe(1) },
  quit: { after: (at) => expect(countCalls(at.standin, 'app.quit')).toBe(1) },

  go_desk: page('desk'),
  go_follow_ups: page('follow_ups'),
  go_supervise: page('supervise'),
  go_library: page('library'),
  go_settings: page('settings'),

  presence_menu: { after: () => expect(panel(w().presence.title)?.contains(document.activeElement)).toBe(true) },
  presence_available: { after: (at) => expect(lastCall(at.standin, 'presence.set')).toEqual({ state: 'available', reason: null }) },
  presence_busy: { after: (at) => expect(lastCall(at.standin, 'presence.set')).toEqual({ state: 'busy', reason: null }) },
  presence_away: { after: (at) => expect(lastCall(at.standin, 'presence.set')).toEqual({ state: 'away', reason: null }) },
  presence_finish: { after: (at) => expect(lastCall(at.standin, 'presence.finish')).toEqual({ on: true }) },

  accept: {
    after: (at) => expect([lastCall(at.standin, 'offer.accept'), at.desk.open?.id, focused('[data-composer]')]).toEqual([{ id: 'c-theo' }, 'c-theo', true]),
  },
  decline: { after: (at) => expect([lastCall(at.standin, 'offer.decline'), document.querySelector('.offer')]).toEqual([{ id: 'c-theo' }, null]) },
  take: { after: (at) => expect([lastCall(at.standin, 'offer.accept'), at.desk.open?.id, focused('[data-composer]')]).toEqual([{ id: 'c-w1' }, 'c-w1', true]) },
  next_conversation: { after: (at) => expect(at.desk.open?.id).toBe('c-omar') },
  previous_conversation: { after: (at) => expect(at.desk.open?.id).toBe('c-yusuf') },
  next_owed: { open: 'c-yusuf', after: (at) => expect(at.desk.open?.id).toBe('c-lea') },

  call_mute: { scene: 'call', after: (at) => expect([lastCall(at.standin, 'call.mute'), text(callPanel())]).toEqual([{ id: 'call-1', on: true }, expect.stringContaining(w().call.muted)]) },
  call_hold: { scene: 'call', page: 'follow_ups', after: (at) => expect([lastCall(at.standin, 'call.hold'), text(document.querySelector('.strip'))]).toEqual([{ id: 'call-1', on: true }, expect.stringContaining(w().call.state.held)]) },
  call_hang_up: { scene: 'call', after: (at) => expect([lastCall(at.standin, 'call.hang_up'), at.desk.open?.header.state]).toEqual([{ id: 'call-1' }, 'wrap_up']) },
  call_keypad: { scene: 'call', after: () => expect(panel(w().call.pad)?.contains(document.activeElement)).toBe(true) },
  call_transfer: { scene: 'call_elsewhere', after: () => expect([handingOver() !== null, focused('[data-autofocus]')]).toEqual([true, true]) },
  call_consult: { scene: 'call', after: () => expect(handingOver()?.querySelector<HTMLInputElement>('input[value="ask"]')?.checked).toBe(true) },
  call_back: { scene: 'consult_calling', after: (at) => expect([lastCall(at.standin, 'call.back'), at.desk.phone.of('c-adele')?.consult]).toEqual([{ id: 'call-1' }, null]) },
  call_join: { scene: 'consult_talking', after: (at) => expect([lastCall(at.standin, 'call.confer'), at.desk.phone.of('c-adele')?.consult?.stage]).toEqual([{ id: 'call-1' }, 'joined']) },
  call_complete: { scene: 'consult_talking', after: (at) => expect([lastCall(at.standin, 'call.complete'), text(callPanel())]).toEqual([{ id: 'call-1' }, expect.stringContaining('Handing over to')]) },
  call_go: { scene: 'call_elsewhere', after: (at) => expect([at.desk.open?.id, focused('[data-composer]')]).toEqual(['c-adele', true]) },
  call_dial: { page: 'settings', after: () => expect(dialog(w().call.dialTitle)).not.toBeNull() },

  reply: { before: (at) => at.desk.open?.draft.setMode('note'), after: (at) => expect([at.desk.open?.draft.mode, focused('[data-composer]')]).toEqual(['reply', true]) },
  note: { after: (at) => expect([at.desk.open?.draft.mode, focused('[data-composer]')]).toEqual(['note', true]) },
  transfer: { after: () => expect(dialog(w().dialog.transferTitle)).not.toBeNull() },
  snooze: { after: () => expect(panel(w().dialog.snoozeTitle)?.contains(document.activeElement)).toBe(true) },
  resolve: { after: (at) => expect(lastCall(at.standin, 'conversation.resolve')).toEqual({ id: 'c-lea' }) },
  reopen: { open: 'c-lea-old', after: (at) => expect(lastCall(at.standin, 'conversation.reopen')).toEqual({ id: 'c-lea-old' }) },
  reason: { after: () => expect(panel(w().conversation.reason)?.contains(document.activeElement)).toBe(true) },
  more: { after: () => expect(panel(w().conversation.more)?.contains(document.activeElement)).toBe(true) },
  link: { open: 'c-visitor', after: (at) => expect(lastCall(at.standin, 'conversation.link')).toEqual({ id: 'c-visitor', customer: 'cu-lea' }) },
  link_customer: { after: () => expect(dialog(w().dialog.linkTitle)).not.toBeNull() },
  unlink: {
    open: 'c-visitor',
    before: async (at) => {
      press('Alt+L');
      await until(() => at.desk.open?.header.linked);
    },
    after: (at) => expect(lastCall(at.standin, 'conversation.unlink')).toEqual({ id: 'c-visitor' }),
  },
  end: { after: () => expect(dialog(w().dialog.endTitle)).not.toBeNull() },
  block: { after: () => expect(dialog(w().dialog.blockTitle)).not.toBeNull() },
  unblock: {
    before: async (at) => {
      const { customer } = at.desk.open!;
      at.desk.take([{ view: 'customer', conversation: 'c-lea', card: { ...customer, customer: { ...customer.customer, blocked: true } } }]);
      await until(() => document.querySelector('.alert.bad button'));
    },
    after: (at) => expect(lastCall(at.standin, 'customer.unblock')).toEqual({ id: 'cu-lea' }),
  },
  hand_over: { after: () => expect(text(document.querySelector('.said'))).toContain('I want to speak to somebody.') },
  customer: { before: narrow, after: () => expect(document.querySelector('aside.right.over .customer')).not.toBeNull() },
  add_follow_up: { after: () => expect(focused('form.add input')).toBe(true) },
  newest: {
    open: 'c-long',
    before: () => { (document.querySelector('.scroller') as HTMLElement).scrollTop = 0; },
    after: () => expect(document.querySelector('.scroller')?.scrollTop).toBeGreaterThan(10_000),
  },
  lines_up: scrolls(-1),
  lines_down: scrolls(1),

  send: { before: () => write('On its way.'), after: (at) => expect(lastCall(at.standin, 'message.send')).toMatchObject({ id: 'c-lea', mode: 'reply', text: 'On its way.' }) },
  complete: {
    before: async (at) => {
      await until(() => at.desk.open?.suggestions.length === 3);
      write('I have just');
      await until(() => document.querySelector('.ghost')?.textContent !== '');
    },
    after: (at) => expect(composer()?.value).toBe(at.desk.open?.suggestions[0]?.text),
  },
  suggestion_1: suggestion(1),
  suggestion_2: suggestion(2),
  suggestion_3: suggestion(3),
  macros: { after: (at) => expect([composer()?.value, lastCall(at.standin, 'macro.find')?.text, panel(w().composer.macroListLabel) !== null]).toEqual(['/', '', true]) },
  attach: { before: () => vi.spyOn(HTMLInputElement.prototype, 'click').mockImplementation(() => {}), after: () => expect(HTMLInputElement.prototype.click).toHaveBeenCalledOnce() },
  emoji: { after: () => expect(panel(w().composer.emoji)?.contains(document.activeElement)).toBe(true) },

  outcome_1: outcome(1),
  outcome_2: outcome(2),
  outcome_3: outcome(3),
  outcome_4: outcome(4),
  outcome_5: outcome(5),
  outcome_6: outcome(6),
  outcome_7: outcome(7),
  outcome_8: outcome(8),
  outcome_9: outcome(9),

  scope_mine: scope('mine'),
  scope_team: scope('team'),
  scope_waiting: scope('waiting'),
  scope_done: scope('done'),
  follow_up_done: { ...followUps, after: (at) => expect(lastCall(at.standin, 'follow_up.change')).toEqual({ id: 'fu-0', change: { field: 'status', value: 'done' } }) },
  follow_up_title: { ...followUps, after: () => expect(focused('.title textarea')).toBe(true) },
  settle_mine: settles({ keep: 'mine' }),
  settle_theirs: settles({ keep: 'theirs' }),
  settle_merge: settles({ keep: 'merge', text: 'Exchange in the store on Monday\nRefund in full, a courier collects it' }),
  follow_up_conversation: { ...followUps, after: (at) => expect([at.desk.page, at.desk.open?.id]).toEqual(['desk', 'c-omar']) },

  reassign: {
    page: 'supervise',
    before: async () => {
      (await until(() => document.querySelector<HTMLElement>('[data-pane="advisors"] [data-row]'))).focus();
    },
    after: () => expect(panel(w().supervise.reassignTo('Ben Achterberg'))?.contains(document.activeElement)).toBe(true),
  },

  library_find: { ...library, after: () => expect(focused('input[type="search"]')).toBe(true) },
  new_article: { ...library, after: () => expect([text(document.querySelector('form .head')), focused('form input')]).toEqual([expect.stringContaining(w().library.newArticle), true]) },
  new_macro: { ...library, after: () => expect([text(document.querySelector('form .head')), focused('form input.mono')]).toEqual([expect.stringContaining(w().library.newMacro), true]) },
  library_save: {
    ...library,
    before: async () => {
      (await until(() => document.querySelector<HTMLElement>('[data-pane="list"] .row'))).click();
      type(await until(() => document.querySelector<HTMLInputElement>('.grow input')), 'Another title');
    },
    after: (at) => expect(lastCall(at.standin, 'library.put_article')?.article.title).toBe('Another title'),
  },
};

/** A window that is too narrow for three panes. */
function narrow(): Promise<unknown> {
  const wide = globalThis.matchMedia;
  vi.stubGlobal('matchMedia', (query: string) => ({ ...wide(query), matches: query.includes('max-width') }));
  return Promise.resolve();
}

async function stand(id: ActionId): Promise<Stage> {
  const one = cases[id];
  if (one.before === narrow) await narrow();
  const at = await show(one.scene ?? (one.open === 'c-long' || one.open === 'c-visitor' ? 'full' : 'day'), one.open);
  if (one.page) at.desk.page = one.page;
  await one.before?.(at);
  await new Promise((resolve) => setTimeout(resolve));
  return at;
}

beforeEach(() => localStorage.clear());
afterEach(() => vi.unstubAllGlobals());

const presses = actionIds.flatMap((id) => chords(shortcuts[id].keys).map((chord) => [id, chord] as const));

describe('the keys', () => {
  it('of every action have a case', () => {
    expect(Object.keys(cases).sort()).toEqual([...actionIds].sort());
  });

  it.each(presses)('of %s, %s, do it', async (id, chord) => {
    const at = await stand(id);
    expect(press(chord)).toBe(true);
    await vi.waitFor(() => cases[id].after(at), { interval: 5 });
  });

  it('of two actions never clash, and none are needed for typing', () => {
    for (const [id, chord] of presses) {
      expect([id, chord, conflictOf(id, chord, {})]).toEqual([id, chord, undefined]);
      expect(reserved(chord) && !shortcuts[id].fixed).toBe(false);
    }
  });

  it.each(presses.filter(([, chord]) => writes(chord)))('of %s, %s, rest while somebody types', async (id, chord) => {
    const at = await stand(id);
    const field = composer() as HTMLTextAreaElement;
    field.focus();
    const before = at.standin.calls.length;
    expect(press(chord)).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([at.standin.calls.length, document.activeElement, document.querySelector('dialog[open]')]).toEqual([before, field, null]);
  });

  it('that write nothing go on working while somebody types', async () => {
    await show();
    composer()?.focus();
    press('Alt+T');
    await until(() => dialog(w().dialog.transferTitle));
  });

  it('of a page that lies behind mean nothing: the front one has them', async () => {
    const at = await stand('new_article');
    press('Alt+N');
    await until(() => document.querySelector('form .head'));
    expect([at.desk.open?.draft.mode, at.desk.page]).toEqual(['reply', 'library']);
  });

  it('rest behind a dialog', async () => {
    const at = await show();
    press('?');
    await until(() => dialog(w().help.title));
    expect(press('Ctrl+Enter')).toBe(false);
    expect(countCalls(at.standin, 'conversation.resolve')).toBe(0);
  });

  it('take back what was done last, not only a line', async () => {
    const at = await show();
    press('Ctrl+Enter');
    await until(() => text().includes(w().conversation.resolvedToast));
    press('Alt+Z');
    await until(() => countCalls(at.standin, 'conversation.reopen') === 1);
  });
});

describe('the list of keys', () => {
  it('shows all of them', async () => {
    await show();
    press('?');
    const said = text(await until(() => dialog(w().help.title)));
    for (const id of actionIds) {
      expect(said).toContain(w().action[id]);
      for (const chord of chords(keysOf(id, {}))) expect(said).toContain(shown(chord));
    }
  });
});

describe('the palette', () => {
  const titled = (id: ActionId) =>
    [...document.querySelectorAll<HTMLElement>('#palette-list [role="option"]')].find((one) => one.querySelector('.label')?.textContent === w().action[id]);

  it.each(actionIds.filter((id) => id !== 'palette'))('lists %s where it can be done, and does it', async (id) => {
    const at = await stand(id);
    press('Ctrl+K');
    const field = await until(() => document.querySelector<HTMLInputElement>('#palette-list') && document.querySelector<HTMLInputElement>('dialog [role="combobox"]'));
    type(field as HTMLInputElement, w().action[id]);
    (await until(() => titled(id))).click();
    await vi.waitFor(() => cases[id].after(at), { interval: 5 });
  });

  it('lists nothing that cannot be done', async () => {
    await show('day', 'c-lea-old');
    press('Ctrl+K');
    await until(() => titled('reopen'));
    expect([titled('transfer'), titled('library_save'), titled('outcome_1')]).toEqual([undefined, undefined, undefined]);
  });

  it('says what a numbered action is about', async () => {
    await stand('outcome_3');
    press('Ctrl+K');
    // The list paints a screenful, and the rest when somebody goes there.
    type((await until(() => document.activeElement?.closest('dialog') && document.activeElement)) as HTMLInputElement, w().action.outcome_3);
    expect(text(await until(() => titled('outcome_3') ?? null))).toContain('End 3');
  });
});

describe('keys of one’s own', () => {
  /** Opens the settings and asks for other keys of an action. */
  async function change(id: ActionId, chord: string): Promise<Stage> {
    const at = await show();
    press('Ctrl+,');
    const row = await until(() => [...document.querySelectorAll('[data-pane="settings"] li')].find((one) => one.querySelector('.title')?.textContent === w().action[id]));
    row.querySelector<HTMLElement>('button.keys')?.click();
    await until(() => row.querySelector('.waiting'));
    press(chord);
    await until(() => !document.querySelector('.waiting'));
    return at;
  }

  it('take the place of the built-in ones', async () => {
    const at = await change('transfer', 'Ctrl+Shift+X');
    expect(set(at)?.shortcuts).toEqual({ transfer: 'Ctrl+Shift+X' });
    press('Ctrl+1');
    expect(press('Alt+T')).toBe(false);
    press('Ctrl+Shift+X');
    await until(() => dialog(w().dialog.transferTitle));
  });

  it('are refused when another action has them, until that is meant', async () => {
    const at = await change('transfer', 'Alt+N');
    const refused = await until(() => document.querySelector('[role="alert"].refused'));
    expect(text(refused)).toContain(w().settings.conflict(w().action.note));
    expect(set(at)).toBeUndefined();
    refused.querySelector('button')?.click();
    await until(() => set(at)?.shortcuts);
    expect(set(at)?.shortcuts).toEqual({ note: '', transfer: 'Alt+N' });
  });

  it('may be those of an action of another page', async () => {
    const at = await change('library_find', 'Alt+J');
    expect(set(at)?.shortcuts).toEqual({ library_find: 'Alt+J' });
  });

  it('are never those that typing needs', async () => {
    const at = await change('transfer', 'Space');
    expect(text(document.querySelector('.refused'))).toContain(w().settings.reserved);
    expect(set(at)).toBeUndefined();
  });

  it('can be taken away, and given back', async () => {
    const at = await change('transfer', 'Backspace');
    expect(set(at)?.shortcuts).toEqual({ transfer: '' });
    [...document.querySelectorAll('button')].find((one) => one.textContent?.includes(w().settings.resetAll))?.click();
    await until(() => Object.keys(set(at)?.shortcuts ?? { x: '' }).length === 0);
  });
});
