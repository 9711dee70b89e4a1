import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { callOffer, callRow, times } from '../../../dev/demo/calls';
import { NO_LINE, type Scene } from '../../../dev/demo/scenes';
import { SOON } from '../../../dev/standin';
import { press, type } from '../../../dev/keys';
import { button, composer, dialog, panel, show, text, until } from '../../../dev/with-screen';
import { countCalls, fakeTime, lastCall, NOW, pass, stage, type Stage } from '../../../dev/with-standin';
import type { CallRow, PhoneState } from '../../ipc/types';
import { clock } from '../../live/clock.svelte';
import { caller, clockOf, dialable, mosOf, soundOf, standingOf, talked } from '../../shared/calls';
import { en } from '../../words/en';
import { fr } from '../../words/fr';
import { w } from '../../words/words.svelte';
import { CallState } from './call.svelte';
import { digitOf } from './digits';
import { Receivers } from './receivers.svelte';

const callPanel = () => document.querySelector('section.call');
const strip = () => document.querySelector('.strip');
const offers = () => [...document.querySelectorAll('.desk .offer')];
const labels = () => [...(callPanel()?.querySelectorAll('.control .word') ?? [])].map((one) => one.textContent);
const handingOver = () => until(() => document.querySelector('dialog[open]'));
const said = () => text(document.querySelector('[data-call-said]'));
const control = (label: string) => button(label, callPanel());

beforeEach(() => localStorage.clear());
afterEach(() => clock.stop());

describe('a call that is held out', () => {
  it('stands before what is written, says who and from where, and is said aloud', async () => {
    await show('call_offered');
    const [first, second] = offers();
    for (const part of [w().call.incoming, 'Adèle Fontaine', '+33 6 39 98 14 07', 'Delivery', 'Parcel not received', '0:48']) expect(text(first ?? null)).toContain(part);
    expect(text(second ?? null)).toContain('Théo Martin');
    expect(said()).toContain('Adèle Fontaine');
  });

  it('is answered by its key, and the telephone follows', async () => {
    const at = await show('call_offered');
    press('F9');
    await until(() => text(callPanel()).includes(w().call.state.accepted));
    expect([lastCall(at.standin, 'offer.accept'), at.desk.open?.id, countCalls(at.standin, 'call.answer')]).toEqual([{ id: 'c-adele' }, 'c-adele', 0]);
    // Nothing can be done yet but to end it.
    expect(labels()).toEqual([w().call.hangUp]);
    await until(() => text(callPanel()).includes(w().call.state.talking));
    expect(document.activeElement).toBe(composer());
  });

  it('is declined by its key', async () => {
    const at = await show('call_offered');
    press('Shift+F9');
    await until(() => offers().length === 1);
    expect(lastCall(at.standin, 'offer.decline')).toEqual({ id: 'c-adele' });
  });

  it('rings on every page', async () => {
    const at = await show('call_offered');
    at.desk.page = 'library';
    await until(() => text(document.querySelector('.ringing')).includes('Adèle Fontaine'));
    expect(said()).toContain('Adèle Fontaine');
  });

  it('shows the number of whom nobody knows', async () => {
    const at = await show();
    at.desk.take([{ view: 'offers', patch: { op: 'upsert', item: { ...callOffer(NOW), customer_name: '' } } }]);
    await until(() => offers().length === 2);
    expect(text(offers()[0]?.querySelector('.name') ?? null)).toContain('+33 6 39 98 14 07');
  });
});

describe('somebody who calls the line itself', () => {
  it('has an offer of their own, before all others, and its key', async () => {
    const at = await show('direct');
    expect([text(offers()[0] ?? null), said()]).toEqual([expect.stringContaining(w().call.direct), expect.stringContaining('+33 6 39 98 52 60')]);
    press('F9');
    await until(() => strip());
    expect([lastCall(at.standin, 'call.answer'), countCalls(at.standin, 'offer.accept')]).toEqual([{ id: 'call-2' }, 0]);
  });

  it('is declined by its key, and the next one has the keys again', async () => {
    const at = await show('direct');
    press('Shift+F9');
    await until(() => offers().length === 1);
    expect([lastCall(at.standin, 'call.decline'), countCalls(at.standin, 'offer.decline')]).toEqual([{ id: 'call-2' }, 0]);
    expect(text(offers()[0] ?? null)).toContain('F9');
  });

  it('is answered the same way in a conversation that a supervisor gave, and stands there once', async () => {
    const at = await show();
    const given = callRow('call-2', NOW, { conversation: 'c-lea', stage: 'ringing', answered_at: null });
    at.desk.take([{ view: 'calls', patch: { op: 'upsert', item: given } }]);
    await until(() => offers().length === 2);
    expect(text(offers()[0] ?? null)).toContain(w().call.given);
    press('F9');
    expect([lastCall(at.standin, 'call.answer'), countCalls(at.standin, 'offer.accept')]).toEqual([{ id: 'call-2' }, 0]);
  });

  it('is spoken with in the bar, where all of it can be done', async () => {
    await show('direct_spoken');
    const names = [...(strip()?.querySelectorAll('button') ?? [])].map((one) => one.getAttribute('aria-label'));
    expect(names).toEqual([w().call.mute, w().call.hold, w().call.keypad, w().call.transfer, w().call.hangUp]);
  });
});

