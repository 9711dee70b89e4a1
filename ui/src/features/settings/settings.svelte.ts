// How a person likes their desk, and which desks there are on this computer.

import type { NotificationSettings, WorkspaceRow } from '../../ipc/types';
import { call } from '../../ipc/call';
import { asFailure } from '../../ipc/failure';
import type { Desk } from '../../live/desk.svelte';

export const ZOOMS = [80, 90, 100, 110, 125, 150, 175, 200] as const;
export const UNDO = [0, 3, 5, 10] as const;

export class SettingsState {
  /** Signing out was asked for; `unsent` when the desk says that something would be lost. */
  leaving = $state<'no' | 'ask' | 'unsent'>('no');
  forgetting = $state.raw<WorkspaceRow | null>(null);
  address = $state('');
  tried = $state(false);
  adding = $state(false);

  constructor(private readonly desk: Desk) {}

  notify(change: Partial<NotificationSettings>): void {
    void this.desk.change({ notifications: { ...this.desk.settings.notifications, ...change } });
  }

  get addressOk(): boolean {
    return isAddress(this.address);
  }

  async add(): Promise<void> {
    this.tried = true;
    if (!this.addressOk || this.adding) return;
    this.adding = true;
    await this.desk.open?.draft.flush();
    const done = (await this.desk.attempt('workspace.add', { address: this.address.trim() })).done;
    this.adding = false;
    if (done) {
      this.address = '';
      this.tried = false;
    }
  }

  /** What is being written is kept first: it belongs to the workspace that is left. */
  async use(row: WorkspaceRow): Promise<void> {
    await this.desk.open?.draft.flush();
    await this.desk.attempt('workspace.use', { id: row.id });
  }

  async signOut(evenUnsent: boolean): Promise<void> {
    await this.desk.open?.draft.flush();
    try {
      await call('workspace.sign_out', { even_unsent: evenUnsent });
      this.leaving = 'no';
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (failure.code === 'unsent') {
        this.leaving = 'unsent';
        return;
      }
      this.leaving = 'no';
      this.desk.notices.fail(failure);
    }
  }

  async forget(): Promise<void> {
    const row = this.forgetting;
    if (!row) return;
    await this.desk.attempt('workspace.forget', { id: row.id });
    this.forgetting = null;
  }
}

/** `https://…`, or plain http on this computer only. */
export function isAddress(text: string): boolean {
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    return false;
  }
  if (url.username !== '' || url.password !== '') return false;
  if (url.protocol === 'https:') return url.hostname !== '';
  return url.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
}
