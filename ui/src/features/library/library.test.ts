import { beforeEach, describe, expect, it } from 'vitest';
import { countCalls, lastCall, stage, type Stage } from '../../../dev/with-standin';
import { w } from '../../words/words.svelte';
import { LibraryState } from './library.svelte';

let at: Stage;
let library: LibraryState;
let ids = 0;

beforeEach(async () => {
  at = await stage();
  library = new LibraryState(at.desk, () => `id-${(ids += 1)}`);
  await library.load();
});

describe('the library', () => {
  it('finds by any word, with or without accents', () => {
    library.text = 'livre absent';
    expect(library.foundArticles.map((row) => row.title)).toEqual(['Colis indiqué livré mais absent']);
  });

  it('asks before it lets go of changes', () => {
    const [first, second] = library.articles;
    library.choose({ kind: 'article', row: first! });
    library.edited!.row.title = 'Changed';
    library.choose({ kind: 'article', row: second! });
    expect([library.wanted !== null, library.edited?.row.id]).toEqual([true, first!.id]);
    library.dropChanges();
    expect([library.edited?.row.id, library.changed, library.articles[0]?.title]).toEqual([second!.id, false, first!.title]);
  });

  it('says what keeps a macro from being saved, and saves it then', async () => {
    library.newMacro();
    await library.save();
    expect(countCalls(at.standin, 'library.put_macro')).toBe(0);
    const { row } = library.edited as { row: (typeof library.macros)[number] };
    const wrong = (change: Partial<typeof row>) => {
      Object.assign(row, change);
      return library.wrong;
    };
    const words = w().library;
    expect([wrong({ title: '' }), wrong({ title: 'T' }), wrong({ name: 'Not This' }), wrong({ name: 'depot' }), wrong({ name: 'mine' }), wrong({ text: 'Hello' })])
      .toEqual([words.titleMissing, words.nameWrong, words.nameWrong, words.nameTaken, words.textMissing, '']);
    await library.save();
    expect(lastCall(at.standin, 'library.put_macro')?.prepared).toMatchObject({ name: 'mine', text: 'Hello' });
    expect([library.changed, library.isNew]).toEqual([false, false]);
  });

  it('puts back what was removed, as it was', async () => {
    const row = library.macros[0]!;
    library.choose({ kind: 'macro', row });
    library.edited!.row.title = 'half changed';
    await library.remove();
    expect(library.macros.some((one) => one.id === row.id)).toBe(false);
    at.desk.notices.undoLatest();
    expect(lastCall(at.standin, 'library.put_macro')?.prepared.title).toBe(row.title);
  });

  it('is written by supervisors only', async () => {
    const reader = await stage('advisor');
    const state = new LibraryState(reader.desk);
    await state.load();
    state.newArticle();
    expect([state.canWrite, state.edited, state.articles.length > 0]).toEqual([false, null, true]);
  });
});