describe('the call in front', () => {
  it.each<[string, string, string, unknown]>([
    ['mute', w().call.mute, 'call.mute', { id: 'call-1', on: true }],
    ['hold', w().call.hold, 'call.hold', { id: 'call-1', on: true }],
    ['hang up', w().call.hangUp, 'call.hang_up', { id: 'call-1' }],
  ])('does %s', async (_, label, name, input) => {
    const at = await show('call');
    control(label).click();
    expect(lastCall(at.standin, name as 'call.mute')).toEqual(input);
  });

  it.each<[Scene, string, string]>([
    ['consult_talking', w().call.back, 'call.back'],
    ['consult_talking', w().call.join, 'call.confer'],
    ['consult_talking', w().call.complete, 'call.complete'],
    ['consult_joined', w().call.complete, 'call.complete'],
  ])('while somebody is asked (%s): %s', async (scene, label, name) => {
    const at = await show(scene);
    control(label).click();
    expect(lastCall(at.standin, name as 'call.back')).toEqual({ id: 'call-1' });
  });

  it('shows who waits while somebody is asked, and hands over only to who is there', async () => {
    const at = await show('consult_calling');
    expect(text(callPanel())).toContain(w().call.waits('').trim());
    expect(labels()).toEqual([w().call.mute, w().call.back, w().call.join, w().call.complete, w().call.hangUp]);
    control(w().call.complete).click();
    press('Ctrl+Shift+F');
    press('Ctrl+Shift+J');
    expect([countCalls(at.standin, 'call.complete'), countCalls(at.standin, 'call.confer')]).toEqual([0, 0]);
  });

  it('is muted and on hold when the desk says so, and not before', async () => {
    const at = await show('call');
    at.standin.failing.set('call.mute', 'service').set('call.hold', 'service');
    control(w().call.mute).click();
    control(w().call.hold).click();
    await until(() => at.desk.notices.list.length > 0);
    expect([labels().slice(0, 2), text(callPanel()).includes(w().call.muted)]).toEqual([[w().call.mute, w().call.hold], false]);
    const row = at.desk.phone.of('c-adele') as CallRow;
    at.standin.callNow({ ...row, muted: true, held: { by_us: true, by_them: false } });
    await until(() => text(callPanel()).includes(w().call.muted));
    expect(labels().slice(0, 2)).toEqual([w().call.unmute, w().call.resume]);
  });

  it('asks for a thing once, however often it is pressed', async () => {
    const at = await stage('call');
    const calls = new CallState(at.desk);
    const row = calls.current as CallRow;
    await Promise.all([calls.hangUp(row), calls.hangUp(row)]);
    expect(countCalls(at.standin, 'call.hang_up')).toBe(1);
  });

  it('goes on under a dialog: mute and hold work there', async () => {
    const at = await show('call');
    press('?');
    await until(() => dialog(w().help.title));
    expect([press('F7'), press('F8'), press('Ctrl+Enter')]).toEqual([true, true, false]);
    expect([countCalls(at.standin, 'call.mute'), countCalls(at.standin, 'call.hold')]).toEqual([1, 1]);
  });

  it('says in words what spoils it, and that a hand-over failed', async () => {
    await show('bad_line');
    expect([text(callPanel()), callPanel()?.querySelector('.signal.bad')]).toEqual([expect.stringContaining(w().call.badLine.lossy), expect.anything()]);
  });

  it('stays when a hand-over fails', async () => {
    await show('transfer_failed');
    expect(text(callPanel()?.querySelector('[role="alert"]') ?? null)).toContain('was not reached. The call is still yours.');
    expect(labels()).toContain(w().call.transfer);
  });

  it('gives way to wrap-up when it is over', async () => {
    const at = await show('call');
    control(w().call.hangUp).click();
    await until(() => document.querySelector('section.wrap'));
    expect(text(callPanel())).toContain(w().call.ended.hung_up);
    expect(labels()).toEqual([]);
    await until(() => callPanel() === null);
    expect(at.desk.open?.header.state).toBe('wrap_up');
  });

  it('is not resolved or snoozed: what ends it is the telephone', async () => {
    const at = await show('call');
    expect([press('Ctrl+Enter'), press('Alt+S'), press('Alt+X')]).toEqual([false, false, false]);
    expect(countCalls(at.standin, 'conversation.resolve')).toBe(0);
  });
});

