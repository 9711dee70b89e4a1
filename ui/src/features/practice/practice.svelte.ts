// Practice customers: people made of script, for training and for seeing the desk alive.

import type { PracticeCustomer } from '../../ipc/types';
import type { Desk } from '../../live/desk.svelte';
import { w } from '../../words/words.svelte';

export class PracticeState {
  loaded = $state(false);

  constructor(private readonly desk: Desk) {}

  get customers(): readonly PracticeCustomer[] {
    return this.desk.practice;
  }

  async load(): Promise<void> {
    if (!this.desk.team.practice) return;
    const tried = await this.desk.attempt('practice.list');
    if (tried.done) this.desk.practice = tried.output;
    this.loaded = true;
  }

  async start(customer: PracticeCustomer): Promise<void> {
    const tried = await this.desk.attempt('practice.start', { id: customer.id });
    if (tried.done) this.desk.notices.say(w().settings.startedToast, { about: customer.name });
  }

  async stop(customer: PracticeCustomer): Promise<void> {
    await this.desk.attempt('practice.stop', { id: customer.id });
  }
}

/** Copies the link that a customer opens; says so, or that it did not work. */
export async function copyLink(desk: Desk): Promise<void> {
  try {
    await navigator.clipboard.writeText(desk.team.chatLink);
    desk.notices.say(w().settings.copiedToast, { tone: 'good' });
  } catch {
    desk.notices.say(w().settings.copyFailed, { tone: 'bad' });
  }
}
