import type { Alert, Customer, CustomerCard, Fact, Figures, IdentityKind, Moment, PastContact, Trust } from '../../src/ipc/types';
import { DAY } from './people';

export function customer(id: string, name: string, more: Partial<Customer> = {}): Customer {
  return {
    id, name, language: 'en', tier: null, since: Date.UTC(2024, 4, 3), persona: null, identities: [], attributes: {}, consent: [],
    blocked: false, version: 1, ...more,
  };
}

function identity(id: string, kind: IdentityKind, value: string, trust: Trust) {
  return { id, kind, value, trust };
}

export function card(who: Customer, more: Partial<CustomerCard> = {}): CustomerCard {
  return {
    customer: who,
    verified: who.identities.some((one) => one.trust === 'verified'),
    alerts: [], answers: { nps: null, csat: null, ces: null },
    figures: { spent: null, orders: null, contacts_30_days: 1 } satisfies Figures,
    orders: [], journey: [], past: [], follow_ups: [], ...more,
  };
}

function order(id: string, key: string, title: string, state: string, tone: Fact['tone'], cents: number, at: number): Fact {
  return {
    id, customer: 'cu-lea', source: 'shop', key, kind: 'order', title, state, tone, amount: { cents, currency: 'EUR' }, department: null,
    at, until: null, details: { 'Ships from': 'Lyon depot', Parcels: '1' }, version: 1,
  };
}

export function lea(now: number): CustomerCard {
  const alerts: Alert[] = [
    { id: 'al-1', tone: 'bad', kind: 'open_problem', text: 'return R-118 was refused in the store on Saturday', department: 'Stores', until: null },
    { id: 'al-2', tone: 'warning', kind: 'notice', text: 'Loyalty tier is reviewed soon; two late parcels this quarter', department: null, until: now + 9 * DAY },
  ];
  const journey: Moment[] = [
    { id: 'm-1', at: now - 9 * 60_000, tone: 'bad', place: 'chat', text: 'parcel missing', answer: null, conversation: 'c-lea' },
    { id: 'm-2', at: now - 3 * DAY, tone: 'bad', place: 'store', text: 'return refused', answer: null, conversation: null },
    { id: 'm-3', at: now - 4 * DAY, tone: 'warning', place: 'survey', text: '', answer: { kind: 'ces', value: 2 }, conversation: 'c-lea-old' },
    { id: 'm-4', at: now - 6 * DAY, tone: 'good', place: 'web', text: 'order 48-2291', answer: null, conversation: null },
    { id: 'm-5', at: now - 41 * DAY, tone: 'good', place: 'store', text: 'picked up two orders at Lyon Bellecour', answer: null, conversation: null },
  ];
  const past: PastContact[] = [
    { id: 'c-lea-old', channel: 'chat', state: 'resolved', subject: 'Is the linen throw back in stock this month?', reason: 'advice', disposition: 'solved', at: now - 4 * DAY, owner: 'Chloé Dumas' },
    { id: 'c-lea-older', channel: 'form', state: 'resolved', subject: 'My refund for the blue lamp', reason: 'refund-late', disposition: 'refunded', at: now - 61 * DAY, owner: 'Inès Kaddour' },
  ];
  return card(
    customer('cu-lea', 'Léa Bernard', {
      tier: 'Gold', since: Date.UTC(2019, 2, 12), language: 'fr',
      persona: { name: 'Busy parent', rule: 'Household with children and at least 8 orders in 12 months' },
      identities: [
        identity('i-1', 'email', 'lea.bernard@courriel.example', 'verified'),
        identity('i-2', 'phone', '+33 6 55 01 22 84', 'claimed'),
      ],
      attributes: { 'Preferred store': 'Lyon Bellecour', 'Delivery note': 'Leave with the concierge' },
      consent: [
        { purpose: 'marketing', given: true, at: now - 300 * DAY },
        { purpose: 'sms', given: false, at: now - 20 * DAY },
      ],
    }),
    {
      alerts, journey, past,
      answers: {
        nps: { last: 4, at: now - 4 * DAY, before: 9, low: true, mean: { value: 33.3, n: 3 } },
        csat: { last: 3, at: now - 61 * DAY, before: null, low: false, mean: { value: 50, n: 2 } },
        ces: { last: 2, at: now - 4 * DAY, before: 6, low: true, mean: { value: 4, n: 2 } },
      },
      figures: { spent: { cents: 128_400, currency: 'EUR' }, orders: 14, contacts_30_days: 3 },
      orders: [
        order('f-1', '48-2291', 'Order 48-2291: wool blanket, two cushions', 'marked delivered', 'bad', 14_900, now - 6 * DAY),
        order('f-2', '48-1902', 'Order 48-1902: floor lamp', 'delivered', 'good', 22_000, now - 33 * DAY),
        order('f-3', '48-1377', 'Order 48-1377: bed linen, king', 'returned', 'warning', 9_950, now - 52 * DAY),
      ],
    },
  );
}

export function plainCards(now: number): Record<string, CustomerCard> {
  return {
    'cu-omar': card(
      customer('cu-omar', 'Omar Khan', { tier: 'Silver', identities: [identity('i-3', 'email', 'o.khan@post.example', 'claimed')] }),
      { journey: [{ id: 'm-o', at: now - 12 * 60_000, tone: 'neutral', place: 'chat', text: 'size of trousers', answer: null, conversation: 'c-omar' }] },
    ),
    'cu-sofia': card(customer('cu-sofia', 'Sofia Jansen', { identities: [identity('i-4', 'account', 'sofia-j', 'verified')] }), {
      figures: { spent: { cents: 31_250, currency: 'EUR' }, orders: 3, contacts_30_days: 1 },
      answers: { nps: { last: 10, at: now - 90 * DAY, before: null, low: false, mean: { value: 100, n: 1 } }, csat: null, ces: null },
    }),
    'cu-yusuf': card(customer('cu-yusuf', 'يوسف الهاشمي', { language: 'ar', identities: [identity('i-5', 'visitor', 'visitor 7f3a', 'claimed')] })),
    'cu-margaux': card(customer('cu-margaux', 'Margaux Petit', { language: 'fr', tier: 'Gold' }), { figures: { spent: null, orders: null, contacts_30_days: 2 } }),
    'cu-tom': card(customer('cu-tom', 'Tom Okafor', { identities: [identity('i-6', 'email', 'tom.okafor@mail.example', 'claimed')] })),
    'cu-visitor': card(customer('cu-visitor', '', { language: 'fr', identities: [identity('i-7', 'email', 'lea.bernard@courriel.example', 'claimed')] })),
    'cu-hostile': card(
      customer('cu-hostile', 'Anna \u202Egro.live\u202C <img src=x onerror=alert(1)>', {
        identities: [identity('i-8', 'email', '"><script>alert(1)</script>@x.example', 'claimed')],
        attributes: { '<b>note</b>': `javascript${':'}alert(1)`, long: 'W'.repeat(400) },
      }),
      { alerts: [{ id: 'al-h', tone: 'bad', kind: 'notice', text: '{{constructor.constructor("alert(1)")()}}', department: null, until: null }] },
    ),
    'cu-long': card(customer('cu-long', 'Maximiliane Annegret Freifrau von Hohenstein-Wittgenstein zu Berleburg', { tier: 'Platinum for ever and a day' })),
    'cu-practice': card(customer('cu-practice', 'Nour Haddad', { language: 'en' }), { figures: { spent: null, orders: null, contacts_30_days: 1 } }),
  };
}

