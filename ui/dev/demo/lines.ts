import type { Activity, Delivery, ItemSide, Part, TimelineItem } from '../../src/ipc/types';
import { DAY, MINUTE } from './people';

let made = 0;

export function line(at: number, side: ItemSide, text: string | Part[], more: Partial<TimelineItem> = {}): TimelineItem {
  made += 1;
  return {
    id: `l-${String(made).padStart(6, '0')}`, n: 0, at, kind: 'message', side, name: '',
    parts: typeof text === 'string' ? (text === '' ? [] : [{ part: 'text', text }]) : text,
    attachments: [], activity: null, delivery: null, ...more,
  };
}

export function activity(at: number, what: Activity): TimelineItem {
  return line(at, 'system', '', { kind: 'activity', activity: what });
}

export function mine(at: number, text: string | Part[], delivery: Delivery = { state: 'seen' }, more: Partial<TimelineItem> = {}): TimelineItem {
  const n = delivery.state === 'sent' || delivery.state === 'seen' ? 0 : null;
  return line(at, 'me', text, { delivery, n, name: 'Inès Kaddour', ...more });
}

/** Gives each line its place, in the order they stand; those on their way get none. */
export function placed(lines: TimelineItem[]): TimelineItem[] {
  let n = 0;
  return lines.map((one) => (one.delivery && one.delivery.state !== 'sent' && one.delivery.state !== 'seen' ? { ...one, n: null } : { ...one, n: ++n }));
}

const PICTURE = 'a'.repeat(64);

export function lea(now: number): TimelineItem[] {
  return placed([
    line(now - DAY - 40 * MINUTE, 'customer', 'Bonjour, une question rapide : livrez-vous le samedi à Lyon ?'),
    line(now - DAY - 39 * MINUTE, 'bot', 'Oui, le samedi de 9 h à 13 h, sans supplément.', { name: 'Alba' }),
    line(now - DAY - 39 * MINUTE + 8_000, 'customer', 'Parfait, merci.'),
    activity(now - 10 * MINUTE, { what: 'accepted', by: 'Inès Kaddour' }),
    line(now - 9 * MINUTE, 'customer', 'Hello again. The tracking says my blanket was handed over on Thursday, but nobody rang and there is nothing at the concierge.'),
    line(now - 9 * MINUTE + 15_000, 'customer', 'This is what it shows:', {
      attachments: [{ sha256: PICTURE, name: 'tracking-screen.png', mime: 'image/png', size: 184_220, preview: { width: 320, height: 180 } }],
    }),
    mine(now - 8 * MINUTE, 'Hi Léa, I am sorry, that is worrying. I see the scan at 10:41 on Thursday. I am asking the depot right now; could you check whether a neighbour signed for it?'),
    activity(now - 8 * MINUTE + 20_000, { what: 'reason', by: 'Inès Kaddour', reason: 'Parcel not received' }),
    line(now - 6 * MINUTE, 'customer', 'No neighbour has it, I asked on every floor. I had no mail and no text message either. It is the second time this month!'),
    line(now - 5 * MINUTE, 'me', [
      { part: 'text', text: 'The depot confirms a wrong scan: it is still in the van and comes back by 17:00. ' },
      { part: 'mention', name: 'Amir', me: false },
      { part: 'text', text: ' can you make sure it is not sent out again tonight?' },
    ], { kind: 'note', name: 'Inès Kaddour', delivery: { state: 'sent' } }),
    line(now - 4 * MINUTE, 'colleague', [
      { part: 'mention', name: 'Inès', me: true },
      { part: 'text', text: ' done, they put it aside under 48-2291.' },
    ], { kind: 'note', name: 'Amir Saïdi' }),
    line(now - 2 * MINUTE, 'customer', [
      { part: 'text', text: 'So where is it? The carrier’s page is ' },
      { part: 'link', text: 'https://track.carrier.example/48-2291', url: 'https://track.carrier.example/48-2291', host: null },
      { part: 'text', text: ' and it still says "delivered".' },
    ]),
  ]);
}

export function omar(now: number): TimelineItem[] {
  return placed([
    activity(now - 13 * MINUTE, { what: 'transferred', by: 'Chloé Dumas', to: 'Inès Kaddour' }),
    line(now - 12 * MINUTE, 'customer', 'I ordered the trousers in 34 and need a 32. Can the shop in town swap them?'),
    mine(now - 11 * MINUTE, 'Hello Omar, yes: bring them to any of our shops within 30 days, with the order number. Shall I keep a pair in 32 for you?'),
    line(now - 90_000, 'customer', 'Yes please, the one near the station.'),
    line(now - 60_000, 'customer', 'Could I swap the size instead of a refund, even though they were on sale?'),
  ]);
}

