// Calls, for looking and testing: one that is held out, one at every place where it can stand, and one that is over.
// The numbers are of the range that France keeps for stories.

import type { CallRow, LineSound, OfferRow, PhoneState, TimelineItem, Times } from '../../src/ipc/types';
import { card, customer } from './customers';
import { hold, type Held } from './day';
import * as lines from './lines';
import { DAY, me, MINUTE } from './people';
import { NO_LINE, type Scene } from './scenes';

export const CALLER = { name: 'Adèle Fontaine', number: '+33 6 39 98 14 07' };
const GOOD: LineSound = { r: 91, mos: 437, lost: 900, concealed: 2_100, discarded: 400, jitter: 4 };
const FAIR: LineSound = { r: 76, mos: 386, lost: 21_000, concealed: 24_000, discarded: 3_000, jitter: 19 };
const BAD: LineSound = { r: 58, mos: 301, lost: 61_000, concealed: 72_000, discarded: 9_000, jitter: 48 };
const RECORDING = 'd'.repeat(64);
const MESSAGE = 'e'.repeat(64);

export interface CallDay {
  phone: PhoneState;
  held: Held[];
  offers: OfferRow[];
  calls: CallRow[];
  /** What is open at the start, when it is not what an ordinary day opens. */
  open: string | null;
}

export function times(began: number, since: number, more: Partial<Times> = {}): Times {
  return { began, since, wait: 0, ring: 0, talk: 0, hold: 0, ...more };
}

/** A call that is spoken since two minutes and a half. */
export function callRow(id: string, t: number, more: Partial<CallRow> = {}): CallRow {
  const since = t - 154_000;
  return {
    id, conversation: null, direction: 'inbound', ...CALLER, stage: 'connected', since, answered_at: since,
    times: times(since - 48_000, since, { wait: 42_000, ring: 6_000 }), held: { by_us: false, by_them: false }, muted: false, consult: null, transfer: null,
    digits: '', sound: null, bad_line: null, recorded: false, ended: null, ...more,
  };
}

export function callOffer(t: number): OfferRow {
  return {
    id: 'c-adele', customer_name: CALLER.name, tier: 'Gold', channel: 'voice', queue: 'Delivery', reason: 'Parcel not received', language: 'fr',
    subject: 'Commande 48-3177, livraison de mardi', waiting_since: t - 48_000, from: t - 9_000, until: t + 16_000, by: null, handed_over: null, first_because: null, number: CALLER.number,
  };
}

/** The conversation of a call. */
export function spoken(id: string, t: number, more: Parameters<typeof hold>[3] = {}, said?: TimelineItem[]): Held {
  const who = card(
    customer('cu-adele', CALLER.name, {
      tier: 'Gold', language: 'fr', since: Date.UTC(2021, 8, 2),
      identities: [{ id: 'i-20', kind: 'phone', value: CALLER.number, trust: 'verified' }, { id: 'i-21', kind: 'email', value: 'a.fontaine@courriel.example', trust: 'claimed' }],
    }),
    {
      figures: { spent: { cents: 61_240, currency: 'EUR' }, orders: 6, contacts_30_days: 2 },
      journey: [
        { id: 'm-20', at: t - 3 * MINUTE, tone: 'bad', place: 'phone', text: 'parcel missing, second call', answer: null, conversation: id },
        { id: 'm-21', at: t - 2 * DAY, tone: 'warning', place: 'phone', text: 'asked for a time of delivery', answer: null, conversation: null },
        { id: 'm-22', at: t - 6 * DAY, tone: 'good', place: 'web', text: 'order 48-3177', answer: null, conversation: null },
      ],
    },
  );
  const first = said ?? lines.placed([
    lines.activity(t - 154_000, { what: 'answered', by: me.name, waited: 42_000 }),
    lines.line(t - 70_000, 'me', 'Driver noted “nobody there” at 10:20; she was at home and has it on her door camera.', { kind: 'note', name: me.name, delivery: { state: 'sent' } }),
  ]);
  return hold(id, who, first, {
    channel: 'voice', queue: 'delivery', queue_name: 'Delivery', subject: 'Commande 48-3177, livraison de mardi', language: 'fr', reason: 'parcel-missing', live: true, ...more,
  });
}