describe('writing during a call', () => {
  it('is noting: there is no answer to send, and no control for one', async () => {
    const at = await show('call');
    expect([document.querySelector('.modes'), press('Alt+R')]).toEqual([null, false]);
    type(composer() as HTMLTextAreaElement, 'She is home after six.');
    press('Enter');
    await until(() => countCalls(at.standin, 'message.send') === 1);
    expect(lastCall(at.standin, 'message.send')).toMatchObject({ mode: 'note', text: 'She is home after six.' });
  });

  it('takes a suggestion as a note', async () => {
    const at = await show('call');
    at.desk.take([{ view: 'suggestions', conversation: 'c-adele', items: [{ id: 's', text: 'A new one goes out today.', source: 'macro', title: 'New parcel', because: [], rest: null, in_ten: null, taken: 0 }] }]);
    await until(() => document.querySelector('.suggestions .one'));
    press('Alt+1');
    expect([at.desk.open?.draft.note, at.desk.open?.draft.reply]).toEqual(['A new one goes out today.', '']);
  });
});

describe('the keypad', () => {
  it('takes clicked and typed digits while it is open, and shows what the desk says was pressed', async () => {
    const at = await show('call');
    press('Ctrl+Shift+K');
    const pad = await until(() => panel(w().call.pad));
    button('5', pad).click();
    for (const key of ['1', '#', '*', 'A']) press(key);
    await until(() => text(pad.querySelector('.shown')).includes('51#*'));
    expect(at.standin.calls.filter((call) => call.name === 'call.press').map((call) => call.input)).toEqual(['5', '1', '#', '*'].map((digits) => ({ id: 'call-1', digits })));
    press('Ctrl+Shift+K');
    await until(() => panel(w().call.pad) === null);
    expect(press('1')).toBe(false);
  });

  it('goes when its call goes', async () => {
    await show('call');
    press('Ctrl+Shift+K');
    await until(() => panel(w().call.pad));
    press('Ctrl+Shift+H');
    await until(() => panel(w().call.pad) === null);
  });

  it('knows the digits of every keyboard', () => {
    const event = (key: string, code: string, shiftKey = false, ctrlKey = false) => digitOf({ key, code, shiftKey, ctrlKey, altKey: false, metaKey: false });
    expect([event('1', 'Digit1', true), event('&', 'Digit1'), event('#', 'Digit3', true), event('7', 'Numpad7'), event('*', 'NumpadMultiply')]).toEqual(['1', '1', '#', '7', '*']);
    expect([event('!', 'Digit1', true), event('a', 'KeyA'), event('1', 'Digit1', false, true)]).toEqual([null, null, null]);
  });
});

