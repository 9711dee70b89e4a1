import { describe, expect, it } from 'vitest';
import type { Effect } from './link';
import type { Attachment } from './types';
import { type Tab, World, dice, someone } from './testing/world';

function posts(effects: readonly Effect[]): string[] {
  return effects.flatMap((effect) => (effect.do === 'post' ? effect.batch.commands.map((command) => command.id) : []));
}

/** A visitor who wrote "Hello" and is connected. */
function talking(): { world: World; tab: ReturnType<World['openTab']> } {
  const world = new World();
  const tab = world.openTab();
  world.run(100);
  tab.say('Hello');
  world.run(2_000);
  return { world, tab };
}

describe('a customer writes', () => {
  it('reaches the service once, and the line comes back under the same id', () => {
    const { world, tab } = talking();
    expect(world.service.says.map((say) => say.text)).toEqual(['Hello']);
    expect(tab.texts()).toEqual(['Hello']);
    expect(tab.link.thread.lines[0]?.line.id).toBe(world.service.says[0]?.id);
    expect(tab.link.line).toBe('live');
  });

  it('does not open a stream for somebody who only looks', () => {
    const world = new World();
    const tab = world.openTab();
    world.run(120_000);
    expect(tab.effects.some((effect) => effect.do === 'dial')).toBe(false);
    expect(tab.link.line).toBe('idle');
  });

  it('tells its name before its first words', () => {
    const world = new World();
    const tab = world.openTab();
    world.run(100);
    tab.step({ is: 'profile', profile: { ...someone, name: 'Léa' } });
    tab.say('Hello');
    world.run(2_000);
    expect(world.service.starts.map((start) => start.name)).toEqual([null, 'Léa']);
    const named = tab.effects.findIndex((effect) => effect.do === 'start' && effect.body.name === 'Léa');
    const said = tab.effects.findIndex((effect) => effect.do === 'post');
    expect(said, 'the words wait for the name').toBeGreaterThan(named);
  });

  it('sends one at a time and in order', () => {
    const world = new World();
    const tab = world.openTab();
    for (const text of ['one', 'two', 'three', 'four']) tab.say(text);
    world.run(5_000);
    expect(world.service.says.map((say) => say.text)).toEqual(['one', 'two', 'three', 'four']);
    expect(tab.link.unsent).toBe(0);
  });
});

describe('the line drops', () => {
  it('after sending, before the receipt: the same id again, done once', () => {
    const { world, tab } = talking();
    let first = true;
    world.weather = {
      ...world.weather,
      post: () => {
        const lost = first;
        first = false;
        return { there: 20, back: lost ? null : 20, status: 200 };
      },
      // The echo does not come either: the line is dead in both directions.
      frame: () => ({ after: null, twice: false }),
    };
    tab.say('Is anybody there?');
    world.run(90_000);
    const ids = posts(tab.effects).slice(1);
    expect(ids.length, 'it was sent again').toBeGreaterThan(1);
    expect(new Set(ids).size, 'under the same id').toBe(1);
    expect(world.service.says.map((say) => say.text)).toEqual(['Hello', 'Is anybody there?']);
  });

  it('before it reached the service: sent again until it does', () => {
    const { world, tab } = talking();
    const { weather } = world;
    world.weather = { ...weather, post: () => ({ there: null, back: null, status: 200 }), dial: () => null };
    tab.say('lost');
    world.breakLine(tab);
    world.run(60_000);
    expect(tab.link.unsent).toBe(1);
    expect(tab.link.line).toBe('down');
    world.weather = weather;
    tab.step({ is: 'back' });
    world.run(2_000);
    expect(tab.link.unsent).toBe(0);
    expect(tab.texts()).toEqual(['Hello', 'lost']);
    expect(tab.link.line).toBe('live');
  });

  it('a service that is down or busy is asked again, later and later', () => {
    const { world, tab } = talking();
    const { weather } = world;
    world.weather = { ...weather, post: () => ({ there: 20, back: 20, status: 503 }) };
    const before = posts(tab.effects).length;
    tab.say('patience');
    world.run(60_000);
    const tries = posts(tab.effects).length - before;
    expect(tries).toBeGreaterThan(3);
    expect(tries, 'not hammering').toBeLessThan(20);
    expect(tab.link.struggling).toBe(true);
    world.weather = weather;
    world.run(31_000);
    expect(tab.texts()).toContain('patience');
  });

  it('redials with jitter and resumes from where it was', () => {
    const { world, tab } = talking();
    const cursor = tab.link.cursor;
    world.breakLine(tab);
    world.service.answer('I am here', world.wall);
    world.run(5_000);
    const hellos = tab.effects.flatMap((effect) =>
      effect.do === 'send' && effect.frame.type === 'hello' ? [effect.frame.cursor] : [],
    );
    expect(hellos.at(-1)).toBe(cursor);
    expect(tab.texts()).toEqual(['Hello', 'I am here']);
  });

  it('silence is noticed by two missed pings', () => {
    const { world, tab } = talking();
    world.weather = { ...world.weather, frame: () => ({ after: null, twice: false }) };
    const dials = (): number => tab.effects.filter((effect) => effect.do === 'dial').length;
    const before = dials();
    world.run(50_000);
    expect(dials()).toBeGreaterThan(before);
  });

  it('sleep is noticed at once, not by a timer', () => {
    const { world, tab } = talking();
    world.sleep(8 * 3_600_000);
    world.service.answer('Still there?', world.wall);
    tab.step({ is: 'tick' });
    world.run(8_000);
    expect(tab.texts()).toEqual(['Hello', 'Still there?']);
  });
});

