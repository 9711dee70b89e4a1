import { beforeEach, describe, expect, it } from 'vitest';
import { press, type } from '../../../dev/keys';
import { composer as field, panel, show, text, until } from '../../../dev/with-screen';
import { countCalls, fakeTime, lastCall, NOW, pass, stage, type Stage } from '../../../dev/with-standin';
import type { OpenConversation } from '../../live/opened.svelte';
import { TEXT_CHARS } from '../../shared/limits';
import { w } from '../../words/words.svelte';
import { ComposerState } from './composer.svelte';
import { find } from './emoji';
import { FILES, FILE_BYTES, PIECE_BYTES } from './limits';
import { askedFor, ghostOf } from './typed';

let at: Stage;

function begin(): ComposerState {
  return new ComposerState(at.desk, at.desk.open as OpenConversation);
}

const last = () => at.desk.open?.timeline.rows.at(-1);
const said = () => at.desk.notices.list.at(-1)?.text;
const picture = (name = 'screen.png', bytes = 3) => new File([new Uint8Array(bytes)], name, { type: 'image/png' });

describe('sending', () => {
  beforeEach(async () => {
    fakeTime();
    at = await stage();
  });

  it('shows the line at once, empties the field, and waits as long as it can be taken back', async () => {
    const composer = begin();
    composer.write('It is on its way.');
    await composer.send();
    expect([composer.text, last()?.delivery]).toEqual(['', { state: 'undo', until: NOW + 3_000 }]);
    await pass(3_200);
    expect(last()?.delivery).toEqual({ state: 'sent' });
  });

  it('does not wait when a second Enter says so', async () => {
    const composer = begin();
    composer.write('Now, please.');
    await composer.send();
    const id = last()?.id;
    await composer.send();
    await pass();
    expect([lastCall(at.standin, 'message.send_now'), last()?.delivery]).toEqual([{ id }, { state: 'sent' }]);
  });

  it('sends nothing twice and nothing empty', async () => {
    const composer = begin();
    composer.write('   ');
    await composer.send();
    expect(countCalls(at.standin, 'message.send')).toBe(0);
  });

  it('can be taken back, words and all', async () => {
    const composer = begin();
    composer.write('Too soon');
    await composer.send();
    await composer.undo();
    expect([composer.text, composer.undoable, at.desk.open?.timeline.rows.some((row) => row.n === null)]).toEqual(['Too soon', undefined, false]);
  });

  it('gives back what could not be kept', async () => {
    const composer = begin();
    at.standin.failing.set('message.send', 'not_saved');
    composer.write('Not lost');
    await composer.send();
    expect([composer.text, said()]).toEqual(['Not lost', w().failure.not_saved]);
  });

  it('is refused over the limit, and says by how much', async () => {
    const composer = begin();
    composer.write('é'.repeat(TEXT_CHARS + 2));
    await composer.send();
    expect([composer.over, countCalls(at.standin, 'message.send')]).toEqual([2, 0]);
  });

  it('counts as the service does: a sign of two halves is one', () => {
    const composer = begin();
    composer.write('👍'.repeat(TEXT_CHARS));
    expect([composer.over, composer.left]).toEqual([0, 0]);
  });

  it('of a note goes at once, to nobody outside', async () => {
    const composer = begin();
    composer.setMode('note');
    composer.write('Second time this month');
    await composer.send();
    expect(lastCall(at.standin, 'message.send')).toMatchObject({ mode: 'note', text: 'Second time this month' });
    expect(last()?.delivery).toEqual({ state: 'sending' });
  });

  it('tells the customer that somebody writes, now and then', async () => {
    const composer = begin();
    for (let i = 1; i <= 10; i += 1) {
      composer.write('x'.repeat(i));
      await pass(500);
    }
    expect(countCalls(at.standin, 'conversation.typing')).toBe(2);
  });
});

describe('where there can be no answer', () => {
  it.each([['c-margaux', 'wrapUp'], ['c-lea-old', 'closed'], ['c-amirs', 'notYours']] as const)('in %s there can be notes, and it says why', async (id, why) => {
    at = await stage('day', id);
    const composer = begin();
    expect([composer.mode, composer.canReply, composer.onlyNotes]).toEqual(['note', false, why]);
    composer.setMode('reply');
    expect(composer.mode).toBe('note');
  });
});

