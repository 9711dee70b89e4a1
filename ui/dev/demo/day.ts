// The day that the stand-in begins with: who writes, who waits, what was promised, and what is not sent yet.

import type {
  ConversationReading, AttentionRow, CustomerCard, Draft, FollowUpRow, HandOver, Header, OfferRow, Suggestion, TimelineItem, WaitingRow,
} from '../../src/ipc/types';
import { attention, clashes, conflicts, waits } from './conflicts';
import { card, customer, lea as leaCard, plainCards } from './customers';
import * as lines from './lines';
import { loops } from './loops';
import { DAY, HOUR, me, MINUTE } from './people';
import { isOffline, type Scene } from './scenes';

/** A conversation, with all that the desk knows of it. */
export interface Held {
  header: Header;
  lines: TimelineItem[];
  draft: Draft;
  card: CustomerCard;
  suggestions: Suggestion[];
  reading: ConversationReading | null;
  reading_at: string | null;
  own: boolean;
  unread: number;
  parked: boolean;
}

export interface Day {
  held: Held[];
  offers: OfferRow[];
  waiting: WaitingRow[];
  loops: FollowUpRow[];
  attention: AttentionRow[];
}

export function day(scene: Scene, t: number): Day {
  const troubled = scene === 'attention' || isOffline(scene);
  const said = troubled ? lines.waitingForLine(t) : lines.omar(t);
  const made = loops(t);
  const two = scene === 'conflicts' ? conflicts(t) : null;
  return {
    held: [...conversations(scene, t, said), ...(scene === 'crowd' ? many(t) : [])],
    offers: two || isOffline(scene) ? [] : offers(t),
    waiting: [...waiting(t), ...(scene === 'crowd' ? manyWaiting(t) : [])],
    loops: two ? [...two.loops, ...made.slice(3)] : made,
    attention: two ? two.rows : troubled ? unsent(scene, t, said, made) : [],
  };
}

export function hold(id: string, of: CustomerCard | undefined, said: TimelineItem[], header: Partial<Header>, more: Partial<Held> = {}): Held {
  const who = of ?? card(customer(`cu-${id}`, ''));
  return {
    header: {
      id, customer: who.customer.id, customer_name: who.customer.name, channel: 'chat', queue: 'care', queue_name: 'Product care', state: 'active',
      subject: '', language: 'en', reason: null, promise: null, owner: me.name, mine: true, live: false, typing: [], viewing: [], snoozed_until: null,
      wrap_up_until: null, disposition: null, parked: false, read_upto: said.at(-1)?.n ?? said.filter((line) => line.n !== null).length, asks: null,
      hand_over: null, may_be: null, call: null, linked: false, ...header,
    },
    lines: said, draft: { mode: 'reply', reply: '', note: '', attachments: [] }, card: who, suggestions: [], reading: null, reading_at: null, own: true, unread: 0, parked: false,
    ...more,
  };
}

export function waitingRow(id: string, name: string, queue: string, since: number, more: Partial<WaitingRow>): WaitingRow {
  return {
    id, customer_name: name, tier: more.tier ?? null, channel: more.channel ?? 'chat', queue, reason: more.reason ?? null, language: more.language ?? null,
    waiting_since: since, due: more.due ?? since + 120_000, priority: more.priority ?? 0, handed_over: more.handed_over ?? null, first_because: more.first_because ?? null, offered: more.offered ?? false,
  };
}

