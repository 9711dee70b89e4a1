import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeTime, lastCall, pass, stage, type Stage } from '../../dev/with-standin';
import type { Home, Push } from '../ipc/types';
import { StandIn } from '../../dev/standin';
import { clock } from './clock.svelte';
import { Desk } from './desk.svelte';

async function homeOf(standin: StandIn): Promise<Home> {
  const start = (await standin.call('app.start', {})) as { gate: { gate: 'ready'; home: Home } };
  return start.gate.home;
}

describe('the desk', () => {
  let at: Stage;

  beforeEach(async () => {
    fakeTime();
    at = await stage();
  });
  afterEach(() => {
    clock.setAhead(0);
    vi.useRealTimers();
  });

  it('shows everything from one answer', () => {
    expect(at.desk.gate).toBe('ready');
    expect(at.desk.team.me.name).toBe('Inès Kaddour');
    expect(at.desk.queue.yours.rows.length).toBeGreaterThan(3);
    expect(at.desk.open?.header.customer_name).toBe('Léa Bernard');
    expect(at.desk.selected).toBe('c-lea');
  });

  it('loses nothing that is pushed before the first answer', async () => {
    const standin = new StandIn('day');
    standin.install();
    const desk = new Desk();
    const started = desk.start();
    standin.push({ view: 'follow_up_counts', counts: { mine: 7, due: 6, team: 5, waiting: 4 } });
    await started;
    await pass();
    expect(desk.followUps.counts.mine).toBe(7);
  });

  it('marks the row at once and shows the conversation when it comes', async () => {
    const shown = at.desk.show('c-omar');
    expect(at.desk.selected).toBe('c-omar');
    expect(at.desk.open?.id).toBe('c-lea');
    await shown;
    expect(at.desk.open?.id).toBe('c-omar');
  });

  it('shows the last one that was asked for, whichever answers last', async () => {
    await Promise.all([at.desk.show('c-omar'), at.desk.show('c-sofia'), at.desk.show('c-yusuf')]);
    expect(at.desk.open?.id).toBe('c-yusuf');
    expect(at.desk.selected).toBe('c-yusuf');
  });

  it('keeps what is pushed for a conversation while its first answer is under way', async () => {
    const shown = at.desk.show('c-omar');
    at.desk.take([{ view: 'suggestions', conversation: 'c-omar', items: [{ id: 's', text: 'x', source: 'macro', title: '', because: [], rest: null, in_ten: null, taken: 0 }] }]);
    await shown;
    expect(at.desk.open?.suggestions).toHaveLength(1);
  });

  it('drops what is pushed for a conversation that is not open', () => {
    at.desk.take([{ view: 'closed', conversation: 'c-omar' }]);
    expect(at.desk.open?.closed).toBe(false);
  });

  it('goes back to the open one when the next one cannot be shown, and says why', async () => {
    await at.desk.show('c-nobody');
    expect(at.desk.selected).toBe('c-lea');
    expect(at.desk.notices.list.at(-1)?.text).toContain('not there');
  });

  it('writes drafts down before it leaves a conversation', async () => {
    at.desk.open?.draft.write('not yet sent');
    at.desk.leaving.add(() => void at.desk.open?.draft.flush());
    await at.desk.show('c-omar');
    expect(lastCall(at.standin, 'draft.save')?.draft.reply).toBe('not yet sent');
  });

  it('keeps what is typed and where the reader stands when the same desk comes again whole', async () => {
    const before = at.desk.open;
    at.desk.open?.draft.write('still typing');
    at.desk.take([{ view: 'gate', gate: { gate: 'ready', home: await homeOf(at.standin) } }]);
    expect(at.desk.open).toBe(before);
    expect(at.desk.open?.draft.reply).toBe('still typing');
  });

  it('forgets everything of a workspace that is closed', async () => {
    at.desk.page = 'follow_ups';
    at.desk.take([{ view: 'gate', gate: { gate: 'signed_out', waiting: true } }]);
    expect([at.desk.gate, at.desk.waitingForBrowser, at.desk.open, at.desk.page]).toEqual(['signed_out', true, null, 'desk']);
    expect(at.desk.queue.yours.rows).toHaveLength(0);
  });

  it('counts on the service’s clock', () => {
    const connection = { ...at.desk.connection, ahead: 90_000 };
    at.desk.take([{ view: 'connection', connection }]);
    expect(clock.now - Date.now()).toBe(90_000);
  });

  it('goes where a notification leads', async () => {
    at.desk.page = 'settings';
    at.desk.take([{ view: 'go', to: { place: 'conversation', id: 'c-omar' } }]);
    await pass();
    expect([at.desk.page, at.desk.open?.id]).toEqual(['desk', 'c-omar']);
    at.desk.take([{ view: 'go', to: { place: 'follow_ups' } }]);
    expect(at.desk.page).toBe('follow_ups');
  });

  it('shows a changed setting at once and takes it back when it could not be kept', async () => {
    at.standin.failing.set('app.settings', 'not_saved');
    const changed = at.desk.change({ zoom: 150 });
    expect(at.desk.settings.zoom).toBe(150);
    await changed;
    expect(at.desk.settings.zoom).toBe(100);
    expect(at.desk.notices.list.at(-1)?.text).toContain('disk');
  });

  it('puts every toast of the desk into words', () => {
    const toasts: Push[] = [
      { view: 'toast', toast: { toast: 'missed_offer', customer_name: 'A' } },
      { view: 'toast', toast: { toast: 'silent', customer_name: 'B', conversation: 'c-omar' } },
      { view: 'toast', toast: { toast: 'requeued', customer_name: 'C' } },
      { view: 'toast', toast: { toast: 'arrived', customer_name: 'D', conversation: 'c-omar' } },
      { view: 'toast', toast: { toast: 'file_saved', path: '/x' } },
    ];
    const said = toasts.map((push) => {
      at.desk.take([push]);
      return at.desk.notices.list.at(-1)?.text;
    });
    expect(new Set(said).size).toBe(5);
    expect(said.every((text) => text && text.length > 3)).toBe(true);
  });
});

