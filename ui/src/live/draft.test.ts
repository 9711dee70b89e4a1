import { beforeEach, describe, expect, it } from 'vitest';
import { countCalls, fakeTime, lastCall, pass, stage, type Stage } from '../../dev/with-standin';
import { Draft } from './draft.svelte';

const empty = { mode: 'reply' as const, reply: '', note: '', attachments: [] };

describe('a draft', () => {
  let at: Stage;

  beforeEach(async () => {
    fakeTime();
    at = await stage();
  });

  it('is saved soon after it is typed, not with every key', async () => {
    const draft = new Draft('c-lea', empty);
    for (const text of ['H', 'He', 'Hel', 'Hell', 'Hello']) {
      draft.write(text);
      await pass(40);
    }
    expect(countCalls(at.standin, 'draft.save')).toBe(0);
    await pass(100);
    expect(countCalls(at.standin, 'draft.save')).toBe(1);
    expect(lastCall(at.standin, 'draft.save')?.draft.reply).toBe('Hello');
  });

  it('is on the disk at most 300 ms after a key, however long somebody types', async () => {
    const draft = new Draft('c-lea', empty);
    for (let i = 0; i < 40; i += 1) {
      draft.write('x'.repeat(i + 1));
      await pass(50);
    }
    expect(countCalls(at.standin, 'draft.save')).toBeGreaterThanOrEqual(6);
  });

  it('is written down at once when the reader leaves', async () => {
    const draft = new Draft('c-lea', empty);
    draft.write('half a sen');
    await draft.flush();
    expect(lastCall(at.standin, 'draft.save')).toEqual({ id: 'c-lea', draft: { ...empty, reply: 'half a sen' } });
    await draft.flush();
    expect(countCalls(at.standin, 'draft.save')).toBe(1);
  });

  it('puts what could not be sent before what was written since', () => {
    const file = (sha256: string) => ({ sha256, name: `${sha256}.png`, mime: 'image/png', size: 3 });
    const draft = new Draft('c-lea', empty);
    draft.write('First.');
    draft.clear('reply');
    draft.write('Second');
    draft.addFile(file('b'));
    draft.restore('reply', 'First.', [file('a'), file('b')]);
    expect([draft.reply, draft.attachments.map((one) => one.sha256)]).toEqual(['First.\nSecond', ['a', 'b']]);
  });

  it('keeps what is being typed when the desk changes something else of it', () => {
    const draft = new Draft('c-lea', empty);
    draft.write('being typed');
    const file = { sha256: 'f', name: 'a.png', mime: 'image/png', size: 3 };
    draft.take({ ...empty, reply: 'older', attachments: [file] });
    expect(draft.reply).toBe('being typed');
    expect(draft.attachments).toEqual([file]);
  });

  it('takes the desk’s word when nothing is being typed', () => {
    const draft = new Draft('c-lea', empty);
    draft.take({ ...empty, mode: 'note', note: 'from the other day' });
    expect([draft.mode, draft.text]).toEqual(['note', 'from the other day']);
  });

  it('has one text for the customer and one for colleagues', () => {
    const draft = new Draft('c-lea', empty);
    draft.write('for Léa');
    draft.setMode('note');
    draft.write('for Amir');
    draft.setMode('reply');
    expect([draft.reply, draft.note, draft.text]).toEqual(['for Léa', 'for Amir', 'for Léa']);
  });

  it('is not saved again after it was sent', async () => {
    const draft = new Draft('c-lea', empty);
    draft.write('sent a moment later');
    draft.clear('reply');
    await pass(1_000);
    expect(countCalls(at.standin, 'draft.save')).toBe(0);
  });

  it('says when the disk refused, and tries again with the next key', async () => {
    const draft = new Draft('c-lea', empty);
    at.standin.failing.set('draft.save', 'not_saved');
    draft.write('a');
    await pass(300);
    expect(draft.failure?.code).toBe('not_saved');
    at.standin.failing.clear();
    draft.write('ab');
    await pass(300);
    expect(draft.failure).toBeNull();
    expect(lastCall(at.standin, 'draft.save')?.draft.reply).toBe('ab');
  });

  it('has one save under way at a time, and the last word wins', async () => {
    const draft = new Draft('c-lea', empty);
    draft.write('one');
    const first = draft.flush();
    draft.write('two');
    await first;
    await draft.flush();
    expect(at.standin.calls.filter((call) => call.name === 'draft.save').map((call) => (call.input as { draft: { reply: string } }).draft.reply)).toEqual(['one', 'two']);
  });
});
