/**
 * A small world for tests: one service, one browser with several tabs, a network that does what the test says, and a
 * clock that only moves when told. Everything that is random comes from one seed.
 */
import { type Effect, type Input, Link } from '../link';
import type { Row } from '../outbox';
import type { Now } from '../pace';
import type { ChatCommand, ChatFrame, ChatLine, ChatReceipt, ChatRow, ChatState, Start } from '../types';
import { uuids } from '../uuid';
import type { Profile } from '../visit';

export function dice(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

export const someone: Profile = {
  workspace: 'alba',
  queue: null,
  language: 'en',
  name: null,
  email: null,
  signed: null,
};

/** The service as the contract describes it: a log, receipts by id, range frames. */
export class FakeService {
  log: { seq: number; row: ChatRow }[] = [];
  receipts = new Map<string, ChatReceipt>();
  tokens = new Set<string>();
  starts: Start[] = [];
  says: { id: string; text: string }[] = [];
  seen: number[] = [];
  lines = 0;
  state: ChatState | null = null;
  head = 0;
  open = true;
  #tokens = 0;
  /** Cursors below this are not known any more. */
  floor = 0;
  epoch = 'epoch-1';

  /** Everything that it has. */
  backup(): () => void {
    const { log, receipts, tokens, says, lines, state, head } = this;
    const copy = { log: [...log], receipts: new Map(receipts), tokens: new Set(tokens), says: [...says], lines, state, head };
    return () => {
      const number = Number(this.epoch.slice(6)) + 1;
      // Numbers that were given after the backup are left out, so that none means two things.
      const floor = copy.head + 1_000;
      Object.assign(this, copy, { epoch: `epoch-${number}`, head: floor, floor });
    };
  }

  start(start: Start): { token: string } {
    this.starts.push(start);
    if (start.token !== null && this.tokens.has(start.token)) return { token: start.token };
    this.#tokens += 1;
    const token = `token-${this.#tokens}`;
    this.tokens.add(token);
    return { token };
  }

  command(command: ChatCommand, wall: number): ChatReceipt {
    const kept = this.receipts.get(command.id);
    if (kept !== undefined) return kept;
    if (command.kind === 'say') {
      this.says.push({ id: command.id, text: command.args.text });
      this.#write({
        type: 'line',
        row: { id: command.id, n: this.#n(), at: wall, from: { from: 'me' }, text: command.args.text, attachments: [] },
      });
      this.change({ phase: this.state?.phase === 'open' ? 'open' : 'waiting' });
    } else if (command.kind === 'seen') {
      this.seen.push(command.args.upto);
    } else if (command.kind === 'end') {
      this.change({ phase: 'ended', asks: 'csat' });
    } else {
      this.change({ asks: null });
    }
    const receipt: ChatReceipt = { id: command.id, outcome: 'applied', seq: this.head };
    this.receipts.set(command.id, receipt);
    return receipt;
  }

  /** The advisor answers. */
  answer(text: string, wall: number): ChatLine {
    const line: ChatLine = {
      id: `advisor-${this.head + 1}`,
      n: this.#n(),
      at: wall,
      from: { from: 'advisor', name: 'Inès Keller' },
      text,
      attachments: [],
    };
    this.#write({ type: 'line', row: line });
    return line;
  }

  change(change: Partial<ChatState>): void {
    this.state = {
      conversation: 'conversation-1',
      phase: 'waiting',
      advisor: null,
      seen_by_advisor: 0,
      asks: null,
      ...this.state,
      ...change,
      version: (this.state?.version ?? 0) + 1,
    };
    this.#write({ type: 'state', row: this.state });
  }

  /** Where deltas start for a cursor. */
  resume(cursor: number): number {
    return cursor > this.head || cursor < this.floor ? 0 : cursor;
  }

  range(from: number): Extract<ChatFrame, { type: 'range' }> | null {
    if (from >= this.head) return null;
    return { type: 'range', from, to: this.head, rows: this.log.filter((e) => e.seq > from).map((e) => e.row) };
  }

  #n(): number {
    this.lines += 1;
    return this.lines;
  }

  #write(row: ChatRow): void {
    this.head += 1;
    this.log.push({ seq: this.head, row });
  }
}