describe('help with the words', () => {
  beforeEach(async () => {
    at = await stage();
    await at.desk.show('c-omar');
    await at.desk.show('c-lea');
    await until(() => at.desk.open?.suggestions.length === 3);
  });

  it('goes on with a suggestion that begins like what is typed', () => {
    const composer = begin();
    composer.write('i have JUST');
    expect(composer.ghost.startsWith(' spoken')).toBe(true);
    composer.complete();
    expect(composer.text).toBe(at.desk.open?.suggestions[0]?.text);
    expect(ghostOf('x', [{ text: 'xyz' }])).toBe('');
  });

  it('puts a suggestion in the place of other words, and those back again', () => {
    const composer = begin();
    composer.write('Something of my own');
    composer.use(at.desk.open!.suggestions[1]!);
    expect(composer.text).toBe(at.desk.open?.suggestions[1]?.text);
    at.desk.notices.undoLatest();
    expect(composer.text).toBe('Something of my own');
  });

  it('tells the desk what was suggested and what became of it', async () => {
    const shown = at.desk.open!.suggestions.map((one) => one.id);
    const composer = begin();
    composer.write('i have just');
    composer.complete();
    await composer.send();
    expect(lastCall(at.standin, 'message.send')?.suggested).toEqual({ shown, taken: 'sg-1', changed: false });
    composer.use(at.desk.open!.suggestions[1]!);
    composer.write(`${composer.text} Good evening.`);
    await composer.send();
    expect(lastCall(at.standin, 'message.send')?.suggested).toEqual({ shown, taken: 'sg-2', changed: true });
    composer.write('My own words.');
    await composer.send();
    expect(lastCall(at.standin, 'message.send')?.suggested).toEqual({ shown, taken: null, changed: false });
  });

  it('completes what the desk has found for these very words, slips and all', () => {
    const open = at.desk.open!;
    const composer = begin();
    composer.write('As this is teh second');
    open.draftAsked = 'As this is teh second';
    open.forDraft = [{ ...open.suggestions[1]!, rest: ' time, I have taken the fee off.' }];
    expect(composer.ghost).toBe(' time, I have taken the fee off.');
    composer.complete();
    expect([composer.text, composer.taken?.id]).toEqual(['As this is teh second time, I have taken the fee off.', 'sg-2']);
  });

  it('puts a macro where it was asked for, and does what it also does once it is sent', async () => {
    const composer = begin();
    composer.write('Well, /depot');
    await composer.findMacros('depot');
    const row = composer.macros![0]!;
    const caret = composer.useMacro(row, askedFor('Well, /depot', 'reply')!, 12);
    expect([composer.text.startsWith('Well, I have just spoken'), caret]).toEqual([true, 6 + row.text.length]);
    expect(composer.alsoDoes).toHaveLength(2);
    await composer.send();
    expect(lastCall(at.standin, 'message.send')?.from_macro).toBe(row.id);
  });

  it('finds colleagues by any of their names', () => {
    const composer = begin();
    composer.setMode('note');
    composer.write('@sa');
    expect(composer.colleagues('sa').map((one) => one.name)).toEqual(['Amir Saïdi']);
    expect(composer.mention('Amir Saïdi', askedFor('@sa', 'note')!, 3)).toBe(12);
    expect(composer.text).toBe('@Amir Saïdi ');
  });

  it('knows a macro from a path and a mention from an address', () => {
    expect(askedFor('see a/b', 'reply')).toBeNull();
    expect(askedFor('write to x@am', 'note')).toBeNull();
    expect(askedFor('see /b', 'reply')).toEqual({ kind: 'macro', text: 'b', from: 4 });
  });

  it('finds emoji in both languages, with or without accents', () => {
    expect(find('merci').map((one) => one.char)).toContain('🙏');
    expect(find('thanks').map((one) => one.char)).toContain('🙏');
    expect(find('fete')).toEqual(find('fête'));
  });
});

describe('files', () => {
  beforeEach(async () => {
    at = await stage();
  });

  it('go in pieces, and with the next message', async () => {
    const composer = begin();
    await composer.addFiles([picture('big.png', PIECE_BYTES + 1)]);
    expect(at.standin.calls.filter((call) => call.name === 'draft.file').map((call) => (call.input as { last: boolean }).last)).toEqual([false, true]);
    const [file] = composer.open.draft.attachments;
    expect([composer.adding, composer.canSend, file?.name]).toEqual([[], true, 'big.png']);
    await composer.send();
    expect(lastCall(at.standin, 'message.send')?.attachments).toEqual([file?.sha256]);
    expect(composer.open.draft.attachments).toEqual([]);
  });

  it('show how far they are, and hold back the message until they are there', async () => {
    const composer = begin();
    composer.write('With the picture');
    const added = composer.addFiles([picture()]);
    expect([composer.adding.map((one) => one.name), composer.canSend]).toEqual([['screen.png'], false]);
    await composer.send();
    expect([countCalls(at.standin, 'message.send'), said()]).toEqual([0, w().attachment.addingNow]);
    await added;
    expect(composer.canSend).toBe(true);
  });

  it('are refused with a reason when they are too large, empty or too many', async () => {
    const composer = begin();
    const large = picture('large.png');
    Object.defineProperty(large, 'size', { value: FILE_BYTES + 1 });
    await composer.addFiles([large]);
    expect(said()).toContain('large.png');
    await composer.addFiles([picture('empty.png', 0)]);
    expect(said()).toBe(w().attachment.empty('empty.png'));
    await composer.addFiles(Array.from({ length: FILES + 1 }, (_, i) => picture(`${i}.png`, i + 1)));
    expect([composer.open.draft.attachments.length, said()]).toEqual([FILES, w().attachment.tooMany(FILES)]);
  });

  it('can be taken off again, and come back when that could not be kept', async () => {
    const composer = begin();
    await composer.addFiles([picture()]);
    const sha256 = composer.open.draft.attachments[0]!.sha256;
    at.standin.failing.set('draft.remove_file', 'not_saved');
    await composer.removeFile(sha256);
    expect(composer.open.draft.attachments).toHaveLength(1);
    at.standin.failing.clear();
    await composer.removeFile(sha256);
    expect(composer.open.draft.attachments).toHaveLength(0);
  });
});

