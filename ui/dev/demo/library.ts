import type { Article, Library, Macro, MacroAction } from '../../src/ipc/types';
import { DAY } from './people';

function article(id: string, title: string, body: string, tags: string[], at: number, language = 'en'): Article {
  return { id, title, body, language, tags, changed_at: at, changed_by: 'Inès Kaddour', version: 1 };
}

function prepared(id: string, name: string, title: string, text: string, at: number, actions: MacroAction[] = [], language = 'en'): Macro {
  return { id, name, title, text, language, actions, changed_at: at, changed_by: 'Amir Saïdi', version: 1 };
}

export function library(now: number): Library {
  return {
    articles: [
      article('a-1', 'A parcel is marked delivered but not there', 'First ask the concierge and two neighbours: half of these parcels turn up within a day.\n\nThen call the depot with the scan number. A wrong scan is shown as D-4 in their list; the van is back by 17:00.\n\nAfter two working days without a trace, send a new one at once. Do not wait for the carrier’s inquiry.', ['missing', 'parcel', 'depot', 'scan'], now - 2 * DAY),
      article('a-2', 'Delivery messages by mail and SMS', 'Customers can switch messages on in their account, and you can do it for them. SMS needs their consent.', ['sms', 'notice'], now - 9 * DAY),
      article('a-3', 'Exchanges in our shops', 'Any shop takes back any article within 30 days, on sale or not, with the order number.', ['size', 'exchange', 'store'], now - 30 * DAY),
      article('a-4', 'Colis indiqué livré mais absent', 'Demandez d’abord au gardien et à deux voisins.\n\nAppelez ensuite le dépôt avec le numéro de scan.', ['colis', 'dépôt'], now - 2 * DAY, 'fr'),
      article('a-5', 'Dimmers that suit our lamps', 'Trailing edge dimmers from 3 W. With leading edge ones some lamps hum.', ['lamp', 'dimmer'], now - 60 * DAY),
    ],
    macros: [
      prepared('mc-1', 'depot', 'Depot confirms a wrong scan', 'I have just spoken with the depot, {{customer.first_name}}: {{order}} was scanned by mistake and is still in the van. It reaches you today before 18:00, and I write to you the moment it is out.', now - 4 * DAY, [{ do: 'set_reason', reason: 'parcel-missing' }, { do: 'add_follow_up', title: 'Check that the parcel arrived', due_in_hours: 6 }]),
      prepared('mc-2', 'bye', 'Say goodbye and resolve', 'Thank you for writing, {{customer.first_name}}. Have a good day!', now - 8 * DAY, [{ do: 'resolve' }]),
      prepared('mc-3', 'swap', 'Exchange in a shop', 'Bring it to any of our shops within 30 days with the number {{order}}: they swap it on the spot, sale or not.', now - 8 * DAY, [{ do: 'set_reason', reason: 'size' }]),
      prepared('mc-4', 'moment', 'Ask for a moment', 'One moment please, I am looking into it.', now - 20 * DAY),
      prepared('mc-5', 'retour', 'Retour en magasin', 'Bonjour {{customer.first_name}}, vous pouvez rapporter l’article dans n’importe lequel de nos magasins.', now - 20 * DAY, [], 'fr'),
    ],
  };
}

export const practice = [
  { id: 'nour', name: 'Nour Haddad', language: 'en', mood: 'worried', problem: 'Her parcel is marked delivered, but she has nothing.', running: false },
  { id: 'bastien', name: 'Bastien Roche', language: 'fr', mood: 'impatient', problem: 'He wants a refund that is two weeks late.', running: false },
  { id: 'gwen', name: 'Gwen Parry', language: 'en', mood: 'cheerful', problem: 'She looks for a lamp for a reading corner.', running: false },
  { id: 'ludo', name: 'Ludovic Maes', language: 'fr', mood: 'angry', problem: 'A shop refused his return, although it was in time.', running: false },
  { id: 'edith', name: 'Edith Crane', language: 'en', mood: 'unsure', problem: 'She cannot sign in and is afraid that her card was misused.', running: false },
];