/** What the network does to one thing that travels. */
export interface Weather {
  /** Milliseconds until it arrives, or nothing when it never does. */
  post(): { there: number | null; back: number | null; status: number };
  frame(): { after: number | null; twice: boolean };
  dial(): number | null;
}

export const fair: Weather = {
  post: () => ({ there: 20, back: 20, status: 200 }),
  frame: () => ({ after: 20, twice: false }),
  dial: () => 20,
};

interface Socket {
  tab: Tab;
  conn: number;
  /** What the service has sent on this socket. */
  sent: number | null;
  alive: boolean;
}

export class World {
  readonly service = new FakeService();
  readonly kept = new Map<string, Row>();
  readonly tabs: Tab[] = [];
  readonly random: () => number;
  token: string | null = null;
  weather: Weather = fair;
  mono = 0;
  wall = 1_700_000_000_000;
  #queue: { at: number; no: number; run: () => void }[] = [];
  #no = 0;
  sockets: Socket[] = [];
  readonly newId: (wall: number) => string;

  constructor(seed = 1) {
    this.random = dice(seed);
    this.newId = uuids((bytes) => bytes.forEach((_, place) => (bytes[place] = Math.floor(this.random() * 256))));
  }

  get now(): Now {
    return { wall: this.wall, mono: this.mono };
  }

  later(ms: number, run: () => void): void {
    this.#no += 1;
    this.#queue.push({ at: this.mono + ms, no: this.#no, run });
  }

  /** Lets time pass. */
  run(ms: number): void {
    const end = this.mono + ms;
    for (let events = 0; ; events += 1) {
      if (events > 20_000) throw new Error('the link never rests');
      this.#queue.sort((a, b) => a.at - b.at || a.no - b.no);
      const next = this.#queue[0];
      if (next === undefined || next.at > end) break;
      this.#queue.shift();
      this.#move(next.at);
      next.run();
    }
    this.#move(end);
  }

  /** The machine sleeps: the wall clock goes on, nothing else does, and sockets die unheard. */
  sleep(ms: number): void {
    this.wall += ms;
    for (const socket of this.sockets) socket.alive = false;
  }

  openTab(profile: Profile = someone): Tab {
    const tab = new Tab(this, profile);
    this.tabs.push(tab);
    tab.step({ is: 'rows', rows: [...this.kept.values()] });
    this.turnTo(tab);
    return tab;
  }

  turnTo(tab: Tab): void {
    for (const other of this.tabs) if (other !== tab && other.link !== null) other.step({ is: 'turn', mine: false });
    tab.step({ is: 'rows', rows: [...this.kept.values()] });
    tab.step({ is: 'turn', mine: true });
  }

  closeTab(tab: Tab): void {
    tab.gone = true;
    this.tabs.splice(this.tabs.indexOf(tab), 1);
    for (const socket of this.sockets) if (socket.tab === tab) socket.alive = false;
    const heir = this.tabs[0];
    if (heir !== undefined) this.turnTo(heir);
  }

  /** Tells every tab what is new, as far as the network lets it. */
  push(): void {
    for (const socket of this.sockets) {
      if (!socket.alive || socket.sent === null) continue;
      const frame = this.service.range(socket.sent);
      if (frame === null) continue;
      socket.sent = frame.to;
      this.deliver(socket, frame);
    }
  }

  deliver(socket: Socket, frame: ChatFrame): void {
    const { after, twice } = this.weather.frame();
    if (after === null) return;
    for (let copy = 0; copy < (twice ? 2 : 1); copy += 1) {
      this.later(after + copy, () => {
        if (!socket.tab.gone && socket.alive) socket.tab.step({ is: 'frame', conn: socket.conn, frame });
      });
    }
  }

  breakLine(tab: Tab, code = 1006): void {
    for (const socket of this.sockets.filter((held) => held.tab === tab && held.alive)) {
      socket.alive = false;
      tab.step({ is: 'closed', conn: socket.conn, code });
    }
  }

  #move(to: number): void {
    this.wall += to - this.mono;
    this.mono = to;
  }
}

export class Tab {
  readonly link: Link;
  readonly world: World;
  gone = false;
  effects: Effect[] = [];
  /** What the test had this tab say. */
  said: string[] = [];
  /** Files whose bytes the browser still has. */
  files = new Set<string>();
  #wakes = 0;

  constructor(world: World, profile: Profile) {
    this.world = world;
    this.link = new Link(profile, world.token, world.random, world.newId);
  }