describe('the field', () => {
  const paste = (files: File[], types: string[]) => {
    const event = new Event('paste', { bubbles: true, cancelable: true });
    Object.defineProperty(event, 'clipboardData', { value: { files, types } });
    field()?.dispatchEvent(event);
    return event.defaultPrevented;
  };

  it('is checked by the engine in the customer’s language, a note in the reader’s', async () => {
    at = await show();
    expect([field()?.getAttribute('spellcheck'), field()?.lang]).toEqual(['true', 'fr']);
    press('Alt+N');
    await until(() => field()?.getAttribute('lang') === null);
    expect(document.documentElement.lang).toBe('en');
  });

  it('takes a file that is pasted, and leaves words to the engine', async () => {
    at = await show();
    expect(paste([], ['text/plain'])).toBe(false);
    expect(paste([picture('pasted.png')], ['Files'])).toBe(true);
    await until(() => document.querySelector('.composer .files .x'));
    expect(text(document.querySelector('.composer .files'))).toContain('pasted.png');
    expect(lastCall(at.standin, 'draft.file')).toMatchObject({ id: 'c-lea', name: 'pasted.png', last: true });
  });

  it('asks the desk for a picture that the engine keeps to itself', async () => {
    at = await show();
    expect([paste([], []), lastCall(at.standin, 'draft.paste')]).toEqual([true, { id: 'c-lea', name: w().attachment.pasted }]);
  });

  it('takes files that are dropped, once, and says which cannot go along', async () => {
    at = await show();
    at.standin.push({ view: 'drag', drag: 'over' });
    await until(() => text().includes(w().attachment.drop));
    at.standin.drop({ added: [{ sha256: 'd'.repeat(64), name: 'dropped.png', mime: 'image/png', size: 3 }], refused: [{ name: 'large.iso', why: 'too_large' }] });
    await until(() => text(document.querySelector('.composer .files')).includes('dropped.png'));
    expect([countCalls(at.standin, 'draft.drop'), text().includes(w().attachment.drop)]).toEqual([1, false]);
    expect(text(document.querySelector('.toasts'))).toContain('large.iso');
  });

  it('takes an emoji where the caret is', async () => {
    at = await show();
    const area = field() as HTMLTextAreaElement;
    type(area, 'Thank you, bye');
    area.setSelectionRange(9, 9);
    press('Alt+E');
    const search = await until(() => panel(w().composer.emoji)?.querySelector('input'));
    type(search, 'merci');
    await until(() => panel(w().composer.emoji)?.querySelectorAll('button').length === 1);
    press('Enter', search);
    await until(() => area.value === 'Thank you🙏, bye');
    await until(() => document.activeElement === area && area.selectionStart === 11);
    expect(panel(w().composer.emoji)).toBeNull();
  });

  it('sends with Enter, but not with Shift and not in the middle of a composed letter', async () => {
    at = await show();
    const area = field() as HTMLTextAreaElement;
    type(area, 'こんにちは');
    expect(press('Shift+Enter')).toBe(false);
    area.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true }));
    expect(countCalls(at.standin, 'message.send')).toBe(0);
    press('Enter');
    await until(() => countCalls(at.standin, 'message.send') === 1);
    await until(() => area.value === '');
  });

  it('counts down while a line can be taken back, and a second Enter sends it', async () => {
    at = await show();
    type(field() as HTMLTextAreaElement, 'Wait');
    press('Enter');
    await until(() => /Goes out in [123] s/.test(text(document.querySelector('.lines'))));
    press('Enter');
    await until(() => countCalls(at.standin, 'message.send_now') === 1);
  });

  it('keeps what is written for one customer away from the next', async () => {
    at = await show();
    type(field() as HTMLTextAreaElement, 'For Léa only');
    press('Alt+Down');
    await until(() => at.desk.open?.id === 'c-omar' && field()?.value === '');
    expect(lastCall(at.standin, 'draft.save')).toMatchObject({ id: 'c-lea', draft: { reply: 'For Léa only' } });
    press('Alt+Up');
    await until(() => field()?.value === 'For Léa only');
  });
});