describe('handing over', () => {
  const pick = async (name: string) => {
    const box = await handingOver();
    button(name, box).click();
    return box;
  };

  it('at once goes to a colleague with a note', async () => {
    const at = await show('call');
    press('Alt+T');
    const box = await pick('Amir Saïdi');
    type(await until(() => box.querySelector('textarea')), 'She wants it on Wednesday.');
    press('Enter');
    await until(() => countCalls(at.standin, 'call.transfer') === 1);
    expect(lastCall(at.standin, 'call.transfer')).toEqual({ id: 'call-1', receiver: { to: 'person', id: 'p-amir' }, note: 'She wants it on Wednesday.' });
    await until(() => document.querySelector('dialog[open]') === null);
    await until(() => at.desk.open?.header.mine === false);
  });

  it('goes to a number that is typed, and takes no note there', async () => {
    const at = await show('call');
    press('Alt+T');
    const box = await handingOver();
    type(box.querySelector('input.field') as HTMLInputElement, '06 39 98 00 12');
    expect(box.querySelector('textarea')).toBeNull();
    press('Enter');
    await until(() => countCalls(at.standin, 'call.transfer') === 1);
    expect(lastCall(at.standin, 'call.transfer')).toEqual({ id: 'call-1', receiver: { to: 'number', id: '0639980012' }, note: null });
  });

  it('to a queue happens at once: nobody is there to be asked', async () => {
    const at = await show('call');
    press('Ctrl+Shift+A');
    const box = await pick('Returns');
    expect([box.querySelector('[role="radiogroup"]'), text(box)]).toEqual([null, expect.stringContaining(w().call.queueText)]);
    button(w().call.now, box).click();
    expect(lastCall(at.standin, 'call.transfer')).toMatchObject({ receiver: { to: 'queue', id: 'returns' }, note: null });
  });

  it('offers queues that are called, and not the one it came from', async () => {
    const at = await stage('call');
    const names = (without: string | null) => new Receivers(at.desk, true, without).queues.map((one) => one.name);
    expect([names(null), names('delivery')]).toEqual([['Delivery', 'Returns'], ['Returns']]);
  });

  it('asks first when that is chosen', async () => {
    const at = await show('call');
    press('Ctrl+Shift+A');
    const box = await pick('Amir Saïdi');
    expect(box.querySelector('textarea')).toBeNull();
    button(w().call.ask, box.querySelector('.foot')).click();
    await until(() => text(callPanel()).includes('Calling Amir Saïdi') || text(callPanel()).includes('Amir Saïdi'));
    expect(lastCall(at.standin, 'call.consult')).toEqual({ id: 'call-1', receiver: { to: 'person', id: 'p-amir' } });
    await until(() => at.desk.phone.of('c-adele')?.consult?.stage === 'talking');
  });

  it('comes back when nobody takes it', async () => {
    const at = await show('call');
    press('Alt+T');
    const box = await pick('Jonas Weber');
    button(w().call.now, box.querySelector('.foot')).click();
    await until(() => text(callPanel()).includes('The call is still yours.'));
    expect(at.desk.open?.header.mine).toBe(true);
  });

  it('to nobody says what is missing', async () => {
    const at = await show('call');
    press('Alt+T');
    const box = await handingOver();
    press('Enter');
    button(w().call.now, box.querySelector('.foot')).click();
    expect([countCalls(at.standin, 'call.transfer'), document.querySelector('dialog[open]')]).toEqual([0, box]);
  });
});

describe('a call elsewhere', () => {
  it('stands in the bar, with what is needed, and leads back', async () => {
    const at = await show('call_elsewhere');
    expect([callPanel(), text(strip())]).toEqual([null, expect.stringContaining(w().call.muted)]);
    (strip()?.querySelector('[aria-label="Unmute"]') as HTMLElement).click();
    expect(lastCall(at.standin, 'call.mute')).toEqual({ id: 'call-1', on: false });
    (strip()?.querySelector('.go') as HTMLElement).click();
    await until(() => callPanel());
    expect([at.desk.open?.id, strip()]).toEqual(['c-adele', null]);
  });

  it('stands there on another page too', async () => {
    const at = await show('call');
    expect(strip()).toBeNull();
    at.desk.page = 'settings';
    await until(() => strip());
    press('Ctrl+Shift+G');
    await until(() => strip() === null);
    expect(at.desk.page).toBe('desk');
  });

  it('is told in the list, with its time', async () => {
    await show('call_held', 'c-omar');
    const row = [...document.querySelectorAll('button.row')].find((one) => text(one).includes('Adèle Fontaine'));
    expect(text(row ?? null)).toContain(w().call.state.held);
    expect(text(row ?? null)).toContain('0:20');
  });

  it('of several, is the one that is spoken', async () => {
    const at = await stage('call_held', 'c-omar');
    const calls = new CallState(at.desk);
    expect(calls.current?.id).toBe('call-1');
    at.desk.take([{ view: 'calls', patch: { op: 'upsert', item: callRow('call-9', NOW) } }]);
    expect(calls.current?.id).toBe('call-9');
  });
});