describe('frames', () => {
  it('twice the same one changes nothing', () => {
    const { world, tab } = talking();
    world.weather = { ...world.weather, frame: () => ({ after: 20, twice: true }) };
    world.service.answer('once', world.wall);
    world.push();
    world.run(1_000);
    expect(tab.texts()).toEqual(['Hello', 'once']);
    expect(tab.link.line).toBe('live');
  });

  it('a gap is never stepped over: reconnect from the cursor', () => {
    const { world, tab } = talking();
    let lose = true;
    const { weather } = world;
    world.weather = { ...weather, frame: () => ({ after: lose ? null : 20, twice: false }) };
    world.service.answer('lost on the way', world.wall);
    world.push();
    lose = false;
    world.service.answer('after the gap', world.wall);
    world.push();
    world.run(5_000);
    expect(tab.texts()).toEqual(['Hello', 'lost on the way', 'after the gap']);
  });

  it('a lost frame without a next one is noticed by the pong', () => {
    const { world, tab } = talking();
    const { weather } = world;
    let losing = true;
    world.weather = { ...weather, frame: () => ({ after: losing ? null : 20, twice: false }) };
    world.service.answer('unheard', world.wall);
    world.push();
    losing = false;
    world.run(40_000);
    expect(tab.texts()).toEqual(['Hello', 'unheard']);
  });

  it('a socket that was given up has no more say', () => {
    const { world, tab } = talking();
    world.breakLine(tab);
    world.run(3_000);
    const before = tab.link.cursor;
    tab.step({
      is: 'frame',
      conn: 1,
      frame: { type: 'range', from: before, to: before + 9, rows: [] },
    });
    expect(tab.link.cursor).toBe(before);
  });

  it('a service that starts the tale again is believed, without an empty moment', () => {
    const { world, tab } = talking();
    world.service.answer('one', world.wall);
    world.push();
    world.run(100);
    // The service was restored: other numbers, the answer is gone.
    world.service.log = world.service.log.slice(0, 2);
    world.service.head = 2;
    world.breakLine(tab);
    expect(tab.texts(), 'shown until the new tale begins').toEqual(['Hello', 'one']);
    world.run(5_000);
    expect(tab.texts()).toEqual(['Hello']);
  });
});

