import { beforeEach, describe, expect, it } from 'vitest';
import { countCalls, lastCall, stage, type Stage } from '../../dev/with-standin';
import { Actions } from '../shared/actions.svelte';
import { w } from '../words/words.svelte';
import { PaletteState } from './palette.svelte';

let at: Stage;
let palette: PaletteState;
let given: string[];

const found = (group: string) => palette.entries.filter((entry) => entry.group === group).map((entry) => entry.label);
const run = (key: string) => palette.run(palette.entries.find((entry) => entry.key === key));

beforeEach(async () => {
  at = await stage();
  given = [];
  const actions = new Actions();
  actions.add({ transfer: () => {} });
  palette = new PaletteState(at.desk, actions, { transferTo: (person) => given.push(person), take: (id) => given.push(id) });
  palette.show();
});

describe('what is found', () => {
  it('are conversations first, with accents or without', () => {
    palette.write('lea');
    expect(found(w().palette.conversations)).toEqual(['Léa Bernard']);
  });

  it('are messages and orders of this computer, and everything when that is asked', async () => {
    palette.write('blanket');
    await Promise.resolve();
    await expect.poll(() => found(w().palette.messages).length).toBeGreaterThan(0);
    await run('everywhere');
    await expect.poll(() => palette.search.everywhere).toBe('done');
    expect([palette.open, lastCall(at.standin, 'search.everywhere')]).toEqual([true, { text: 'blanket' }]);
  });

  it('says that the whole workspace needs the line, and does not ask', async () => {
    at.standin.connection({ state: 'offline' });
    await expect.poll(() => at.desk.connection.state).toBe('offline');
    palette.write('blanket');
    const entry = palette.entries.find((one) => one.key === 'everywhere');
    expect(entry?.why).toBe(w().failure.offline);
    await palette.run(entry);
    expect(countCalls(at.standin, 'search.everywhere')).toBe(0);
  });

  it('of late words is not overtaken by that of earlier ones', async () => {
    palette.write('om');
    palette.write('omar');
    await expect.poll(() => palette.search.found).toBe('omar');
  });
});

describe('what is chosen', () => {
  it('is a conversation that is shown', async () => {
    await run('conversation-c-omar');
    expect([palette.open, at.desk.selected]).toEqual([false, 'c-omar']);
  });

  it('is one that waits and is taken, or a colleague who is given the open one', async () => {
    palette.write('nina');
    await run('conversation-c-w1');
    palette.show();
    palette.write('amir');
    await run('person-p-amir');
    expect(given).toEqual(['c-w1', 'p-amir']);
  });

  it('goes round at both ends', () => {
    palette.step(-1);
    expect(palette.chosen).toBe(palette.entries.length - 1);
    palette.step(1);
    expect(palette.chosen).toBe(0);
  });
});
