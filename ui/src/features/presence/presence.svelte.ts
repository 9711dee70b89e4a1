// Whether the advisor can be offered work, and why not.

import type { Channel, PresenceState as State } from '../../ipc/types';
import type { Desk } from '../../live/desk.svelte';

export class PresenceDoing {
  menuOpen = $state(false);

  constructor(private readonly desk: Desk) {}

  async set(state: State, reason: string | null = null): Promise<void> {
    await this.desk.attempt('presence.set', { state, reason });
  }

  async toggleFinishing(): Promise<void> {
    const { presence } = this.desk.team;
    if (presence) await this.desk.attempt('presence.finish', { on: !presence.finishing });
  }

  async toggleChannel(channel: Channel): Promise<void> {
    const load = this.desk.team.presence?.channels.find((one) => one.channel === channel);
    if (load) await this.desk.attempt('presence.channel', { channel, open: !load.open });
  }
}
