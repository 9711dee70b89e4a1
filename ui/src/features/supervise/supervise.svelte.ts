// Queues and advisors as they are now, and giving a conversation to somebody else.

import type { OwnedItem, SuperviseAdvisor, SuperviseQueue } from '../../ipc/types';
import type { Desk } from '../../live/desk.svelte';
import { w } from '../../words/words.svelte';

export interface Chosen {
  item: OwnedItem;
  owner: string;
}

export class SuperviseState {
  chosen = $state.raw<Chosen | null>(null);
  picking = $state(false);

  constructor(private readonly desk: Desk) {}

  async show(): Promise<void> {
    const tried = await this.desk.attempt('supervise.show', { on: true });
    if (tried.done && tried.output) this.desk.supervise = tried.output;
  }

  leave(): void {
    void this.desk.attempt('supervise.show', { on: false });
  }

  get queues(): readonly SuperviseQueue[] {
    return this.desk.supervise?.queues ?? [];
  }

  get advisors(): readonly SuperviseAdvisor[] {
    return this.desk.supervise?.advisors ?? [];
  }

  open(item: OwnedItem): void {
    void this.desk.show(item.conversation);
  }

  /** Whom the chosen conversation can be given to. */
  get receivers(): readonly SuperviseAdvisor[] {
    return this.advisors.filter((row) => row.id !== this.chosen?.owner && row.presence.state !== 'offline');
  }

  async reassign(person: string): Promise<void> {
    const { chosen } = this;
    if (!chosen) return;
    const name = this.advisors.find((row) => row.id === person)?.name ?? '';
    const tried = await this.desk.attempt('conversation.assign', { id: chosen.item.conversation, person });
    if (!tried.done) return;
    const back = chosen.owner;
    this.chosen = null;
    this.desk.notices.say(w().conversation.transferredToast(name), {
      tone: 'good',
      undo: () => void this.desk.attempt('conversation.assign', { id: chosen.item.conversation, person: back }),
    });
  }
}

/** Whether the oldest one of a queue waits longer than promised. */
export function overTarget(queue: SuperviseQueue, now: number): boolean {
  return queue.longest !== null && now - queue.longest > queue.target_s * 1000;
}