function conversations(scene: Scene, t: number, omar: TimelineItem[]): Held[] {
  const cards = plainCards(t);
  const leaSaid = lines.lea(t);
  // What is there only to be looked at stays out of the list of an ordinary day.
  const full = { own: scene === 'full' };
  const past = (id: string, text: string) =>
    hold(id, leaCard(t), lines.placed([lines.line(t - 4 * DAY, 'customer', text), lines.mine(t - 4 * DAY + 60_000, 'Yes, from Thursday on.'), lines.activity(t - 4 * DAY + 90_000, { what: 'resolved', by: 'Chloé Dumas' })]), {
      subject: text, state: 'resolved', mine: false, owner: 'Chloé Dumas', promise: null, disposition: 'solved',
    }, { own: false });
  return [
    hold('c-lea', leaCard(t), leaSaid, {
      queue: 'delivery', queue_name: 'Delivery', subject: 'Tracking says delivered, but nothing is here', language: 'fr', reason: 'parcel-missing',
      promise: { from: t - 2 * MINUTE, due: t + MINUTE }, live: true, hand_over: HANDED_OVER, viewing: ['Amir Saïdi'], typing: [], asks: 'csat',
    }, { suggestions: SUGGESTED, reading: readLea(leaSaid) }),
    hold('c-omar', cards['cu-omar'], omar, {
      queue: 'returns', queue_name: 'Returns', subject: 'Wrong size of trousers', reason: 'size', promise: { from: t - 90_000, due: t + 2.4 * MINUTE }, live: true,
      read_upto: 3, typing: ['Omar Khan'],
    }, { unread: 2 }),
    hold('c-sofia', cards['cu-sofia'], lines.sofia(t), { queue: 'care', queue_name: 'Product care', subject: 'The lamp hums', reason: 'advice', language: 'en' }),
    hold('c-yusuf', cards['cu-yusuf'], lines.arabic(t), {
      queue: 'delivery', queue_name: 'Delivery', subject: 'تغيير عنوان التوصيل', language: 'ar', promise: { from: t - 3 * MINUTE, due: t - 20_000 }, live: true,
    }),
    hold('c-visitor', cards['cu-visitor'], lines.placed([lines.line(t - 5 * MINUTE, 'customer', 'Bonjour, c’est encore moi, depuis mon téléphone.')]), {
      queue: 'delivery', queue_name: 'Delivery', subject: 'Encore moi', language: 'fr', promise: { from: t - 5 * MINUTE, due: t + 5 * MINUTE }, live: true,
      may_be: { customer: 'cu-lea', name: 'Léa Bernard', because: 'email' },
    }, full),
    hold('c-hostile', cards['cu-hostile'], lines.hostile(t), { subject: '\u202Etxt.live <b>bold</b>', promise: null }, full),
    hold('c-margaux', cards['cu-margaux'], lines.placed([
      lines.line(t - 20 * MINUTE, 'customer', 'Merci, le remboursement est bien arrivé.'), lines.mine(t - 19 * MINUTE, 'Parfait, bonne journée Margaux !'),
      lines.activity(t - 60_000, { what: 'resolved', by: me.name }),
    ]), { queue: 'returns', queue_name: 'Returns', subject: 'Remboursement', language: 'fr', state: 'wrap_up', wrap_up_until: t + 71_000, reason: null }),
    hold('c-tom', cards['cu-tom'], lines.placed([lines.line(t - 3 * HOUR, 'customer', 'I will look for the receipt and write again tonight.')]), {
      queue: 'returns', queue_name: 'Returns', subject: 'Receipt for a return', state: 'snoozed', snoozed_until: t + 4 * HOUR,
    }),
    hold('c-long', cards['cu-long'], lines.long(t, scene === 'crowd' ? 100_000 : 2_000), { queue: 'care', queue_name: 'Product care', subject: 'A very long story', reason: 'other' }, { own: scene === 'full' || scene === 'crowd' }),
    hold('c-amirs', card(customer('cu-ben', 'Ben Achterberg')), lines.placed([lines.line(t - 6 * MINUTE, 'customer', 'Is anybody there?')]), {
      queue: 'care', queue_name: 'Product care', subject: 'Vase with a crack', mine: false, owner: 'Amir Saïdi', promise: { from: t - 6 * MINUTE, due: t - MINUTE },
    }, { own: false }),
    past('c-lea-old', 'Is the linen throw back in stock this month?'),
    past('c-lea-older', 'My refund for the blue lamp'),
  ];
}

function unsent(scene: Scene, t: number, omar: TimelineItem[], made: FollowUpRow[]): AttentionRow[] {
  const [reply, next] = omar.filter((line) => line.delivery?.state === 'not_sent' || line.delivery?.state === 'saved');
  const who = { customer_name: 'Omar Khan', customer: 'cu-omar', conversation: 'c-omar' };
  const [old, late] = [made[2], made[3]] as [FollowUpRow, FollowUpRow];
  return [
    attention(reply?.id ?? '', t - 50_000, { what: 'reply', ...who, text: 'Done: a pair in 32 is kept at the station shop until Friday.', delivery: { state: 'not_sent', why: { why: 'too_late' } } }),
    clashes('at-2', old, { field: 'outcome', value: 'Refund in full, a courier collects it' }, { field: 'outcome', value: 'Exchange in the store on Monday' }, t - 20 * MINUTE, { base: { field: 'outcome', value: null } }),
    attention('at-3', t - 2 * HOUR, { what: 'note', customer_name: 'Sofia Jansen', customer: 'cu-sofia', conversation: 'c-sofia', text: 'The workshop calls back on Monday.', delivery: { state: 'not_sent', why: { why: 'refused', message: 'A note may not be longer than 32,000 characters.' } } }),
    attention('work-file', t - 4 * HOUR, { what: 'work_file', delivery: { state: 'not_sent', why: { why: 'damaged', copy: '/home/ines/.local/share/loopdesk/workspaces/practice/work.damaged-1795000000000.db', changes: { saved: 11, lost: 1 }, drafts: { saved: 2, lost: 0 }, files: { saved: 0, lost: 0 } } } }),
    attention('at-4', t - 3 * HOUR, { what: 'follow_up', customer_name: 'Tom Okafor', customer: 'cu-tom', follow_up: 'fu-gone', text: 'Find the receipt', change: { field: 'note', value: 'He looks for it in the evening.' }, delivery: { state: 'not_sent', why: { why: 'not_yours' } }, hand_over_until: t + 21 * HOUR }),
    ...(isOffline(scene) ? [
      attention(next?.id ?? '', t - 20_000, { what: 'reply', ...who, text: 'And yes, a swap works for sale items too.' }),
      waits('at-6', late, { field: 'cause', value: 'no-notice' }, t - 9 * MINUTE),
      attention('at-7', t - 6 * MINUTE, { what: 'reason', customer_name: 'Sofia Jansen', customer: 'cu-sofia', conversation: 'c-sofia', text: 'Advice before buying' }),
    ] : []),
  ];
}