export function sofia(now: number): TimelineItem[] {
  return placed([
    line(now - 22 * MINUTE, 'customer', 'The lamp hums a little when it is dimmed. Is that normal?'),
    mine(now - 20 * MINUTE, 'Hello Sofia, it should not. I have asked our workshop which dimmers suit it; I will write as soon as they answer.', { state: 'sent' }),
    activity(now - 20 * MINUTE + 5_000, { what: 'follow_up', by: 'Inès Kaddour', id: 'fu-4', title: 'Tell Sofia which dimmer suits the lamp' }),
  ]);
}

export function waitingForLine(now: number): TimelineItem[] {
  return [
    ...omar(now),
    mine(now - 50_000, 'Done: a pair in 32 is kept at the station shop until Friday.', { state: 'not_sent', why: { why: 'too_late' } }),
    mine(now - 20_000, 'And yes, a swap works for sale items too.', { state: 'saved' }),
  ];
}

export function hostile(now: number): TimelineItem[] {
  return placed([
    line(now - 30 * MINUTE, 'customer', '<script>alert("x")</script><img src=x onerror="alert(1)"><svg onload=alert(1)>'),
    line(now - 29 * MINUTE, 'customer', [
      { part: 'text', text: 'invoice' }, { part: 'hidden', code: 'U+202E' }, { part: 'text', text: 'fdp.exe' },
    ]),
    line(now - 28 * MINUTE, 'customer', [
      { part: 'text', text: 'see ' },
      { part: 'link', text: 'https://аpple.example/login', url: 'https://xn--pple-43d.example/login', host: 'xn--pple-43d.example' },
      { part: 'text', text: ' or javascript:alert(1)' },
    ]),
    line(now - 27 * MINUTE, 'customer', 'Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ̂ͣ̐́́͜͞'),
    line(now - 26 * MINUTE, 'customer', 'x'.repeat(100_000)),
    line(now - 25 * MINUTE, 'customer', 'مرحبا، وصل الطرد مفتوحا والبطانية غير موجودة. رقم الطلب 48-2291 من فضلكم.'),
    line(now - 24 * MINUTE, 'customer', '👩‍👩‍👧‍👦🏳️‍🌈👍🏽 ' + '🎉'.repeat(40)),
    line(now - 23 * MINUTE, 'customer', '', {
      attachments: [
        { sha256: 'b'.repeat(64), name: 'invoice\u202Efdp.exe', mime: 'application/octet-stream', size: 1_204_221, preview: null },
        { sha256: 'c'.repeat(64), name: `${'very-long-name-'.repeat(12)}.svg`, mime: 'image/svg+xml', size: 900, preview: null },
      ],
    }),
  ]);
}

const LONG_WORDS = [
  'Thanks, that helps.', 'Could you check the other parcel as well?', 'It came with a broken corner, sadly. I can send a picture if that is useful to you.',
  'No problem, take your time.', 'The order number is on the paper inside, is that the one you need, or the one on the label outside? They differ by two digits.',
  'Ok.', 'I have just received the message from the carrier: they will try again tomorrow between ten and noon, and leave it with the neighbour otherwise.',
];

export function long(now: number, count = 2_000): TimelineItem[] {
  const lines = Array.from({ length: count }, (_, i) => {
    const at = now - (count - i) * 4 * MINUTE;
    const text = `${LONG_WORDS[(i * 7) % LONG_WORDS.length] ?? ''}${i % 9 === 0 ? ` ${LONG_WORDS[(i * 3) % LONG_WORDS.length] ?? ''}` : ''} (${i + 1})`;
    return i % 3 === 1 ? mine(at, text) : line(at, 'customer', text);
  });
  return placed(lines);
}

export function arabic(now: number): TimelineItem[] {
  return placed([
    line(now - 6 * MINUTE, 'customer', 'السلام عليكم، هل يمكن تغيير عنوان التوصيل للطلب 48-3310؟'),
    mine(now - 5 * MINUTE, 'Hello Yusuf, I can change it until tonight. Which address would you like?'),
    line(now - 3 * MINUTE, 'customer', 'شارع النخيل 14، الطابق 2. شكرا!'),
  ]);
}