describe('the page is loaded again', () => {
  it('with unsent lines: they are sent, once, in order', () => {
    const world = new World();
    const { weather } = world;
    const tab = world.openTab();
    world.run(100);
    world.weather = { ...weather, post: () => ({ there: null, back: null, status: 200 }) };
    tab.say('first');
    tab.say('second');
    world.run(500);
    world.closeTab(tab);
    world.weather = weather;
    const again = world.openTab();
    expect(again.link.rows.map((row) => row.want), 'shown before anything is sent').toHaveLength(2);
    world.run(5_000);
    expect(world.service.says.map((say) => say.text)).toEqual(['first', 'second']);
    expect(again.texts()).toEqual(['first', 'second']);
  });

  it('after sending, before the receipt: not doubled', () => {
    const world = new World();
    const { weather } = world;
    const tab = world.openTab();
    world.run(100);
    world.weather = { ...weather, post: () => ({ there: 20, back: null, status: 200 }) };
    tab.say('only once');
    world.run(200);
    world.closeTab(tab);
    world.weather = weather;
    const again = world.openTab();
    world.run(5_000);
    expect(world.service.says).toHaveLength(1);
    expect(again.texts()).toEqual(['only once']);
    expect(again.link.unsent).toBe(0);
  });

  it('while waiting: the place and the lines are there again', () => {
    const { world, tab } = talking();
    world.closeTab(tab);
    const again = world.openTab();
    world.run(2_000);
    expect(again.link.thread.state?.phase).toBe('waiting');
    expect(again.texts()).toEqual(['Hello']);
    expect(world.service.starts.at(-1)?.token).toBe('token-1');
  });
});

describe('two tabs', () => {
  it('only one sends, and both show the same', () => {
    const world = new World();
    const one = world.openTab();
    world.run(100);
    const two = world.openTab();
    world.run(100);
    one.say('from one');
    world.run(1_000);
    two.say('from two');
    world.run(3_000);
    expect(posts(one.effects)).toHaveLength(0);
    expect(world.service.says.map((say) => say.text)).toEqual(['from one', 'from two']);
    expect(one.texts()).toEqual(two.texts());
    expect(one.link.unsent + two.link.unsent).toBe(0);
  });

  it('the one that sends is closed in the middle: the other goes on', () => {
    const world = new World();
    const { weather } = world;
    const one = world.openTab();
    world.run(100);
    const two = world.openTab();
    world.run(100);
    world.weather = { ...weather, post: () => ({ there: 20, back: null, status: 200 }) };
    two.say('half sent');
    two.say('not sent');
    world.run(200);
    world.weather = weather;
    world.closeTab(two);
    world.run(5_000);
    expect(world.service.says.map((say) => say.text)).toEqual(['half sent', 'not sent']);
    expect(one.texts()).toEqual(['half sent', 'not sent']);
  });

  it('a row is never lost by an old picture of the store', () => {
    const world = new World();
    const tab = world.openTab();
    world.run(100);
    world.weather = { ...world.weather, post: () => ({ there: null, back: null, status: 200 }) };
    tab.say('being written');
    tab.step({ is: 'rows', rows: [] });
    expect(tab.link.rows).toHaveLength(1);
  });
});

describe('what the service refuses', () => {
  it('shows as not sent, and "try again" is a new wish', () => {
    const { world, tab } = talking();
    const receipt = world.service.command.bind(world.service);
    world.service.command = (command, wall) =>
      command.kind === 'say'
        ? { id: command.id, outcome: 'rejected', code: 'too_large', message: '' }
        : receipt(command, wall);
    tab.say('far too long');
    tab.say('short');
    world.run(1_000);
    const refused = tab.link.rows.filter((row) => row.state === 'refused');
    expect(refused, 'one does not hold up the next').toHaveLength(2);
    world.service.command = receipt;
    const first = refused[0];
    if (first !== undefined) tab.step({ is: 'again', id: first.id });
    world.run(1_000);
    expect(world.service.says.at(-1)?.text).toBe('far too long');
    expect(world.service.says.at(-1)?.id).not.toBe(first?.id);
    const second = refused[1];
    if (second !== undefined) tab.step({ is: 'discard', id: second.id });
    expect(tab.link.rows.some((row) => row.state === 'refused')).toBe(false);
  });

  it('a second end or score is nobody\'s trouble', () => {
    const { world, tab } = talking();
    const receipt = world.service.command.bind(world.service);
    world.service.command = (command, wall) =>
      command.kind === 'end' ? { id: command.id, outcome: 'rejected', code: 'closed', message: '' } : receipt(command, wall);
    tab.step({ is: 'want', want: { kind: 'end' } });
    world.run(1_000);
    expect(tab.link.rows.filter((row) => row.want.kind === 'end')).toHaveLength(0);
  });

  it('blocked customers are told so and send nothing more', () => {
    const { world, tab } = talking();
    world.weather = { ...world.weather, post: () => ({ there: 20, back: 20, status: 403 }) };
    tab.say('let me in');
    world.run(1_000);
    expect(tab.link.line).toBe('blocked');
    const before = posts(tab.effects).length;
    world.run(60_000);
    expect(posts(tab.effects)).toHaveLength(before);
  });
});

