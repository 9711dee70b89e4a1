// What the stand-in can begin with.

import type { LockedWhy, Passphrase, PhoneState } from '../../src/ipc/types';

export type Scene =
  | 'day' | 'full' | 'empty' | 'offline' | 'reconnecting' | 'opening' | 'locked' | 'locked_key' | 'passphrase' | 'choose' | 'lease' | 'nearly' | 'over' | 'signed_out' | 'signing_in' | 'advisor' | 'attention' | 'conflicts' | 'no_practice' | 'crowd'
  | 'call_offered' | 'call' | 'call_held' | 'call_muted' | 'call_dialling' | 'call_elsewhere' | 'call_over' | 'call_hostile' | 'consult_calling' | 'consult_talking' | 'consult_joined'
  | 'transfer_failed' | 'bad_line' | 'direct' | 'direct_spoken' | 'no_phone' | 'phone_connecting' | 'phone_unreachable' | 'phone_refused' | 'phone_no_sound';

/** Without a line; with room for what waits, with little of it, and with none. */
export function isOffline(scene: Scene): boolean {
  return scene === 'offline' || scene === 'nearly' || scene === 'over';
}

/** Those that begin behind a gate, and what would open it. */
export const LOCKED: Partial<Record<Scene, { why: LockedWhy; passphrase: Passphrase }>> = {
  locked: { why: 'keyring_locked', passphrase: 'no' },
  locked_key: { why: 'key_missing', passphrase: 'enter' },
  passphrase: { why: 'no_keyring', passphrase: 'enter' },
  choose: { why: 'no_keyring', passphrase: 'choose' },
  lease: { why: 'lease_over', passphrase: 'no' },
};

/** Those in which no calls arrive. */
export const NO_LINE: Partial<Record<Scene, PhoneState>> = {
  no_phone: 'none', phone_connecting: 'connecting', phone_unreachable: 'unreachable', phone_refused: 'refused', phone_no_sound: 'no_sound',
};