function offers(t: number): OfferRow[] {
  return [{
    id: 'c-theo', customer_name: 'Théo Martin', tier: 'Gold', channel: 'chat', queue: 'Alba Card', reason: 'Lost card', language: 'fr',
    subject: 'Je crois que j’ai perdu ma carte', waiting_since: t - 102_000, from: t - 12_000, until: t + 13_000, by: null, handed_over: null, first_because: null, number: null,
  }];
}

function waiting(t: number): WaitingRow[] {
  return [
    waitingRow('c-w1', 'Nina Petrov', 'Delivery', t - 134_000, { reason: 'Refund is late', language: 'en', due: t - 14_000, priority: 3 }),
    waitingRow('c-w2', 'Jon Álvarez', 'Returns', t - 97_000, { reason: 'Store refused a return', language: 'en', due: t + 83_000, priority: 1, handed_over: 'address change not understood', first_because: 'failed_bot' }),
    waitingRow('c-w3', 'Maximiliane Annegret Freifrau von Hohenstein', 'Product care', t - 65_000, { language: 'fr', due: t + 235_000, tier: 'Platinum' }),
    waitingRow('c-w4', '', 'Product care', t - 41_000, { due: t + 259_000, channel: 'form' }),
    waitingRow('c-w5', 'Priya Nair', 'Delivery', t - 22_000, { reason: 'Praise', language: 'en', due: t + 98_000, offered: true }),
  ];
}

/** More than anybody should have: 10,000 of one's own beside that of 100,000 lines, and 500 that wait. */
function many(t: number): Held[] {
  return Array.from({ length: 10_000 }, (_, i) =>
    hold(`c-many-${i}`, card(customer(`cu-many-${i}`, `Customer ${String(i).padStart(5, '0')}`)), lines.placed([lines.line(t - HOUR - i * MINUTE, 'customer', `Question ${i}, and a few words more`)]), { subject: `Question ${i}` }));
}

function manyWaiting(t: number): WaitingRow[] {
  return Array.from({ length: 500 }, (_, i) => waitingRow(`c-wait-${i}`, `Waiting ${i}`, 'Delivery', t - (500 - i) * 1_000, { due: t + i * 1_000 }));
}

const HANDED_OVER: HandOver = {
  reason: 'not delivered although marked delivered',
  slots: { order: '48-2291', postcode: '69002', 'asked before': 'order status, twice' },
  transcript: [
    { side: 'customer', text: 'Where is my blanket?' },
    { side: 'company', text: 'Your order 48-2291 was delivered on Thursday at 10:41.' },
    { side: 'customer', text: 'No, it was not. I was at home all day.' },
    { side: 'company', text: 'Your order 48-2291 was delivered on Thursday at 10:41. Can I help with anything else?' },
    { side: 'customer', text: 'I want to speak to somebody.' },
  ],
};

const SUGGESTED: Suggestion[] = [
  { id: 'sg-1', text: 'I have just spoken with the depot, Léa: 48-2291 was scanned by mistake and is still in the van. It reaches you today before 18:00, and I write to you the moment it is out.', source: 'macro', title: 'Depot confirms a wrong scan', because: ['delivered', 'scan', 'parcel'], rest: null, in_ten: null, taken: 0 },
  { id: 'sg-2', text: 'As this is the second time, I have taken the delivery fee off. Would you rather have it brought today, or pick it up in the shop?', source: 'answer', title: 'Conversation of 3 November', because: ['second time', 'delivered'], rest: null, in_ten: 6, taken: 4 },
  { id: 'sg-3', text: 'After two working days without a trace, we send a new one at once.', source: 'article', title: 'A parcel is marked delivered but not there', because: ['delivered', 'nothing'], rest: null, in_ten: null, taken: 0 },
];

/** What Léa's words say of her. */
function readLea(said: readonly TimelineItem[]): ConversationReading {
  const own = said.filter((line) => line.side === 'customer' && line.kind === 'message');
  const last = own.at(-1);
  const again = { kind: 'repeat_problem' as const, words: ['second time'] };
  return {
    felt: { emotion: 'irritation', strength: 0.7, words: ['Nobody told me'] },
    trend: { moods: [-0.1, -0.35, -0.7], turned: { at: 2, better: false }, strongest: null, upset_for: 2, irritants: [again] },
    urgency: null,
    reasons: [{ reason: 'parcel-missing', confidence: 0.8, words: ['delivered'] }],
    lines: last ? [{ id: last.id, irritants: [again], urgency: null }] : [],
    hint: { because: 'open_problem', problem: 'Store return R-118 refused', department: 'Retail' },
    summary: [{ kind: 'wants', text: 'It says delivered, but nothing is at reception.', line: last?.id ?? '' }],
    wrap_up: { disposition: 'with-carrier', because: 'I ask the carrier', follow_ups: [{ title: 'I write to you the moment it is out.', due: null }] },
  };
}