describe('the token', () => {
  it('is asked for again when the service no longer takes it, and nothing is lost', () => {
    const { world, tab } = talking();
    world.service.tokens.clear();
    world.breakLine(tab, 4001);
    tab.say('me again');
    world.run(20_000);
    expect(world.token).toBe('token-2');
    expect(world.service.says.map((say) => say.text)).toEqual(['Hello', 'me again']);
    expect(tab.link.line).toBe('live');
  });

  it('a signature that ran out does not keep anybody from writing', () => {
    const world = new World();
    const signed = { account: 'A-1', name: 'Léa', until: 1, signature: 'ab' };
    const tab = world.openTab({ ...someone, signed });
    const effects = tab.link.step({ is: 'not_started', status: 401, afterMs: null }, world.now);
    expect(effects.some((effect) => effect.do === 'wake')).toBe(true);
    world.run(10_000);
    expect(world.service.starts.at(-1)?.signed).toBeNull();
  });
});

describe('files', () => {
  const sha256 = 'aa';
  const file = { sha256, name: 'photo.jpg', size: 3, mime: 'image/jpeg', attachment: null };
  const attachment: Attachment = { sha256, name: 'photo.jpg', mime: 'image/jpeg', size: 3, preview: null };

  it('a message waits for its files, and the next one waits for it', () => {
    const { world, tab } = talking();
    tab.files.add(sha256);
    tab.step({ is: 'want', want: { kind: 'say', text: 'look', files: [file] } });
    tab.say('after the picture');
    world.run(5_000);
    expect(world.service.says.map((say) => say.text)).toEqual(['Hello']);
    tab.step({ is: 'uploaded', sha256, attachment });
    world.run(2_000);
    expect(world.service.says.map((say) => say.text)).toEqual(['Hello', 'look', 'after the picture']);
  });

  it('a file that is gone is said, and the rest goes on', () => {
    const { world, tab } = talking();
    tab.step({ is: 'want', want: { kind: 'say', text: 'look', files: [file] } });
    tab.say('anyway');
    world.run(2_000);
    expect(tab.link.rows.find((row) => row.state === 'refused')?.code).toBe('blob_missing');
    expect(world.service.says.map((say) => say.text)).toEqual(['Hello', 'anyway']);
  });

  it('a file that the service lost is sent again under a new id', () => {
    const { world, tab } = talking();
    tab.files.add(sha256);
    const receipt = world.service.command.bind(world.service);
    let missing = true;
    world.service.command = (command, wall) => {
      if (!missing || command.kind !== 'say') return receipt(command, wall);
      missing = false;
      return { id: command.id, outcome: 'rejected', code: 'blob_missing', message: '' };
    };
    tab.step({ is: 'want', want: { kind: 'say', text: 'look', files: [{ ...file, attachment }] } });
    world.run(500);
    expect(tab.effects.some((effect) => effect.do === 'upload')).toBe(true);
    tab.step({ is: 'uploaded', sha256, attachment });
    world.run(1_000);
    expect(world.service.says.map((say) => say.text)).toEqual(['Hello', 'look']);
  });
});