function over(t: number): Held {
  const ended = t - 31_000;
  return spoken('c-adele', t, {
    state: 'wrap_up', wrap_up_until: t + 59_000, live: false,
    call: {
      correlation: 'demo-1', direction: 'inbound', with: CALLER, answered_at: ended - 210_000, times: times(ended - 260_000, ended, { wait: 42_000, ring: 6_000, talk: 190_000, hold: 20_000 }),
      holds: 1, recorded: true, ended: { at: ended, by: 'customer', reason: 'hung_up', code: null }, sound: FAIR,
    },
  }, lines.placed([
    lines.activity(t - 2 * DAY, { what: 'call_back', waited: 131_000 }),
    { ...lines.activity(t - DAY, { what: 'voicemail', length: 32_000 }), attachments: [{ sha256: MESSAGE, name: 'message.wav', mime: 'audio/wav', size: 512_044, preview: null }] },
    lines.activity(t - 242_000, { what: 'answered', by: me.name, waited: 42_000 }),
    lines.line(t - 100_000, 'me', 'New parcel goes out today; she prefers Wednesday after six.', { kind: 'note', name: me.name, delivery: { state: 'sent' } }),
    { ...lines.activity(ended, { what: 'hung_up', by: 'customer', talked: 190_000, held: 20_000 }), attachments: [{ sha256: RECORDING, name: 'recording.wav', mime: 'audio/wav', size: 3_360_044, preview: null }] },
  ]));
}

export function callDay(scene: Scene, t: number): CallDay {
  const none: CallDay = { phone: NO_LINE[scene] ?? 'ready', held: [], offers: [], calls: [], open: null };
  const talk = (more: Partial<CallRow>, open: string | null = 'c-adele'): CallDay => ({
    ...none, held: [spoken('c-adele', t)], calls: [callRow('call-1', t, { conversation: 'c-adele', sound: GOOD, recorded: true, ...more })], open,
  });
  const onHold = { held: { by_us: true, by_them: false }, times: times(t - 202_000, t - 20_000, { wait: 42_000, ring: 6_000, talk: 134_000 }) };
  const amir = (stage: 'calling' | 'talking' | 'joined') => ({ consult: { name: 'Amir Saïdi', stage } });
  switch (scene) {
    case 'call_offered': return { ...none, offers: [callOffer(t)] };
    case 'call': return talk({});
    case 'call_held': return talk({ ...onHold, digits: '' });
    case 'call_muted': return talk({ muted: true, digits: '4821#' });
    case 'call_dialling': return talk({ stage: 'dialling', direction: 'outbound', since: t - 7_000, answered_at: null, times: times(t - 7_000, t - 7_000), sound: null, recorded: false });
    case 'consult_calling': return talk({ ...onHold, ...amir('calling') });
    case 'consult_talking': return talk({ ...onHold, ...amir('talking') });
    case 'consult_joined': return talk(amir('joined'));
    case 'transfer_failed': return talk({ transfer: { kind: 'blind', name: 'Jonas Weber', failed: true } });
    case 'bad_line': return talk({ sound: BAD, bad_line: 'lossy' });
    case 'call_elsewhere': return talk({ muted: true, sound: FAIR }, 'c-omar');
    case 'call_over': return { ...none, held: [over(t)], open: 'c-adele' };
    case 'direct': return { ...none, calls: [callRow('call-2', t, { name: '', number: '+33 6 39 98 52 60', stage: 'ringing', since: t - 4_000, answered_at: null, times: times(t - 4_000, t - 4_000) })] };
    case 'direct_spoken': return { ...none, calls: [callRow('call-2', t, { name: '', number: '+33 6 39 98 52 60', sound: GOOD })] };
    case 'call_hostile': return talk({ name: '<img src=x onerror=alert(1)> \u202Egro.live Maximiliane Annegret Freifrau von Hohenstein-Wittgenstein', number: '+33 6 39 98 14 07;ext=<b>1</b>', consult: { name: 'Wilhelmina van der Westhuizen-Oosterbeek', stage: 'talking' }, ...onHold });
    default: return none;
  }
}
