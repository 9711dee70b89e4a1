import { describe, expect, it } from 'vitest';
import { addressOf, signedOf } from './address';
import { MemoBook } from './memo';
import { toldShelf } from './shelf';
import { Thread } from './thread';
import { uuids } from './uuid';
import { type Language, languageOf, wordsOf } from './words';

describe('the address', () => {
  const signature = 'ab'.repeat(32);

  it('is read with care', () => {
    const hash = `#host=https%3A%2F%2Fshop.example.com%2Fpath&account=A-1&name=L%C3%A9a&until=1800000000&signature=${signature}`;
    expect(addressOf('?workspace=alba&queue=delivery&lang=fr', hash)).toEqual({
      workspace: 'alba',
      queue: 'delivery',
      language: 'fr',
      host: 'https://shop.example.com',
      signed: { account: 'A-1', name: 'Léa', until: 1_800_000_000, signature },
    });
    expect(addressOf('?workspace=../x&queue=A B', '#host=javascript:alert(1)')).toEqual({
      workspace: null,
      queue: null,
      language: null,
      host: null,
      signed: null,
    });
  });

  it('an identity is whole or nothing', () => {
    const whole = { account: 'A-1', name: 'Léa', until: 1, signature };
    expect(signedOf(whole)).toEqual(whole);
    for (const broken of [null, 'x', { ...whole, account: '' }, { ...whole, until: 1.5 }, { ...whole, signature: 'zz' }]) {
      expect(signedOf(broken)).toBeNull();
    }
  });

  it('a person is never read from the part that logs see', () => {
    expect(addressOf(`?account=A-1&name=L&until=1&signature=${signature}`, '').signed).toBeNull();
  });
});

describe('ids', () => {
  it('are UUIDv7 and sort as they were made, also when the clock is set back', () => {
    let byte = 0;
    const next = uuids((bytes) => bytes.forEach((_, place) => (bytes[place] = (byte += 41) & 255)));
    const made = [1_700_000_000_000, 1_700_000_000_000, 1_699_999_000_000, 1_700_000_000_001].map(next);
    for (const id of made) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect([...made].sort()).toEqual(made);
    expect(made[0]?.slice(0, 13)).toBe('018bcfe5-6800');
    expect(new Set(made).size).toBe(4);
  });
});

describe('what is remembered', () => {
  it('survives anything that stands there', () => {
    for (const text of [null, '', 'null', '[]', '{', '{"draft":"half"}']) {
      const memo = new MemoBook(toldShelf(text, () => undefined));
      expect(memo.get().token).toBeNull();
      memo.set({ token: 't' });
      expect(memo.get().token).toBe('t');
    }
  });

  it('is told only when it changes', () => {
    const told: (string | null)[] = [];
    const memo = new MemoBook(toldShelf(null, (text) => told.push(text)));
    memo.set({ draft: 'a' });
    memo.set({ draft: 'a' });
    memo.forget();
    expect(told).toHaveLength(2);
  });
});

describe('the thread', () => {
  const line = { id: 'a', n: 1, at: 0, from: { from: 'me' as const }, text: 'one', attachments: [] };

  it('a line that comes again takes the place of the first', () => {
    const thread = new Thread();
    thread.apply({ type: 'line', row: line });
    thread.apply({ type: 'line', row: { ...line, text: 'corrected' } });
    expect(thread.lines.map((held) => held.line.text)).toEqual(['corrected']);
  });

  it('an older state does not come back', () => {
    const thread = new Thread();
    const state = { conversation: 'c', advisor: null, seen_by_advisor: 0, asks: null };
    thread.takeState({ ...state, phase: 'open', version: 5 });
    thread.takeState({ ...state, phase: 'waiting', version: 4 });
    expect(thread.state?.phase).toBe('open');
  });
});

describe('words', () => {
  it('both languages say everything', async () => {
    const [en, fr] = await Promise.all((['en', 'fr'] satisfies Language[]).map(wordsOf));
    expect(Object.keys(fr ?? {}).sort()).toEqual(Object.keys(en ?? {}).sort());
    for (const words of [en, fr]) {
      expect(words?.scores.csat.answers).toHaveLength(5);
      expect(words?.scores.ces.answers).toHaveLength(7);
      expect(words?.before(1)).not.toBe(words?.before(2).replace('2', '1'));
    }
  });

  it('the first language that we speak is taken', () => {
    expect(languageOf([null, 'de-DE', 'fr-CA', 'en'])).toBe('fr');
    expect(languageOf(['ja'])).toBe('en');
  });
});