  say(text: string): void {
    this.step({ is: 'want', want: { kind: 'say', text, files: [] } });
  }

  texts(): string[] {
    return this.link.thread.lines.map(({ line }) => line.text);
  }

  step(input: Input): void {
    if (this.gone) return;
    const effects = this.link.step(input, this.world.now);
    this.effects.push(...effects);
    for (const effect of effects) this.#do(effect);
  }

  #do(effect: Effect): void {
    const { world } = this;
    switch (effect.do) {
      case 'wake': {
        this.#wakes += 1;
        const mine = this.#wakes;
        world.later(Math.max(0, effect.at - world.mono), () => {
          if (mine === this.#wakes) this.step({ is: 'tick' });
        });
        return;
      }
      case 'token':
        world.token = effect.token;
        return;
      case 'keep':
        world.kept.set(effect.row.id, effect.row);
        this.#tellOthers();
        return;
      case 'drop':
        world.kept.delete(effect.id);
        this.#tellOthers();
        return;
      case 'start':
        this.#request(
          () => world.service.start(effect.body),
          ({ token }) =>
            this.step({
              is: 'started',
              started: {
                token,
                epoch: world.service.epoch,
                workspace: 'Maison Alba',
                open: world.service.open,
                name: '',
                state: world.service.state,
              },
            }),
          (status) => this.step({ is: 'not_started', status, afterMs: null }),
        );
        return;
      case 'post':
        this.#request(
          () => {
            const receipts = effect.batch.commands.map((command) => world.service.command(command, world.wall));
            world.push();
            return receipts;
          },
          (receipts) => this.step({ is: 'posted', post: effect.post, epoch: world.service.epoch, receipts }),
          (status) => this.step({ is: 'not_posted', post: effect.post, status, afterMs: status === 429 ? 1_000 : null }),
        );
        return;
      case 'dial':
        this.#dial(effect.conn);
        return;
      case 'send':
        this.#send(effect.conn, effect.frame);
        return;
      case 'hang_up':
        for (const socket of world.sockets) if (socket.tab === this && socket.conn === effect.conn) socket.alive = false;
        return;
      case 'upload':
        if (!this.files.has(effect.sha256)) {
          world.later(1, () => this.step({ is: 'not_uploaded', sha256: effect.sha256, code: 'blob_missing' }));
        }
        return;
    }
  }

  #tellOthers(): void {
    const { world } = this;
    world.later(1, () => {
      for (const tab of [...world.tabs]) if (tab !== this) tab.step({ is: 'rows', rows: [...world.kept.values()] });
    });
  }

  #request<T>(at: () => T, ok: (answer: T) => void, failed: (status: number) => void): void {
    const { there, back, status } = this.world.weather.post();
    if (there === null) return this.world.later(30_000, () => failed(0));
    this.world.later(there, () => {
      if (status !== 200) return this.world.later(20, () => failed(status));
      const answer = at();
      if (back === null) this.world.later(30_000 - there, () => failed(0));
      else this.world.later(back, () => ok(answer));
    });
  }

  #dial(conn: number): void {
    const after = this.world.weather.dial();
    if (after === null) return this.world.later(50, () => this.step({ is: 'closed', conn, code: 1006 }));
    this.world.later(after, () => {
      if (this.gone) return;
      this.world.sockets.push({ tab: this, conn, sent: null, alive: true });
      this.step({ is: 'opened', conn });
    });
  }

  #send(conn: number, frame: { type: string; token?: string; cursor?: number }): void {
    const socket = this.world.sockets.find((held) => held.tab === this && held.conn === conn);
    if (socket?.alive !== true) return;
    const { service } = this.world;
    this.world.later(20, () => {
      if (!socket.alive) return;
      if (frame.type === 'hello') {
        if (!service.tokens.has(frame.token ?? '')) {
          socket.alive = false;
          return this.step({ is: 'closed', conn, code: 4001 });
        }
        const from = service.resume(frame.cursor ?? 0);
        socket.sent = from;
        this.world.deliver(socket, { type: 'resumed', epoch: service.epoch, from, now: this.world.wall });
        this.world.push();
      } else if (frame.type === 'ping') {
        this.world.deliver(socket, { type: 'pong', head: service.head });
      }
    });
  }
}
