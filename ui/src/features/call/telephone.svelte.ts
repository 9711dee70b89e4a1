// What is spoken into and heard from, as a person chooses and tries it.

import type { AudioDevice, AudioDevices, AudioSettings } from '../../ipc/types';
import type { Desk } from '../../live/desk.svelte';

export type Which = 'microphone' | 'speaker' | 'ringer';

export class TelephoneState {
  devices = $state.raw<AudioDevices | null>(null);
  testing = $state(false);

  constructor(private readonly desk: Desk) {}

  async look(): Promise<void> {
    const tried = await this.desk.attempt('audio.devices');
    this.devices = tried.done ? tried.output : { microphones: [], speakers: [] };
  }

  of(which: Which): readonly AudioDevice[] {
    return (which === 'microphone' ? this.devices?.microphones : this.devices?.speakers) ?? [];
  }

  /** One that was chosen and is not there now. */
  gone(which: Which): string | null {
    const id = this.desk.settings.audio[which];
    return id !== null && this.devices !== null && !this.of(which).some((one) => one.id === id) ? id : null;
  }

  async choose(change: Partial<AudioSettings>): Promise<void> {
    await this.desk.change({ audio: { ...this.desk.settings.audio, ...change } });
  }

  async test(on: boolean): Promise<void> {
    if (on) this.desk.phone.level = 0;
    const tried = await this.desk.attempt('audio.test', { on });
    this.testing = on && tried.done;
  }

  /** Nobody listens to a test that is out of sight. */
  leave(): void {
    if (this.testing) void this.test(false);
  }

  async ring(): Promise<void> {
    await this.desk.attempt('audio.ring');
  }
}
