// What happened, in words. The text that belongs to a customer comes apart from the sentence, to be shown safely.

import type { Activity } from '../../ipc/types';
import { dueName, running, span } from '../../shared/time';
import { w } from '../../words/words.svelte';

export interface Said {
  sentence: string;
  /** Somebody's own words, after the sentence. */
  words?: string;
}

export function inWords(activity: Activity, now: number): Said {
  const words = w().activity;
  switch (activity.what) {
    case 'accepted': return { sentence: words.accepted(activity.by) };
    case 'missed': return { sentence: words.missed(activity.by) };
    case 'declined': return { sentence: words.declined(activity.by) };
    case 'transferred': return { sentence: words.transferred(activity.by, activity.to) };
    case 'handed_over': return { sentence: words.handedOver(activity.by) };
    case 'assigned': return { sentence: words.assigned(activity.by, activity.to) };
    case 'requeued': return { sentence: words.requeued(activity.from) };
    case 'snoozed': return { sentence: words.snoozed(activity.by, dueName(activity.until, now)) };
    case 'woke': return { sentence: words.woke };
    case 'resolved': return { sentence: words.resolved(activity.by) };
    case 'reopened': return { sentence: activity.by === null ? words.reopenedByCustomer : words.reopened(activity.by) };
    case 'wrapped_up': return { sentence: activity.disposition === null ? words.wrappedUpPlain : words.wrappedUp(activity.disposition) };
    case 'abandoned': return { sentence: words.abandoned(span(activity.waited)) };
    case 'customer_ended': return { sentence: words.customerEnded };
    case 'advisor_ended': {
      const sentence = activity.blocked ? words.advisorBlocked(activity.by) : words.advisorEnded(activity.by);
      return activity.why === '' ? { sentence } : { sentence: sentence + words.because(activity.why) };
    }
    case 'reason': return { sentence: activity.reason === null ? words.reasonGone(activity.by) : words.reason(activity.by, activity.reason) };
    case 'follow_up': return { sentence: words.followUp(activity.by), words: activity.title };
    case 'scored': return { sentence: words.scored[activity.kind](activity.value) };
    case 'linked': return { sentence: words.linked(activity.by) };
    case 'unlinked': return { sentence: words.unlinked(activity.by) };
    case 'answered': return { sentence: words.answered(activity.by, running(activity.waited)) };
    case 'hung_up': return { sentence: words.hungUp(activity.by, running(activity.talked), activity.held >= 1_000 ? running(activity.held) : '') };
    case 'voicemail': return { sentence: words.voicemail(running(activity.length)) };
    case 'call_back': return { sentence: words.callBack(running(activity.waited)) };
    case 'silent': return { sentence: words.silent(span(activity.idle)) };
  }
}
