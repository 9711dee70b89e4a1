// Times in the reader's language. Formatters are costly to make and cheap to keep.

import { lang, w } from '../words/words.svelte';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const kept = new Map<string, Intl.DateTimeFormat>();

function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const locale = lang() === 'fr' ? 'fr-FR' : 'en-GB';
  const key = locale + JSON.stringify(options);
  let found = kept.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(locale, options);
    kept.set(key, found);
  }
  return found;
}

const two = (n: number) => (n < 10 ? `0${n}` : String(n));

/** `14:02`. Both languages write it so; the engine's formatter takes twenty times as long for it. */
export function hourMinute(at: number): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** `14:02:08` */
export function clockTime(at: number): string {
  return `${hourMinute(at)}:${two(new Date(at).getSeconds())}`;
}

/** The number of the day in local time, to tell whether two moments share one. */
export function dayOf(at: number): number {
  const date = new Date(at);
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / DAY);
}

/** `Today`, `Yesterday`, `Monday 16 November` */
export function dayName(at: number, now: number): string {
  const days = dayOf(now) - dayOf(at);
  if (days === 0) return w().conversation.today;
  if (days === 1) return w().conversation.yesterday;
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return format({ weekday: 'long', day: 'numeric', month: 'long', ...(sameYear ? {} : { year: 'numeric' }) }).format(at);
}

/** Short, for lists: `now`, `3 min`, `14:02` today, `Sat`, `18 Nov`, `Nov 2024`. */
export function agoShort(at: number, now: number): string {
  const ago = now - at;
  if (ago < MINUTE) return w().when.justNow;
  if (ago < HOUR) return w().when.minutes(Math.floor(ago / MINUTE));
  const days = dayOf(now) - dayOf(at);
  if (days <= 0) return hourMinute(at);
  if (days < 7) return format({ weekday: 'short' }).format(at);
  return shortDate(at, now);
}

export function shortDate(at: number, now: number): string {
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return sameYear || Math.abs(now - at) < 180 * DAY
    ? format({ day: 'numeric', month: 'short' }).format(at)
    : format({ month: 'short', year: 'numeric' }).format(at);
}

/** When something is due: `today 18:30`, `tomorrow 09:00`, `Mon 09:00`, `18 Nov 09:00`. */
export function dueName(at: number, now: number): string {
  const days = dayOf(at) - dayOf(now);
  const time = hourMinute(at);
  if (days === 0) return `${w().when.today} ${time}`;
  if (days === 1) return `${w().when.tomorrowShort} ${time}`;
  if (days === -1) return `${w().when.yesterday} ${time}`;
  if (days > 1 && days < 7) return `${format({ weekday: 'short' }).format(at)} ${time}`;
  return `${shortDate(at, now)} ${time}`;
}

/** Whole, for tooltips: `Saturday 21 November 2026, 14:02:08`. */
export function wholeTime(at: number): string {
  const day = format({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(at);
  return `${day}, ${clockTime(at)}`;
}

/** A day and its time, in a sentence: `Saturday 21 November, 14:02`. Nothing that is known: a dash. */
export function minuteOfDay(at: number | null): string {
  if (at === null) return '–';
  return `${format({ weekday: 'long', day: 'numeric', month: 'long' }).format(at)}, ${hourMinute(at)}`;
}

/** A time that runs: `0:13`, `2:14`, `1:02:33`. */
export function running(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / SECOND));
  const h = Math.floor(seconds / 3600);
  const m = Math.floor((seconds % 3600) / 60);
  const s = String(seconds % 60).padStart(2, '0');
  return h > 0 ? `${h}:${String(m).padStart(2, '0')}:${s}` : `${m}:${s}`;
}

/** A length of time in a word: `40 s`, `5 min`, `3 h`, `2 d`. */
export function span(ms: number): string {
  const words = w().when;
  if (ms < MINUTE) return words.spanSeconds(Math.max(0, Math.round(ms / SECOND)));
  if (ms < HOUR) return words.minutes(Math.round(ms / MINUTE));
  if (ms < DAY) return words.hours(Math.round(ms / HOUR));
  return words.days(Math.round(ms / DAY));
}

export function monthName(year: number, month: number): string {
  return format({ month: 'long', year: 'numeric' }).format(new Date(year, month, 1));
}

/** Monday to Sunday, in one or two letters. */
export function weekdays(): string[] {
  return Array.from({ length: 7 }, (_, day) => format({ weekday: 'short' }).format(new Date(2024, 0, 1 + day)).slice(0, 2));
}

export function yearOf(at: number): string {
  return String(new Date(at).getFullYear());
}
