// One loop, wherever it is shown: each field is changed in place and on its own, so that two people who change
// different fields never meet.

import type { FollowUp, FollowUpChange, Priority } from '../../ipc/types';
import type { Desk } from '../../live/desk.svelte';
import { TITLE_CHARS } from '../../shared/loops';
import { w } from '../../words/words.svelte';

export interface NewLoop {
  customer: string;
  conversation: string | null;
  title: string;
  owner: string | null;
  due: number;
  priority: Priority;
  cause: string | null;
}

export class Loops {
  constructor(private readonly desk: Desk) {}

  async add(loop: NewLoop): Promise<boolean> {
    const tried = await this.desk.attempt('follow_up.add', { ...loop, title: loop.title.trim() });
    if (tried.done) this.desk.notices.say(w().loop.added, { tone: 'good' });
    return tried.done;
  }

  async change(id: string, change: FollowUpChange): Promise<boolean> {
    return (await this.desk.attempt('follow_up.change', { id, change })).done;
  }

  /** Done, or open again; either can be taken back. */
  async toggle(loop: FollowUp): Promise<void> {
    const before = loop.status;
    const status = before === 'done' ? 'open' : 'done';
    if (!(await this.change(loop.id, { field: 'status', value: status }))) return;
    this.desk.notices.say(status === 'done' ? w().loop.doneToast : w().loop.reopened, {
      tone: status === 'done' ? 'good' : 'plain',
      about: loop.title,
      undo: () => void this.change(loop.id, { field: 'status', value: before }),
    });
  }

  async rename(loop: FollowUp, title: string): Promise<void> {
    const next = title.trim();
    if (next !== '' && next !== loop.title && next.length <= TITLE_CHARS) await this.change(loop.id, { field: 'title', value: next });
  }
}