describe('times', () => {
  it('count talk, then hold by itself, and go on where they were', async () => {
    fakeTime();
    const at = await stage('call');
    const row = () => at.desk.phone.of('c-adele') as CallRow;
    expect(clockOf(row(), NOW)).toBe(154_000);
    await pass(6_000);
    const calls = new CallState(at.desk);
    void calls.hold(row());
    await pass(20_000);
    expect([clockOf(row(), Date.now()), talked(row(), Date.now())]).toEqual([20_000, 160_000]);
    void calls.hold(row());
    await pass(5_000);
    expect([clockOf(row(), Date.now()), row().times.hold]).toEqual([165_000, 20_000]);
  });

  it('run on the screen with the one clock', async () => {
    fakeTime();
    const at = await stage('call');
    clock.start();
    await pass(3_000);
    expect(clockOf(at.desk.phone.of('c-adele') as CallRow, clock.now)).toBe(157_000);
  });

  it('of a call that is not spoken yet begin anew', () => {
    const rings = callRow('x', NOW, { stage: 'dialling', times: times(NOW - 9_000, NOW - 7_000) });
    expect([clockOf(rings, NOW), talked(rings, NOW), clockOf(rings, NOW - 60_000)]).toEqual([7_000, 0, 0]);
  });
});

describe('calling somebody', () => {
  it('takes a number or a colleague', async () => {
    const at = await show();
    press('Ctrl+Shift+N');
    const box = await until(() => dialog(w().call.dialTitle));
    type(box.querySelector('input') as HTMLInputElement, '+33 6 39 98 00 12');
    press('Enter');
    await until(() => text(strip()).includes(w().call.state.dialling));
    expect(lastCall(at.standin, 'call.dial')).toEqual({ receiver: { to: 'number', id: '+33639980012' } });
  });

  it('is a click on a number of the customer, while calls can be made', async () => {
    const at = await show();
    (await until(() => document.querySelector<HTMLElement>('.identities .dial'))).click();
    expect(lastCall(at.standin, 'call.dial')).toEqual({ receiver: { to: 'number', id: '+33655012284' } });
    at.standin.phone('unreachable');
    await until(() => document.querySelector('.identities .dial') === null);
    expect(press('Ctrl+Shift+N')).toBe(false);
  });

  it('knows what can be called', () => {
    expect(['+33 6.39-98 (00) 12', '112', 'amir@desk.example', '*21#'].map(dialable)).toEqual(['+33639980012', '112', 'amir@desk.example', '*21#']);
    expect(['', '1', 'Amir', '06 39 ab', '<b>@x', 'a b@c'].map(dialable)).toEqual([null, null, null, null, null, null]);
  });
});

describe('the state of the telephone', () => {
  const states: PhoneState[] = ['connecting', 'ready', 'unreachable', 'refused', 'no_sound'];

  it.each(states.filter((state) => state !== 'none'))('%s is said in both languages, with what to do', (state) => {
    for (const words of [en, fr]) {
      const key = state as keyof typeof en.call.phone;
      expect([words.call.phone[key] !== '', words.call.phoneTip[key].length > 20]).toEqual([true, true]);
    }
  });

  it.each(Object.entries(NO_LINE).filter(([, state]) => state !== 'none'))('stands in the bar (%s)', async (scene, state) => {
    await show(scene as Scene);
    const words = w().call.phone[state as keyof typeof en.call.phone];
    expect(text(document.querySelector('.top'))).toContain(words);
    press('Alt+P');
    expect(text(await until(() => panel(w().presence.title)))).toContain(words);
  });

  it('is nothing where no calls are taken', async () => {
    const at = await show('no_phone');
    expect(Object.values(w().call.phone).some((words) => text(document.querySelector('.top')).includes(words))).toBe(false);
    at.desk.page = 'settings';
    await until(() => document.querySelector('[data-pane="settings"]'));
    expect(document.querySelector('#settings-telephone')).toBeNull();
  });
});

