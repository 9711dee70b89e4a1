/** Times and sizes in the customer's language. */
import type { Language, Words } from './words';

export class Times {
  readonly #clock: Intl.DateTimeFormat;
  readonly #day: Intl.DateTimeFormat;
  readonly #number: Intl.NumberFormat;
  readonly #words: Words;
  readonly #french: boolean;

  constructor(language: Language, words: Words) {
    this.#clock = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    this.#day = new Intl.DateTimeFormat(language, { weekday: 'long', day: 'numeric', month: 'long' });
    this.#number = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
    this.#words = words;
    this.#french = language === 'fr';
  }

  clock(at: number): string {
    return this.#clock.format(at);
  }

  day(at: number, now: number): string {
    const midnight = (time: number): number => new Date(time).setHours(0, 0, 0, 0);
    const days = Math.round((midnight(now) - midnight(at)) / 86_400_000);
    if (days === 0) return this.#words.today;
    if (days === 1) return this.#words.yesterday;
    const text = this.#day.format(at);
    return text.charAt(0).toLocaleUpperCase() + text.slice(1);
  }

  size(bytes: number): string {
    const units = this.#french ? ['o', 'Ko', 'Mo'] : ['B', 'kB', 'MB'];
    const step = bytes < 1_024 ? 0 : bytes < 1_024 * 1_024 ? 1 : 2;
    return `${this.#number.format(bytes / 1_024 ** step)} ${units[step] ?? ''}`;
  }
}