describe('small things', () => {
  it('"seen" is told once, the highest only', () => {
    const { world, tab } = talking();
    world.service.answer('one', world.wall);
    world.service.answer('two', world.wall);
    world.push();
    world.run(500);
    tab.step({ is: 'saw', upto: 2 });
    tab.step({ is: 'saw', upto: 3 });
    tab.step({ is: 'saw', upto: 3 });
    world.run(2_000);
    expect(world.service.seen.at(-1)).toBe(3);
    expect(world.service.seen.length).toBeLessThanOrEqual(2);
  });

  it('typing is told at most every three seconds, and again after a line was sent', () => {
    const { world, tab } = talking();
    const typings = (): number =>
      tab.effects.filter((effect) => effect.do === 'send' && effect.frame.type === 'typing').length;
    for (let key = 0; key < 10; key += 1) {
      tab.step({ is: 'writing' });
      world.run(200);
    }
    expect(typings()).toBe(1);
    tab.say('done');
    tab.step({ is: 'writing' });
    expect(typings()).toBe(2);
  });

  it('the advisor who stops writing is no longer shown writing', () => {
    const { world, tab } = talking();
    const conn = world.sockets.at(-1)?.conn ?? 0;
    tab.step({ is: 'frame', conn, frame: { type: 'typing', until: world.wall + 4_000 } });
    expect(tab.link.isTyping(world.now)).toBe(true);
    world.run(4_100);
    expect(tab.link.isTyping(world.now)).toBe(false);
  });

  it('another conversation told from its beginning takes the place of the first', () => {
    const { world, tab } = talking();
    const conn = world.sockets.at(-1)?.conn ?? 0;
    const step = (frame: Parameters<typeof tab.step>[0] & { is: 'frame' }): void => tab.step(frame);
    step({ is: 'frame', conn, frame: { type: 'resumed', epoch: world.service.epoch, from: 0, now: world.wall } });
    expect(tab.texts(), 'nothing flickers').toEqual(['Hello']);
    const line = { id: 'n', n: 1, at: 0, from: { from: 'me' as const }, text: 'new', attachments: [] };
    step({ is: 'frame', conn, frame: { type: 'range', from: 0, to: 90, rows: [{ type: 'line', row: line }] } });
    expect(tab.texts()).toEqual(['new']);
    expect(tab.link.cursor).toBe(90);
    expect(tab.link.line).toBe('live');
  });

  it('a fifth tab that gets no line asks again later, and is not told that it is blocked', () => {
    const { world, tab } = talking();
    world.breakLine(tab, 4003);
    expect(tab.link.line).toBe('down');
    const dials = (): number => tab.effects.filter((effect) => effect.do === 'dial').length;
    const before = dials();
    world.run(25_000);
    expect(dials()).toBe(before);
    world.run(10_000);
    expect(dials()).toBe(before + 1);
  });

  it('a second conversation counts from one again', () => {
    const { world, tab } = talking();
    world.service.lines = 0;
    world.service.change({ conversation: 'conversation-2', phase: 'open' });
    world.service.answer('a new beginning', world.wall);
    world.push();
    world.run(500);
    expect(tab.texts()).toEqual(['Hello', 'a new beginning']);
    expect(tab.link.thread.newest).toBe(1);
    tab.step({ is: 'saw', upto: 1 });
    world.run(500);
    expect(world.service.seen.at(-1)).toBe(1);
  });
});