describe('words of a call', () => {
  it('say where it stands', () => {
    const held = (by_us: boolean, by_them: boolean) => standingOf(callRow('x', NOW, { held: { by_us, by_them } }));
    expect([held(false, false), held(true, false), held(false, true), held(true, true)]).toEqual([w().call.state.talking, w().call.state.held, w().call.state.heldByThem, w().call.state.heldByBoth]);
    const over = callRow('x', NOW, { stage: 'ended', ended: { at: NOW, by: 'customer', reason: 'no_answer', code: 480 } });
    expect(standingOf(over)).toBe(w().call.ended.no_answer);
  });

  it('say how it sounds, with the limits of the goals', () => {
    const sound = (r: number) => soundOf({ r, mos: 423, lost: 0, concealed: 0, discarded: 0, jitter: 0 });
    expect([sound(80), sound(79), sound(70), sound(69)]).toEqual(['good', 'fair', 'fair', 'bad']);
    expect(mosOf({ r: 86, mos: 423, lost: 0, concealed: 0, discarded: 0, jitter: 0 })).toBe('4.2');
  });

  it('name somebody of whom nothing is known', () => {
    expect([caller({ name: ' ', number: '' }), caller({ name: '', number: '112' })]).toEqual([w().call.unknown, '112']);
  });

  it('show a hostile name as text', async () => {
    await show('call_hostile');
    expect([document.querySelector('section.call img'), text(callPanel())]).toEqual([null, expect.stringContaining('<img src=x')]);
  });

  it('tell afterwards what it was', async () => {
    await show('call_over');
    const lines = await until(() => text(document.querySelector('.lines')).includes('recording.wav') && text(document.querySelector('.lines')));
    for (const part of ['answered the call after 0:42', 'The caller hung up: talked 3:10, on hold 0:20', 'left a message of 0:32', 'asked to be called back, after 2:11']) expect(lines).toContain(part);
    const head = text(document.querySelector('header.head'));
    for (const part of ['talked 3:10', 'waited 0:48', 'sound 3.9 fair']) expect(head).toContain(part);
  });
});

describe('what is spoken into and heard from', () => {
  const open = async (): Promise<Stage> => {
    const at = await show();
    at.desk.page = 'settings';
    await until(() => document.querySelectorAll('[aria-labelledby="settings-telephone"] option').length > 5);
    return at;
  };
  const section = () => document.querySelector('[aria-labelledby="settings-telephone"]');

  it('is chosen, and kept by the desk', async () => {
    const at = await open();
    const select = section()?.querySelector('select') as HTMLSelectElement;
    select.value = 'alsa_input.usb-headset';
    select.dispatchEvent(new Event('change', { bubbles: true }));
    await until(() => lastCall(at.standin, 'app.settings')?.audio.microphone === 'alsa_input.usb-headset');
    expect(at.desk.settings.audio).toEqual({ microphone: 'alsa_input.usb-headset', speaker: null, ringer: null, volume: 70, without_noise: true, without_echo: false });
  });

  it('is cleaned as one likes: of noise from the start, of an echo when it is wanted', async () => {
    const at = await open();
    const switches = [...(section()?.querySelectorAll<HTMLInputElement>('[role="switch"]') ?? [])];
    const [noise, echo] = switches;
    expect(switches.map((one) => one.checked)).toEqual([true, false]);
    for (const part of [w().telephone.without.noise, w().telephone.withoutText.noise, w().telephone.without.echo, w().telephone.withoutText.echo]) expect(text(section())).toContain(part);
    echo?.click();
    await until(() => at.desk.settings.audio.without_echo);
    noise?.click();
    await until(() => !at.desk.settings.audio.without_noise);
    expect(lastCall(at.standin, 'app.settings')?.audio).toEqual({ microphone: null, speaker: null, ringer: null, volume: 70, without_noise: false, without_echo: true });
  });

  it('says when what was chosen is not there', async () => {
    const at = await open();
    await at.desk.change({ audio: { ...at.desk.settings.audio, speaker: 'alsa_output.usb-old' } });
    await until(() => text(section()).includes(w().telephone.gone('alsa_output.usb-old')));
  });

  it('is tried: the meter moves, and the test ends with the page', async () => {
    const at = await open();
    button(w().telephone.testStart, section()).click();
    await until(() => Number(section()?.querySelector('[role="meter"]')?.getAttribute('aria-valuenow')) > 10);
    expect(lastCall(at.standin, 'audio.test')).toEqual({ on: true });
    at.desk.page = 'desk';
    await until(() => lastCall(at.standin, 'audio.test')?.on === false);
  });

  it('rings once', async () => {
    const at = await open();
    button(w().telephone.ring, section()).click();
    expect(countCalls(at.standin, 'audio.ring')).toBe(1);
  });
});

it('a call that is taken comes after its moment, not before', async () => {
  fakeTime();
  const at = await stage('call_offered');
  await at.standin.call('offer.accept', { id: 'c-adele' });
  await pass(SOON - 1);
  expect(at.desk.phone.of('c-adele')?.stage).toBe('accepted');
  await pass(1);
  expect(at.desk.phone.of('c-adele')?.stage).toBe('connected');
  vi.useRealTimers();
});
