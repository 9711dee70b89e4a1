// Who sits here, who else is there, and how the team is set up.

import type { Colleague, Home, Named, Person, Presence, Reason, Workspace } from '../ipc/types';
import { by, Keyed } from './keyed.svelte';

export class Team {
  me = $state.raw<Person>(nobody);
  presence = $state.raw<Presence | null>(null);
  workspace = $state.raw<Workspace>(nowhere);
  chatLink = $state('');
  practice = $state(false);
  readonly colleagues = new Keyed<Colleague>(
    (row) => row.person.id,
    by((row) => row.person.name.toLocaleLowerCase(), (row) => row.person.id),
  );

  get supervisor(): boolean {
    return this.me.role === 'supervisor';
  }

  fill(home: Home): void {
    this.me = home.me;
    this.presence = home.presence;
    this.workspace = home.workspace;
    this.chatLink = home.chat_link;
    this.practice = home.practice;
    this.colleagues.reset(home.colleagues);
  }

  reason(id: string | null): Reason | undefined {
    return this.workspace.reason.find((reason) => reason.id === id);
  }

  cause(id: string | null): string | undefined {
    return named(this.workspace.cause, id);
  }

  disposition(id: string | null): string | undefined {
    return named(this.workspace.disposition, id);
  }

  breakReason(id: string | null): string | undefined {
    return named(this.workspace.break, id);
  }

  queueName(id: string): string {
    return this.workspace.queue.find((queue) => queue.id === id)?.name ?? id;
  }

  personName(id: string): string | undefined {
    if (id === this.me.id) return this.me.name;
    return this.colleagues.get(id)?.person.name;
  }
}

function named(list: readonly Named[], id: string | null): string | undefined {
  return list.find((row) => row.id === id)?.name;
}

const nobody: Person = {
  id: '', name: '', role: 'advisor', team: '', skills: [], queues: [], active: true, version: 0,
};

const nowhere: Workspace = {
  id: '', name: '', sites: [], default_queue: null, queue: [], capacity: [], reason: [], disposition: [], cause: [],
  break: [], score_rule: [], follow_up_rule: [], persona: [],
};