describe('any weather', () => {
  it.each(Array.from({ length: 400 }, (_, seed) => seed + 1))('seed %i: nothing lost, nothing doubled', (seed) => {
    const world = new World(seed);
    const { weather } = world;
    const chance = dice(seed * 7_919);
    const storm = {
      post: () => {
        const roll = chance();
        return {
          there: roll < 0.15 ? null : Math.floor(chance() * 3_000),
          back: roll < 0.3 ? null : Math.floor(chance() * 2_000),
          status: roll > 0.9 ? [429, 500, 503, 401][Math.floor(chance() * 4)]! : 200,
        };
      },
      frame: () => ({ after: chance() < 0.12 ? null : Math.floor(chance() * 500), twice: chance() < 0.1 }),
      dial: () => (chance() < 0.3 ? null : Math.floor(chance() * 1_500)),
    };
    world.openTab();
    world.weather = storm;
    const wanted: string[] = [];
    const all = new Set<Tab>();
    let tabs = 1;
    for (let round = 0; round < 40; round += 1) {
      const tab = world.tabs[Math.floor(chance() * world.tabs.length)];
      const roll = chance();
      if (tab === undefined || (roll < 0.06 && tabs < 6)) {
        world.openTab();
        tabs += 1;
      } else if (roll < 0.5) {
        const text = `line ${wanted.length}`;
        wanted.push(text);
        tab.said.push(text);
        all.add(tab);
        tab.say(text);
      } else if (roll < 0.62) {
        world.service.answer(`answer ${round}`, world.wall);
        world.push();
      } else if (roll < 0.72) world.breakLine(tab);
      else if (roll < 0.78 && world.tabs.length > 0) {
        world.closeTab(tab);
        if (world.tabs.length === 0) world.openTab();
      } else if (roll < 0.82) world.sleep(60_000 + chance() * 3_600_000);
      else if (roll < 0.86) world.turnTo(tab);
      else if (roll < 0.9) tab.step({ is: 'saw', upto: tab.link.thread.newest });
      else if (roll < 0.92) world.service.floor = Math.floor(world.service.head * chance());
      else if (roll < 0.95) tab.step({ is: 'back' });
      world.run(Math.floor(chance() * 4_000));
    }
    // The storm is over.
    world.weather = weather;
    world.run(120_000);
    const said = world.service.says.map((say) => say.text);
    expect([...said].sort(), 'every line once').toEqual([...wanted].sort());
    for (const { said: own } of all) {
      expect(said.filter((text) => own.includes(text)), 'in the order in which one tab wrote them').toEqual(own);
    }
    const lines = world.service.log.flatMap(({ row }) => (row.type === 'line' ? [row.row.text] : []));
    for (const tab of world.tabs) {
      expect(tab.texts(), 'every tab shows what the service has').toEqual(lines);
      expect(tab.link.unsent).toBe(0);
      expect(tab.link.line).toBe(lines.length > 0 ? 'live' : 'idle');
    }
    expect(
      [...world.kept.values()].filter((row) => row.state !== 'done'),
      'nothing stays behind',
    ).toEqual([]);
  });
});

describe('the service is restored from a backup', () => {
  /** A visitor who wrote something after the backup was made; the service goes on from the backup. */
  function restored(): { world: World; tab: Tab } {
    const { world, tab } = talking();
    const restore = world.service.backup();
    tab.say('Is anybody there?');
    tab.step({ is: 'want', want: { kind: 'end' } });
    world.run(60_000);
    expect(tab.link.rows, 'it is told and done').toEqual([]);
    restore();
    return { world, tab };
  }

  it('what it has not got is sent again under the same id, once', () => {
    const { world, tab } = restored();
    const before = posts(tab.effects);
    world.breakLine(tab);
    world.run(10_000);
    expect(world.service.says.map((say) => say.text)).toEqual(['Hello', 'Is anybody there?']);
    expect(tab.texts()).toEqual(['Hello', 'Is anybody there?']);
    expect(world.service.state?.phase).toBe('ended');
    expect(new Set(posts(tab.effects)), 'no new id').toEqual(new Set(before));
    world.run(60_000);
    const after = posts(tab.effects).length;
    world.breakLine(tab);
    world.run(60_000);
    expect(posts(tab.effects).length, 'and not a second time').toBe(after);
    expect(tab.link.rows).toEqual([]);
  });

  it('a page that was reloaded meanwhile does it, too', () => {
    const { world, tab } = restored();
    const again = world.openTab();
    world.closeTab(tab);
    again.say('Hello again');
    world.run(10_000);
    expect(world.service.says.map((say) => say.text)).toEqual(['Hello', 'Is anybody there?', 'Hello again']);
    expect(again.texts()).toEqual(['Hello', 'Is anybody there?', 'Hello again']);
  });

  it('two tabs send it once, though one has not heard of the new log', () => {
    const { world, tab } = restored();
    const other = world.openTab();
    world.turnTo(tab);
    world.breakLine(tab);
    world.run(10_000);
    world.breakLine(other);
    world.run(120_000);
    expect(world.service.says.map((say) => say.text)).toEqual(['Hello', 'Is anybody there?']);
    expect(tab.link.unsent + other.link.unsent).toBe(0);
  });

  it('after a day nobody expects it any more', () => {
    const { world, tab } = talking();
    for (let hour = 0; hour < 25; hour += 1) world.run(3_600_000);
    tab.step({ is: 'tick' });
    expect([...world.kept.values()]).toEqual([]);
  });
});