describe('notices', () => {
  let at: Stage;
  beforeEach(async () => {
    fakeTime();
    at = await stage();
  });

  it('go away by themselves, later when there is something to choose', async () => {
    at.desk.notices.say('plain');
    at.desk.notices.say('with undo', { undo: () => {} });
    await pass(5_000);
    expect(at.desk.notices.list.map((notice) => notice.text)).toEqual(['with undo']);
    await pass(5_000);
    expect(at.desk.notices.list).toHaveLength(0);
  });

  it('stay while somebody is on them', async () => {
    const id = at.desk.notices.say('read me');
    at.desk.notices.hold(id);
    await pass(60_000);
    expect(at.desk.notices.list).toHaveLength(1);
    at.desk.notices.release(id);
    await pass(5_000);
    expect(at.desk.notices.list).toHaveLength(0);
  });

  it('do not pile up, and the same words stand once', () => {
    for (let i = 0; i < 9; i += 1) at.desk.notices.say(i % 2 ? 'same' : `other ${i}`);
    expect(at.desk.notices.list.length).toBeLessThanOrEqual(4);
    expect(at.desk.notices.list.filter((notice) => notice.text === 'same')).toHaveLength(1);
  });

  it('undo the newest thing first, once', () => {
    const undone: string[] = [];
    at.desk.notices.say('a', { undo: () => undone.push('a') });
    at.desk.notices.say('b', { undo: () => undone.push('b') });
    at.desk.notices.say('nothing to undo');
    at.desk.notices.undoLatest();
    at.desk.notices.undoLatest();
    expect(at.desk.notices.undoLatest()).toBe(false);
    expect(undone).toEqual(['b', 'a']);
  });
});
