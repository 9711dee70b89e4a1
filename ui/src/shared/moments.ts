// The moments people mean when they put something off, and the days of a month for all others.

import { hourMinute } from './time';
import { w } from '../words/words.svelte';

export interface Preset {
  id: 'hour' | 'evening' | 'tomorrow' | 'monday' | 'week';
  at: number;
  label: string;
}

function atHour(now: number, days: number, hour: number): number {
  const date = new Date(now);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days, hour).getTime();
}

/** Those that lie ahead, soonest first; none twice. */
export function presets(now: number): Preset[] {
  const words = w().when;
  const weekday = new Date(now).getDay();
  const toMonday = (8 - weekday) % 7 || 7;
  const out: Preset[] = [{ id: 'hour', at: Math.ceil((now + 3_600_000) / 60_000) * 60_000, label: words.inAnHour }];
  const evening = atHour(now, 0, 18);
  if (evening - now > 2 * 3_600_000) out.push({ id: 'evening', at: evening, label: words.laterToday(hourMinute(evening)) });
  const tomorrow = atHour(now, 1, 9);
  out.push({ id: 'tomorrow', at: tomorrow, label: words.tomorrow(hourMinute(tomorrow)) });
  const monday = atHour(now, toMonday, 9);
  if (monday !== tomorrow) out.push({ id: 'monday', at: monday, label: words.nextMonday(hourMinute(monday)) });
  const week = atHour(now, 7, 9);
  if (week !== monday) out.push({ id: 'week', at: week, label: words.inAWeek(hourMinute(week)) });
  return out.sort((a, b) => a.at - b.at);
}

export interface Day {
  year: number;
  month: number;
  day: number;
  inMonth: boolean;
}

/** Six weeks from the Monday on or before the first of the month. */
export function monthDays(year: number, month: number): Day[] {
  const first = new Date(year, month, 1);
  const lead = (first.getDay() + 6) % 7;
  return Array.from({ length: 42 }, (_, i) => {
    const date = new Date(year, month, 1 - lead + i);
    return { year: date.getFullYear(), month: date.getMonth(), day: date.getDate(), inMonth: date.getMonth() === month };
  });
}

/** `9`, `930`, `9:30`, `9h30`, `09.30` → hours and minutes; nothing when it is no time. */
export function parseTime(text: string): { hour: number; minute: number } | null {
  const found = /^\s*(\d{1,2})\s*(?:[:h.]\s*(\d{2})?)?\s*$/i.exec(text) ?? /^\s*(\d{1,2})(\d{2})\s*$/.exec(text);
  if (!found) return null;
  const hour = Number(found[1]);
  const minute = Number(found[2] ?? 0);
  return hour < 24 && minute < 60 ? { hour, minute } : null;
}
